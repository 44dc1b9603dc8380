// Names that are there before the program, and the state of the process object.
console.log(Object.getOwnPropertyNames(globalThis).join("\n"));
console.log(Object.getOwnPropertyNames(process).join("\n"));
console.log(process.eventNames(), process.exitCode, process.domain, process._exiting, this === module.exports);
console.log(process.getActiveResourcesInfo(), process.listenerCount("exit"), process.allowedNodeEnvironmentFlags.size);
console.log(performance.getEntries().map((entry) => entry.name), Error.stackTraceLimit);
