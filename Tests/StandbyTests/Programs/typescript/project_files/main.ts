// Files that say how a project is to be run: this command line has none of them read.
import { name } from "./lib/name.ts";
console.log(name, await import("named").catch((error) => error.message));
console.log(await import("npm:left-pad").catch((error) => error.message));
