// What Deno itself has left in its folder, but for the databases that its threads open.
function show(folder: string, depth = 0): void {
  for (const entry of [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1)) {
    if (entry.name.includes("_cache_")) continue;
    console.log(" ".repeat(depth), entry.name.replace(/[0-9a-f]{16,}/, "HASH"), entry.isFile);
    if (entry.isDirectory) show(`${folder}/${entry.name}`, depth + 1);
  }
}
show("/tmp");
