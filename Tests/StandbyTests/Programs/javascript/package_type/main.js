// A package that says that its programs are modules: node reads it before the program.
console.log(typeof require, typeof module, this);
