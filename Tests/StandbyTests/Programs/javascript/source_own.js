// A program that reads its own source, changes it, and loads it again.
const fs = require("fs");
function f(x) { /* a comment */ return x; }
console.log(f.toString(), fs.readFileSync(process.argv[1], "utf8").length);
fs.writeFileSync(__filename, "console.log('second', module.parent !== null);\n");
delete require.cache[__filename];
require(__filename);
console.log(require("child_process").execFileSync(process.execPath, ["main.js"]).toString());
