// The order in which timers and promises have their turn.
setTimeout(() => console.log("timer"), 1);
Promise.resolve().then(() => console.log("promise"));
queueMicrotask(() => console.log("microtask"));
console.log("main");
await null;
console.log("after the await");
