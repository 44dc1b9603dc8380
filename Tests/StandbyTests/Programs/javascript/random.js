// Numbers that are to be different in each process.
const crypto = require("crypto");
console.log(Math.random(), crypto.randomUUID(), crypto.randomBytes(8).toString("hex"));
