// The environment, in its order, as node and the kernel and a child have it.
console.log(Object.entries(process.env));
console.log(require("fs").readFileSync("/proc/self/environ", "latin1").split("\0"));
console.log(require("child_process").execFileSync("/usr/bin/env").toString());
