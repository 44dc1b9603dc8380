// The folders of the jail: names in the order in which the kernel tells them, modes, owners.
for (const folder of [".", "lib", "/tmp", "/dev/shm", "/"]) {
  for (const entry of Deno.readDirSync(folder)) {
    const state = Deno.lstatSync(`${folder}/${entry.name}`);
    console.log(folder, entry.name, state.mode?.toString(8), state.uid, state.gid, state.nlink);
  }
}
const own = Deno.statSync("main.ts");
console.log(own.size, own.blocks, own.isFile, Deno.statSync(".").dev === own.dev);
