// The process as the modules of node see it.
import process from "node:process";
import os from "node:os";
import v8 from "node:v8";
import { createRequire } from "node:module";

console.log(process.argv, process.execArgv, process.version, process.title, Object.keys(process.env).sort());
console.log(os.cpus().length, os.totalmem(), os.hostname(), os.tmpdir(), os.homedir());
console.log(v8.getHeapStatistics().heap_size_limit, createRequire(import.meta.url).resolve("fs"));
