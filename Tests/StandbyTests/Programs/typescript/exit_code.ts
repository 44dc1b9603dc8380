// The exit code, and what is done before.
addEventListener("beforeunload", () => console.log("before"));
addEventListener("unload", () => console.log("unload", Deno.exitCode));
Deno.exitCode = 5;
