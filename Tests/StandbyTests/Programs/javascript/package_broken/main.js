// A package file that is none.
console.log("never printed");
