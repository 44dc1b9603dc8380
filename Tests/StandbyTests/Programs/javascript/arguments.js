// The words of the command line, and what the process is called.
console.log(process.argv, process.argv0, process.execArgv, process.execPath, process.title);
console.log(process.versions, process.release.name, process.features, process.config.variables.v8_enable_i18n_support);
console.log(require("fs").readFileSync("/proc/self/cmdline").toString("latin1").split("\0"));
console.log(process.debugPort, process.platform, process.arch, process.allowedNodeEnvironmentFlags.size);
