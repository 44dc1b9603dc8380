// More memory than the limit allows.
Deno.stdout.writeSync(new TextEncoder().encode("before\n"));
const kept: Uint8Array[] = [];
for (let count = 0; count < 256; count++) kept.push(new Uint8Array(16 << 20).fill(1));
console.log("never printed");
