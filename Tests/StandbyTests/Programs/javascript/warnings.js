// Warnings, with the number of the process.
process.emitWarning("a warning", { code: "CODE", detail: "in detail" });
process.emitWarning("deprecated", "DeprecationWarning", "DEP");
new Buffer(1);
console.error(new Error("shown").message);
