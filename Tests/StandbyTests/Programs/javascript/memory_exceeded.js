// More memory than the limit allows.
require("fs").writeSync(1, "before\n");
const kept = [];
for (let count = 0; count < 256; count++) kept.push(Buffer.alloc(16 << 20, 1));
console.log("never printed");
