// An end by a signal of its own, after one that is handled.
Deno.addSignalListener("SIGUSR2", () => {
  console.log("heard");
  Deno.kill(Deno.pid, "SIGTERM");
});
Deno.kill(Deno.pid, "SIGUSR2");
setInterval(() => {}, 1000);
