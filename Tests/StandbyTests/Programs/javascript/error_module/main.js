// An error in a module of a module.
console.log("before");
require("./lib/outer");
