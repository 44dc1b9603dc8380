// The order in which timers, promises and ticks have their turn, at the start and after a read. A
// timer and an immediate have one only there: at the start it depends on how long the start took.
require("fs").readFile(__filename, () => {
  setTimeout(() => console.log("timer"), 0);
  setImmediate(() => console.log("immediate"));
  process.nextTick(() => console.log("tick after the read"));
  console.log("read");
});
process.nextTick(() => console.log("tick"));
Promise.resolve().then(() => console.log("promise"));
queueMicrotask(() => console.log("microtask"));
console.log("main");
