// Much memory, but within the limit, outside the heap and in it.
const data = Buffer.alloc(64 << 20, 1);
const list = Array.from({ length: 1 << 20 }, (_, index) => ({ index }));
console.log(data.length, data[data.length - 1], list.length);
