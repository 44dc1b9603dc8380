// Workers: what they are given, what they print, and an error that ends one. What one prints comes by
// another way than what it posts, so it is collected.
const { Worker, isMainThread, workerData, threadId, parentPort } = require("worker_threads");
console.log(isMainThread, threadId, workerData);
if (isMainThread) {
  const worker = new Worker(__filename, { workerData: { a: [1] }, stdout: true });
  const printed = [];
  worker.stdout.on("data", (part) => printed.push(part));
  worker.on("message", (message) => {
    console.log("message", message);
    worker.postMessage("and now fail");
  });
  worker.on("error", (error) => console.log("error", error.message));
  worker.on("exit", (code) => console.log("exit", code));
  process.on("exit", () => console.log("printed", Buffer.concat(printed).toString()));
} else {
  parentPort.postMessage({ argv: process.argv.length, env: Object.keys(process.env).length });
  parentPort.on("message", () => { throw new Error("of a worker"); });
}
