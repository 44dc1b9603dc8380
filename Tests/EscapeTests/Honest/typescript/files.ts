// Files and folders.
const top = await Deno.makeTempDir({ prefix: "honest-" });
const at = (name: string) => `${top}/${name}`;
const content = crypto.getRandomValues(new Uint8Array(65536));
await Deno.writeFile(at("large"), content);

await Deno.copyFile(at("large"), at("copy"));
console.log("copyFile", (await Deno.readFile(at("copy"))).every((byte, i) => byte === content[i]));
Deno.copyFileSync(at("large"), at("second"));
console.log("size", (await Deno.stat(at("second"))).size);
await Deno.mkdir(at("tree/inner"), { recursive: true });
await Deno.writeTextFile(at("tree/inner/żółw 🐢"), "text");
console.log("text", await Deno.readTextFile(at("tree/inner/żółw 🐢")));
await Deno.symlink("inner", at("tree/link"));
await Deno.rename(at("tree"), at("moved"));
const names: string[] = [];
for await (const entry of Deno.readDir(at("moved"))) names.push(entry.name);
console.log("folder", names.sort(), await Deno.readLink(at("moved/link")));
await Deno.link(at("copy"), at("hard"));
console.log("link", (await Deno.stat(at("hard"))).nlink);

const file = await Deno.open(at("lines"), { create: true, write: true, read: true });
await file.write(new TextEncoder().encode("one\ntwo\n"));
await file.seek(0, Deno.SeekMode.Start);
await file.lock(true);
await file.unlock();
await file.sync();
await file.utime(1e9, 1e9);
console.log("file", (await file.stat()).mtime?.getTime());
file.close();
await Deno.truncate(at("lines"), 4);
await Deno.chmod(at("lines"), 0o600);
console.log("mode", ((await Deno.stat(at("lines"))).mode! & 0o777).toString(8));

const packed = (await Deno.open(at("large"))).readable
  .pipeThrough(new CompressionStream("gzip"))
  .pipeThrough(new DecompressionStream("gzip"));
await packed.pipeTo((await Deno.create(at("streamed"))).writable);
console.log("streams", (await Deno.stat(at("streamed"))).size);
await Deno.writeTextFile("/dev/null", "nothing");
try {
  await Deno.readTextFile(at("missing"));
} catch (error) {
  console.log("missing", (error as Error).name);
}
const temporary = await Deno.makeTempFile();
await Deno.remove(temporary);
await Deno.remove(top, { recursive: true });
console.log("removed", await Deno.stat(top).catch((error) => error.name));
const input = await new Response(Deno.stdin.readable).text();
console.log("stdin", input.trim().split("\n"));
