// A source with a byte order mark and the line ends of Windows.
console.log(JSON.stringify(`a
b`));
throw new Error("x");
