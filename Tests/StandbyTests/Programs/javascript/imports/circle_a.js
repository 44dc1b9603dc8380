exports.seen = require("./circle_b").seen;
