// The folders of the jail: names in the order in which the kernel tells them, modes, owners.
// The links of /proc are left out: they are as many as the machine has processes.
const fs = require("fs");
for (const folder of [".", "lib", "/tmp", "/dev/shm", "/"]) {
  const open = fs.opendirSync(folder);
  for (let entry; (entry = open.readSync()); ) {
    const state = fs.lstatSync(folder + "/" + entry.name);
    const links = entry.name === "proc" ? null : state.nlink;
    console.log(folder, entry.name, state.mode.toString(8), state.uid, state.gid, links);
  }
  open.closeSync();
}
console.log(fs.statSync(__filename).size, fs.statSync(__filename).blocks, fs.statfsSync(".").ffree);
