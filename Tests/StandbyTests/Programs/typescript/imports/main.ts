// Modules beside the program, JSON, text, JavaScript, one that is loaded later, and a circle.
import data from "./data.json" with { type: "json" };
import { Shade, area } from "./lib/shapes.ts";
import plain from "./plain.js";
import { seen } from "./circle_a.ts";
import { readFileSync } from "node:fs";

console.log(data, area({ width: 2, height: 3 }), Shade.Dark, Shade[0], plain, seen());
const later = await import("./lib/" + "later.ts");
console.log(later.default, Object.keys(later), import.meta.resolve("./x"));
console.log(readFileSync(new URL("data.json", import.meta.url), "utf8"), typeof require);
