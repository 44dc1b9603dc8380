// An empty standard input ends at once.
const buffer = new Uint8Array(8);
console.log(await Deno.stdin.read(buffer), Deno.stdin.readSync(buffer), confirm("yes?"));
