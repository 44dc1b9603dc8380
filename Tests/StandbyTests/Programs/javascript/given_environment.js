// Variables of the request: a jail that was made without them is not for it.
console.log(Object.entries(process.env), process.execArgv, Error.stackTraceLimit);
new Error("x").stack.split("\n").length > 2 ? console.log("long") : console.log("short");
