// WebAssembly, big allocations, Intl, time zones, text and cryptography.
const crypto = require("node:crypto");
const { TextDecoder } = require("node:util");

// (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
const bytes = Buffer.from(
  "0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b", "hex");
const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes));
console.log("wasm", instance.exports.add(40, 2));
const memory = new WebAssembly.Memory({ initial: 1, maximum: 100 });
memory.grow(63);
console.log("memory", memory.buffer.byteLength);

const large = new Uint8Array(100 << 20).fill(1);
console.log("large", large.length, large[large.length - 1]);
const many = Array.from({ length: 500_000 }, (_, index) => ({ index }));
console.log("many", many.reduce((sum, { index }) => sum + index, 0));
try {
  new ArrayBuffer(2 ** 52);
} catch (error) {
  console.log("too large", error.name);
}

const moment = new Date(1e12);
console.log("zone", moment.toString());
process.env.TZ = "Asia/Tokyo";
console.log("set", moment.getHours(), moment.getTimezoneOffset());
const style = { dateStyle: "full", timeStyle: "long", timeZone: "Europe/Warsaw" };
console.log("Intl", new Intl.DateTimeFormat("pl", style).format(moment));
console.log("number", new Intl.NumberFormat("de").format(1234567.891));
console.log("sort", ["ż", "z", "a", "ä"].sort(new Intl.Collator("de").compare).join(""));
console.log("plural", new Intl.PluralRules("pl").select(5));

console.log("arguments", JSON.stringify(process.argv.slice(2)));
console.log("text", "żółw".normalize("NFD").length, "𝔘".codePointAt(0), [..."🐢🐢"].length);
console.log("decoder", new TextDecoder("windows-1250").decode(Buffer.from([0xbf, 0xf3])));
const word = "Straße 🐢".match(/\p{Letter}+/u)[0];
console.log("regular", word, "aBc".replace(/(?<=a)B/, "_"));
console.log("hash", crypto.createHash("sha256").update("x").digest("hex").slice(0, 16));
const key = crypto.scryptSync("password", "salt", 16);
const cipher = crypto.createCipheriv("aes-128-gcm", key, Buffer.alloc(12));
console.log("cipher", cipher.update("text", "utf8", "hex") + cipher.final("hex"));
const { publicKey, privateKey } = crypto.generateKeyPairSync("ed25519");
console.log("sign", crypto.verify(null, "m", publicKey, crypto.sign(null, "m", privateKey)));
console.log("random", crypto.randomUUID().length, crypto.getRandomValues(new Uint8Array(4)).length);
console.log("clone", structuredClone(new Map([[1, new Set(["two"])]])));
console.log("eval", eval("1 + 1"), new Function("a", "return a * 2")(21));
