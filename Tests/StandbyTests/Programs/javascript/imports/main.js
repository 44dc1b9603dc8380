// Modules beside the program, JSON, a package in node_modules, a folder with an index, a circle.
console.log(require("./lib"), require("./data"), require("./data.json").data, require("known"));
console.log(require("./circle_a").seen, Object.keys(require.cache), module.children.length);
console.log(require("./fs").own, require("fs").own, require.resolve("known"));
import("./lib/module.mjs").then((module) => console.log(module.default, module.where));
