// An error in a module, below types that are no code.
import { outer } from "./lib/outer.ts";
console.log("before");
outer();
