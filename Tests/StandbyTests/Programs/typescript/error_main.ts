// An error in the main module: the line, the caret and the stack, with a cause.
interface Depth { value: number }

function fail(depth: Depth): never {
  if (depth.value === 0) throw new TypeError("at the bottom", { cause: new RangeError("the cause") });
  return fail({ value: depth.value - 1 });
}
console.log(new Error("first").stack);
fail({ value: 3 });
