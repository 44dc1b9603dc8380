// A standard input that nobody reads: the program ends all the same.
console.log("no interest");
