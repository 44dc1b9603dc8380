// The environment as Deno and the kernel and a child have it; the order of Deno's is its hash's.
console.log(Object.entries(Deno.env.toObject()).sort());
console.log(Deno.readTextFileSync("/proc/self/environ").split("\0"));
const child = new Deno.Command("/usr/bin/env").outputSync();
console.log(new TextDecoder().decode(child.stdout).split("\n").sort());
