// The process as the kernel describes it, but for what counts memory and time and what the scheduler
// decides; its threads.
const fs = require("fs");
const counted = /^(State|Ngid|Vm|Rss|Huge|voluntary|nonvoluntary)/;
console.log(fs.readFileSync("/proc/self/status", "utf8").split("\n").filter((line) => !counted.test(line)).join("\n"));
console.log(fs.readFileSync("/proc/self/limits", "utf8"));
for (const task of fs.readdirSync("/proc/self/task")) {
  const lines = fs.readFileSync(`/proc/self/task/${task}/status`, "utf8").split("\n");
  console.log(lines.filter((line) => /^(Name|Pid|Sig|Cap|Seccomp|NoNew)/.test(line)));
}
console.log(fs.readFileSync("/proc/self/mounts", "utf8").split("\n").length, process.umask(), process.cwd());
console.log(process.pid, process.ppid, process.getuid(), process.getgid(), process.getgroups());
