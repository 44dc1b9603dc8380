// A program that fails must say why as it does elsewhere.
const { spawnSync } = require("node:child_process");

function failing(...words) {
  const { status, signal, stderr } = spawnSync(process.execPath, words);
  return [status, signal, stderr.toString().split("\n").find((line) => /Error|heap/.test(line))];
}

function deep(level) {
  return deep(level + 1) + 1;
}
try {
  deep(0);
} catch (error) {
  console.log("caught", error.name, error.message, error.stack.split("\n").length);
}
Error.stackTraceLimit = 1000;
try {
  (function descend(level) {
    if (level === 500) throw new Error("at the bottom");
    descend(level + 1);
  })(0);
} catch (error) {
  console.log("long", error.message, error.stack.split("\n").length > 500);
}
console.log("recursion", ...failing("-e", "function f() { return f() + 1 }; f()"));
console.log("thrown", ...failing("-e", "throw new TypeError('zażółć')"));
console.log("rejected", ...failing("-e", "Promise.reject(new Error('not handled'))"));
console.log("syntax", ...failing("-e", "let let = 1"));
console.log("exit", ...failing("-e", "process.exit(7)"));
const suicide = "process.kill(process.pid, 'SIGABRT'); setTimeout(Number, 1e5)";
console.log("abort", ...failing("-e", suicide));
const [status, signal, reason] = failing(
  "--max-old-space-size=20", "-e", "const all = []; for (;;) all.push(new Array(1e5).fill('x'))");
console.log("heap", status, signal, reason.includes("heap"));
