// Every kind of byte in standard input.
process.stdin.setEncoding("utf8");
process.stdin.on("data", (text) => console.log(JSON.stringify(text)));
