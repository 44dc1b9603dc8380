// A small standard input, by its events and its end.
const parts = [];
process.stdin.on("data", (part) => parts.push(part)).on("end", () => console.log(Buffer.concat(parts).toString()));
process.stdin.on("close", () => console.log("closed"));
