// An end in the middle of things.
setTimeout(() => console.log("never"), 1);
console.error("to standard error");
Deno.exit(3);
