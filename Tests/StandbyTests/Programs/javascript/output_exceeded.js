// More output than the limit allows.
const { writeSync } = require("fs");
for (;;) writeSync(1, "0123456789abcdef".repeat(64));
