// A source with a byte order mark and the line ends of Windows.
const x: string = `a
b`;
console.log(JSON.stringify(x));
throw new Error("x");
