// The exit code, and what is done before.
process.on("beforeExit", (code) => console.log("before", code, process.exitCode));
process.on("exit", (code) => { console.log("exit", code); process.exitCode = 9; });
process.exitCode = 5;
