// Files that are to be brought back.
Deno.mkdirSync("out");
Deno.writeFileSync("out/a.bin", Uint8Array.from({ length: 256 }, (_, index) => index));
Deno.writeTextFileSync("main.ts", "// appended\n", { append: true });
Deno.symlinkSync("/etc/passwd", "out/link");
