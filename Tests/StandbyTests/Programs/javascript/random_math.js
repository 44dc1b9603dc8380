// The generator of Math.random() alone, which is seeded once in a process.
console.log([1, 2, 3].map(() => Math.random()));
