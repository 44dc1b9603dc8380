// Numbers that are to be different in each process.
console.log(Math.random(), crypto.randomUUID(), crypto.getRandomValues(new Uint32Array(2)));
