// A standard input that is larger than any pipe, read at once.
const data = require("fs").readFileSync(0);
console.log(data.length, require("crypto").createHash("sha256").update(data).digest("hex"));
