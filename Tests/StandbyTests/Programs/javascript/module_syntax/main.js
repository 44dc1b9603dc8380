// A program that is a module by its syntax alone.
import { readFileSync } from "node:fs";
import other from "./other.mjs";
console.log(import.meta.url, import.meta.dirname, typeof require, typeof module, this, other);
console.log(await Promise.resolve(readFileSync("main.js", "utf8").length));
console.log(await import("./data.json", { with: { type: "json" } }));
throw new Error("in a module");
