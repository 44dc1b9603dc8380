// Workers: what they are given, and an error that ends one. The error comes by another way than what
// is posted, so it is asked for.
const worker = new Worker(import.meta.resolve("./worker.ts"), { type: "module", name: "named" });
worker.onmessage = (event) => {
  console.log("message", event.data);
  worker.postMessage("and now fail");
};
worker.onerror = (event) => {
  event.preventDefault();
  console.log("error", event.message);
};
worker.postMessage([1, 2]);
