// The process as the kernel describes it, but for what counts memory and time and what the scheduler
// decides: how many threads it takes for work that blocks, and whether one has a name and its mask yet.
const lines = (path: string): string[] => Deno.readTextFileSync(path).split("\n");
const counted = /^(State|Ngid|Threads|Vm|Rss|Huge|voluntary|nonvoluntary)/;
console.log(lines("/proc/self/status").filter((line) => !counted.test(line)).join("\n"));
console.log(lines("/proc/self/limits"), lines("/proc/self/mounts").length, Deno.umask());
const kinds = new Set<string>();
for (const { name } of Deno.readDirSync("/proc/self/task")) {
  try {
    const status = lines(`/proc/self/task/${name}/status`);
    kinds.add(status.filter((line) => /^(Sig[IC]|Cap|Seccomp|NoNew)/.test(line)).join("\n"));
  } catch {
    continue; // one that had no more to do
  }
}
console.log([...kinds]);
