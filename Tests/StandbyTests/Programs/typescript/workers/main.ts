// Workers: what they are given, and an error that ends one.
const worker = new Worker(import.meta.resolve("./worker.ts"), { type: "module", name: "named" });
worker.onmessage = (event) => console.log("message", event.data);
worker.onerror = (event) => {
  event.preventDefault();
  console.log("error", event.message);
};
worker.postMessage([1, 2]);
