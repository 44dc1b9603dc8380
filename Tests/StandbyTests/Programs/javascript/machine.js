// What node says of the machine, and how large it lets its heap become.
const os = require("os");
console.log(os.cpus().length, os.availableParallelism(), os.totalmem(), os.hostname(), os.endianness());
console.log(os.homedir(), os.tmpdir(), os.userInfo(), os.getPriority());
try { console.log(os.networkInterfaces()); } catch (error) { console.log(error.message); }
console.log(require("v8").getHeapStatistics().heap_size_limit, process.constrainedMemory(), os.release());
console.log(Intl.DateTimeFormat().resolvedOptions(), new Date(0).toString(), [3, 1, 2].toLocaleString());
