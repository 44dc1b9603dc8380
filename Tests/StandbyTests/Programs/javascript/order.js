// The order in which timers, promises and ticks have their turn.
setTimeout(() => console.log("timer"), 0);
setImmediate(() => setImmediate(() => console.log("immediate")));
process.nextTick(() => console.log("tick"));
Promise.resolve().then(() => console.log("promise"));
queueMicrotask(() => console.log("microtask"));
require("fs").readFile(__filename, () => setImmediate(() => console.log("read")));
console.log("main");
