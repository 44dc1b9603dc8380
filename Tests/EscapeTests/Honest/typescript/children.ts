// Child processes, signals and what a program knows of itself.
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();

const output = await new Deno.Command("sh", { args: ["-c", "echo out; echo err >&2; exit 3"] })
  .output();
console.log("output", decode(output.stdout), decode(output.stderr), output.code);

const cat = new Deno.Command("cat", { stdin: "piped", stdout: "piped" }).spawn();
const writer = cat.stdin.getWriter();
await writer.write(new TextEncoder().encode("żółw"));
await writer.close();
console.log("piped", decode((await cat.output()).stdout));

const sleeping = new Deno.Command("sleep", { args: ["60"] }).spawn();
sleeping.kill("SIGTERM");
console.log("killed", (await sleeping.status).signal);
const own = new Deno.Command(Deno.execPath(), {
  args: ["eval", "console.log(6 * 7)"],
  env: { DENO_DIR: Deno.env.get("DENO_DIR") ?? "" },
}).outputSync();
console.log("own", decode(own.stdout), own.success);
try {
  new Deno.Command("/no/such/program").spawn();
} catch (error) {
  console.log("missing", (error as Error).name);
}
const aborted = AbortSignal.timeout(20);
const slow = new Deno.Command("sleep", { args: ["60"], signal: aborted }).spawn();
console.log("aborted", (await slow.status).signal);

const caught = new Promise<void>((resolve) => {
  const listener = () => (Deno.removeSignalListener("SIGUSR1", listener), resolve());
  Deno.addSignalListener("SIGUSR1", listener);
});
Deno.kill(Deno.pid, "SIGUSR1");
const alive = setInterval(() => {}, 1000);
await caught;
clearInterval(alive);
console.log("signal");
console.log("permission", (await Deno.permissions.query({ name: "run" })).state);
console.log("arguments", Deno.args);
console.log("environment", Deno.env.get("LANG"), Deno.build.os, Deno.uid() > 0);
console.log("system", typeof Deno.hostname() === "string", Deno.memoryUsage().rss > 0,
  navigator.hardwareConcurrency > 0);
