// Arguments of the request: a jail that was made without them is not for it.
console.log(process.argv);
