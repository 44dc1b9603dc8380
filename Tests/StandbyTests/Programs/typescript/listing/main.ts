// The folders of the jail: names in the order in which the kernel tells them, modes, owners.
// The links of /proc are left out: they are as many as the machine has processes.
for (const folder of [".", "lib", "/tmp", "/dev/shm", "/"]) {
  for (const entry of Deno.readDirSync(folder)) {
    const state = Deno.lstatSync(`${folder}/${entry.name}`);
    const links = entry.name === "proc" ? null : state.nlink;
    console.log(folder, entry.name, state.mode?.toString(8), state.uid, state.gid, links);
  }
}
const own = Deno.statSync("main.ts");
console.log(own.size, own.blocks, own.isFile, Deno.statSync(".").dev === own.dev);
