// The open descriptors, what they are, and how they were opened.
const fs = require("fs");
for (const name of fs.readdirSync("/proc/self/fd").sort((a, b) => a - b)) {
  try {
    const place = fs.readlinkSync("/proc/self/fd/" + name).split(":")[0];
    const flags = fs.readFileSync("/proc/self/fdinfo/" + name, "utf8").split("\n").slice(0, 2);
    console.log(name, place, flags);
  } catch (error) {
    console.log(name, error.code);
  }
}
for (const stream of [process.stdin, process.stdout, process.stderr]) {
  console.log(stream.constructor.name, stream.fd, stream.isTTY, stream.writableHighWaterMark, stream.readableFlowing);
}
