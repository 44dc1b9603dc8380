// Much memory, but within the limit.
const data = new Uint8Array(48 << 20).fill(1);
console.log(data.length, data[data.length - 1], new Array(1 << 20).fill(0).length);
