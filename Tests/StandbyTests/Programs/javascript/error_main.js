// An error in the main module: the line, the caret and the stack, with a cause.
function fail(depth) {
  if (depth === 0) throw new TypeError("at the bottom", { cause: new RangeError("the cause") });
  fail(depth - 1);
}
console.log(new Error("first").stack);
fail(3);
