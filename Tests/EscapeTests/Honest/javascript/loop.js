// The event loop: timers, promises, streams, signals, and what is at hand without a module.
const { once, EventEmitter } = require("node:events");
const { setTimeout: sleep } = require("node:timers/promises");
const { Readable, Transform } = require("node:stream");
const { performance } = require("node:perf_hooks");
const { AsyncLocalStorage } = require("node:async_hooks");

async function main() {
  const order = [];
  const immediate = new Promise((resolve) => setImmediate(resolve, "immediate"));
  const timeout = new Promise((resolve) => setTimeout(resolve, 10, "timeout"));
  process.nextTick(() => order.push("tick"));
  queueMicrotask(() => order.push("microtask"));
  order.push(...(await Promise.all([immediate, timeout])));
  console.log("order", order.join(" "));
  let ticks = 0;
  await new Promise((resolve) => {
    const interval = setInterval(() => ++ticks === 3 && resolve(clearInterval(interval)), 1);
  });
  console.log("interval", ticks);
  console.log("abort", await sleep(60_000, null, { signal: AbortSignal.timeout(5) })
    .catch((error) => error.name));

  const upper = new Transform({
    transform: (chunk, _, done) => done(null, chunk.toString().toUpperCase()),
  });
  console.log("streams", (await Readable.from(["a", "b"]).pipe(upper).toArray()).join(""));
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  console.log("stdin", Buffer.concat(chunks).toString().trim().split("\n"));

  const caught = once(process, "SIGUSR2");
  const alive = setInterval(() => {}, 1000); // a signal alone does not keep the loop going
  process.kill(process.pid, "SIGUSR2");
  console.log("signal", (await caught)[0]);
  clearInterval(alive);
  const emitter = new EventEmitter();
  setImmediate(() => emitter.emit("event", 7));
  console.log("event", await once(emitter, "event"));
  const storage = new AsyncLocalStorage();
  console.log("storage", await storage.run("own", async () => (await null, storage.getStore())));
  // Which of the two it was is drawn by lot where the kernel counts ticks.
  const { user, system } = process.cpuUsage();
  console.log("clocks", performance.now() > 0, process.hrtime.bigint() > 0n,
    user + system > 0, process.memoryUsage().rss > 0, process.uptime() > 0);
  process.on("exit", (code) => console.log("exit", code));
}

main();
