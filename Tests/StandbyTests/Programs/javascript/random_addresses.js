// Where things are in memory.
const maps = require("fs").readFileSync("/proc/self/maps", "utf8").split("\n");
console.log(maps.filter((line) => /stack|heap|libc\.so/.test(line)).map((line) => line.split("-")[0]));
