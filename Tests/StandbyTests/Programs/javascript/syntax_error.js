// A mistake in the syntax; nothing is printed before it.
console.log("never printed");
const x = {;
