// The process as the kernel describes it, but for what counts memory and time and what the scheduler
// decides; its threads.
const fs = require("fs");
const counted = /^(State|Ngid|Vm|Rss|Huge|voluntary|nonvoluntary)/;
console.log(fs.readFileSync("/proc/self/status", "utf8").split("\n").filter((line) => !counted.test(line)).join("\n"));
console.log(fs.readFileSync("/proc/self/limits", "utf8"));
// Whether another thread has its name and its mask yet is the scheduler's to decide.
const kinds = new Set();
for (const task of fs.readdirSync("/proc/self/task")) {
  const lines = fs.readFileSync(`/proc/self/task/${task}/status`, "utf8").split("\n");
  kinds.add(lines.filter((line) => /^(Sig[IC]|Cap|Seccomp|NoNew)/.test(line)).join("\n"));
}
console.log([...kinds], fs.readdirSync("/proc/self/task").length);
console.log(fs.readFileSync("/proc/self/mounts", "utf8").split("\n").length, process.umask(), process.cwd());
console.log(process.pid, process.ppid, process.getuid(), process.getgid(), process.getgroups());
