// The program starts itself again, with and without a channel, and a shell.
const { fork, spawnSync } = require("child_process");
if (process.argv.length > 2) {
  console.log(process.argv.slice(1), Object.keys(process.env), typeof process.send);
  process.send?.("from the child");
  process.exitCode = Number(process.argv[2]);
} else {
  const child = spawnSync(process.execPath, [__filename, "5"]);
  console.log(child.status, child.stdout.toString(), child.stderr.toString());
  console.log(spawnSync("echo $0 $#; umask; ulimit -a; exit 4", { shell: true }).stdout.toString());
  fork(__filename, ["6"]).on("message", console.log).on("close", (code) => console.log(code));
}
