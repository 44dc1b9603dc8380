// Child processes in every way that node makes them.
const child = require("node:child_process");
const { promisify } = require("node:util");

if (process.argv.includes("forked")) {
  process.on("message", (message) => process.send(message.toUpperCase(), () => process.exit(6)));
} else {
  main();
}

function ended(process) {
  return new Promise((resolve) => process.on("close", (code, signal) => resolve([code, signal])));
}

async function main() {
  console.log("sync", child.execSync("echo one two | wc -w").toString().trim());
  const spawned = child.spawnSync("cat", { input: "żółw" });
  console.log("input", spawned.stdout.toString(), spawned.status);
  const { stdout } = await promisify(child.exec)("echo $NAME", { env: { NAME: "value" } });
  console.log("exec", stdout.trim());
  const file = await promisify(child.execFile)(process.execPath, ["-p", "6 * 7"]);
  console.log("execFile", file.stdout.trim());

  const sorting = child.spawn("sort", { stdio: ["pipe", "pipe", "inherit"] });
  let sorted = "";
  sorting.stdout.on("data", (data) => (sorted += data));
  sorting.stdin.end("b\na\n");
  console.log("spawn", await ended(sorting), JSON.stringify(sorted));

  const forked = child.fork(__filename, ["forked"]);
  forked.send("message");
  forked.on("message", (message) => console.log("fork", message));
  console.log("exit", await ended(forked));

  const sleeping = child.spawn("sleep", ["60"]);
  sleeping.kill();
  console.log("kill", await ended(sleeping));
  const group = child.spawn("sh", ["-c", "sleep 60 & wait"], { detached: true });
  process.kill(-group.pid, "SIGKILL");
  console.log("group", await ended(group));
  const slow = child.spawnSync("sleep", ["60"], { timeout: 20 });
  console.log("timeout", slow.error.code, slow.signal);
  const missing = child.spawn("/no/such/program");
  missing.on("error", (error) => console.log("missing", error.code));
}
