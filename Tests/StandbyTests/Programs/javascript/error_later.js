// Errors of a timer and of an emitter, and what a handler is told.
process.on("uncaughtException", (error, origin) => {
  console.log(error.message, origin, error.stack.split("\n").length);
  process.removeAllListeners("uncaughtException");
  new (require("events"))().emit("error", new Error("of an emitter"));
});
setTimeout(() => { throw new Error("of a timer"); }, 1);
