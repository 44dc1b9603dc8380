// Every kind of byte in standard input.
console.log(new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer()));
