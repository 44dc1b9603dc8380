// An end in the middle of things: timers do not run, output is kept.
setTimeout(() => console.log("never"), 1);
process.stdout.write("x".repeat(1000) + "\n", () => process.exit(3));
