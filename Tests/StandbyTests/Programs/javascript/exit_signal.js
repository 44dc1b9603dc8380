// An end by a signal of its own, after one that is handled.
process.once("SIGUSR2", () => {
  console.log("heard");
  process.kill(process.pid, "SIGTERM");
});
process.kill(process.pid, "SIGUSR2");
setInterval(() => {}, 1000);
