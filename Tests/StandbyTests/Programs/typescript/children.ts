// The program starts itself again, and a shell.
if (Deno.args.length > 0) {
  console.log(Deno.args, Object.keys(Deno.env.toObject()).sort());
  Deno.exit(Number(Deno.args[0]));
}
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const words = ["run", "--quiet", "-A", "--no-check", "--no-config", "--no-lock", "main.ts", "5"];
const child = await new Deno.Command(Deno.execPath(), { args: words }).output();
console.log(child.code, text(child.stdout), text(child.stderr));
const shell = await new Deno.Command("sh", { args: ["-c", "umask; ulimit -a; exit 4"] }).output();
console.log(shell.code, text(shell.stdout));
