// A module that is not there.
import "./lib.ts";
console.log("never printed");
