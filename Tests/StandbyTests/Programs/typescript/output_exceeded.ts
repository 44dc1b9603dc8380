// More output than the limit allows.
const piece = new TextEncoder().encode("0123456789abcdef".repeat(64));
for (;;) Deno.stdout.writeSync(piece);
