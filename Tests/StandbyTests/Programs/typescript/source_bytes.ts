// A source with bytes that are not UTF-8.
console.log("ÿþ".length, JSON.stringify("é"));
