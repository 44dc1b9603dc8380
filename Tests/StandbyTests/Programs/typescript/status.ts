// The process as the kernel describes it, but for what counts memory and time; its threads.
const lines = (path: string): string[] => Deno.readTextFileSync(path).split("\n");
const counted = /^(Vm|Rss|Huge|voluntary|nonvoluntary)/;
console.log(lines("/proc/self/status").filter((line) => !counted.test(line)).join("\n"));
console.log(lines("/proc/self/limits"), lines("/proc/self/mounts").length, Deno.umask());
const tasks = [...Deno.readDirSync("/proc/self/task")].map((entry) => entry.name).sort();
for (const task of tasks) {
  const status = lines(`/proc/self/task/${task}/status`);
  console.log(status.filter((line) => /^(Name|Pid|Sig[BIC]|Cap|Seccomp|NoNew)/.test(line)));
}
