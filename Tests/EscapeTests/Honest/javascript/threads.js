// Worker threads, shared memory and Atomics.
const { Worker, isMainThread, workerData, parentPort, MessageChannel } =
  require("node:worker_threads");
const { once } = require("node:events");

function started(role, data) {
  return new Worker(__filename, { workerData: { role, ...data } });
}

function message(worker) {
  return new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
}

const roles = {
  square: ({ number }) => parentPort.postMessage(number * number),
  add({ memory, count }) {
    const cells = new Int32Array(memory);
    for (let i = 0; i < count; i++) Atomics.add(cells, 0, 1);
    parentPort.postMessage("done");
  },
  wake({ memory }) {
    const cells = new Int32Array(memory);
    Atomics.store(cells, 1, 42);
    Atomics.notify(cells, 1);
  },
  fail() {
    throw new RangeError("in a worker");
  },
  answer: () => parentPort.once("message", ({ port }) => port.postMessage("by port")),
};

async function main() {
  const squares = [1, 2, 3, 4].map((number) => message(started("square", { number })));
  console.log("workers", await Promise.all(squares));

  const memory = new SharedArrayBuffer(8);
  const cells = new Int32Array(memory);
  const adders = [0, 1, 2].map(() => message(started("add", { memory, count: 1000 })));
  await Promise.all(adders);
  console.log("shared", cells[0]);

  started("wake", { memory });
  console.log("wait", ["ok", "not-equal"].includes(Atomics.wait(cells, 1, 0, 120_000)), cells[1]);
  console.log("timed", Atomics.wait(cells, 1, 42, 5));

  await message(started("fail")).catch((error) => console.log("error", error.message));
  const { port1, port2 } = new MessageChannel();
  started("answer").postMessage({ port: port2 }, [port2]);
  console.log("channel", await message(port1));
  port1.close();
  const endless = new Worker("for (;;);", { eval: true });
  await once(endless, "online");
  console.log("terminated", await endless.terminate());
}

if (isMainThread) main();
else roles[workerData.role](workerData);
