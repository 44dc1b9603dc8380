// A mistake in the types only: nobody checks them.
const x: number = "not a number";
console.log(x, (x as unknown as string).length);
