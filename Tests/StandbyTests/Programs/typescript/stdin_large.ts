// A standard input that is larger than any pipe.
const data = new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer());
const digest = await crypto.subtle.digest("SHA-256", data);
console.log(data.length, new Uint8Array(digest).join());
