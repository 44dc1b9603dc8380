// Workers: what they are given, and an error that ends one.
const { Worker, isMainThread, workerData, threadId, parentPort } = require("worker_threads");
console.log(isMainThread, threadId, workerData);
if (isMainThread) {
  const worker = new Worker(__filename, { workerData: { a: [1] } });
  worker.on("message", (message) => {
    console.log("message", message);
    worker.postMessage("and now fail");
  });
  worker.on("error", (error) => console.log("error", error.message));
  worker.on("exit", (code) => console.log("exit", code));
} else {
  parentPort.postMessage({ argv: process.argv.length, env: Object.keys(process.env).length });
  parentPort.on("message", () => { throw new Error("of a worker"); });
}
