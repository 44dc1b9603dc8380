// Workers, shared memory and Atomics.
const source = (body: string) =>
  URL.createObjectURL(new Blob([body], { type: "application/typescript" }));

function answer(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.onmessage = (event) => resolve(event.data);
    worker.onerror = (event) => (event.preventDefault(), reject(new Error(event.message)));
  });
}

const squaring = source(`self.onmessage = ({ data }: MessageEvent<number>) =>
  self.postMessage(data * data);`);
const squares = [1, 2, 3].map((number) => {
  const worker = new Worker(squaring, { type: "module" });
  const result = answer(worker).finally(() => worker.terminate());
  worker.postMessage(number);
  return result;
});
console.log("workers", await Promise.all(squares));

const memory = new SharedArrayBuffer(8);
const cells = new Int32Array(memory);
const waking = new Worker(
  source(`self.onmessage = ({ data }: MessageEvent<SharedArrayBuffer>) => {
    const cells = new Int32Array(data);
    Atomics.add(cells, 0, 42);
    Atomics.notify(cells, 0);
  };`),
  { type: "module" },
);
waking.postMessage(memory);
console.log("wait", ["ok", "not-equal"].includes(Atomics.wait(cells, 0, 0, 120_000)), cells[0]);
waking.terminate();

const nested = new Worker(
  source(`const inner = new Worker(
    URL.createObjectURL(new Blob(["self.postMessage('from within')"])), { type: "module" });
  inner.onmessage = ({ data }) => self.postMessage(data);`),
  { type: "module" },
);
console.log("nested", await answer(nested));
nested.terminate();
const { port1, port2 } = new MessageChannel();
const delivered = new Promise((resolve) => (port2.onmessage = (event) => resolve(event.data)));
port1.postMessage(new Map([["key", new Date(0)]]));
console.log("channel", await delivered);
port1.close();
port2.close();
