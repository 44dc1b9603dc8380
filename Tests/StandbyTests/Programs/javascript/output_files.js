// Files that are to be brought back.
const fs = require("fs");
fs.mkdirSync("out");
fs.writeFileSync("out/a.bin", Uint8Array.from({ length: 256 }, (_, index) => index));
fs.appendFileSync("main.js", "// appended\n");
fs.symlinkSync("/etc/passwd", "out/link");
