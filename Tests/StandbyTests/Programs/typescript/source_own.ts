// A program that reads its own source, changes it, and loads it again.
const f = (x: number): number => /* a comment */ x;
console.log(f.toString(), Deno.readTextFileSync("main.ts").length);
Deno.writeTextFileSync("main.ts", "console.log('second', import.meta.main);\n");
await import("./main.ts?again");
