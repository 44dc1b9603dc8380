// The words of the command line, and what the process is called.
console.log(Deno.args, Deno.mainModule, Deno.execPath(), Deno.version, Deno.build, Deno.noColor);
console.log(import.meta.url, import.meta.main, import.meta.filename, import.meta.dirname);
console.log(Deno.readTextFileSync("/proc/self/cmdline").split("\0"), Deno.cwd(), Deno.pid, Deno.ppid);
