// Names that are there before the program.
console.log(Object.getOwnPropertyNames(globalThis).join("\n"));
console.log(Object.getOwnPropertyNames(Deno).join("\n"), navigator.hardwareConcurrency, navigator.language);
console.log(performance.getEntries().length, Error.stackTraceLimit, Object.keys(globalThis));
console.log(Deno.hostname(), Deno.uid(), Deno.gid(), Deno.osRelease(), Deno.systemMemoryInfo().total);
