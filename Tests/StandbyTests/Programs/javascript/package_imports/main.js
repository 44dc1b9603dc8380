// A package that gives its own files names.
console.log(require("#inner"), require("named/inner"));
