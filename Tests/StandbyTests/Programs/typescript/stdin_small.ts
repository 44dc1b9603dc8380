// A small standard input, by pieces, to its end.
const decoder = new TextDecoder();
let text = "";
for await (const piece of Deno.stdin.readable) text += decoder.decode(piece, { stream: true });
console.log(JSON.stringify(text), prompt("nobody answers") === null);
