// Types, timers, WebAssembly, big allocations, Intl, time zones, text, cryptography and errors.
enum Shape {
  Round = "round",
}
interface Named {
  readonly name: string;
}
class Animal implements Named {
  constructor(public readonly name: string, private legs = 4) {}
  get text(): string {
    return `${this.name} ${this.legs}`;
  }
}
const first = <T>(all: T[]): T | undefined => all[0];
const one = first([1, 2]) satisfies number | undefined;
console.log("types", Shape.Round, new Animal("żółw").text, one);

let ticks = 0;
await new Promise<void>((resolve) => {
  const interval = setInterval(() => ++ticks === 3 && (clearInterval(interval), resolve()), 1);
});
console.log("interval", ticks);
const late = new Promise((resolve) => setTimeout(resolve, 5, "late"));
console.log("race", await Promise.race([late, Promise.resolve("early")]), await late);

// (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
const bytes = Uint8Array.fromHex(
  "0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b",
);
const { instance } = await WebAssembly.instantiate(bytes);
console.log("wasm", (instance.exports.add as (a: number, b: number) => number)(40, 2));
const large = new Uint8Array(100 << 20).fill(1);
console.log("large", large.length, large.at(-1));
try {
  new ArrayBuffer(2 ** 52);
} catch (error) {
  console.log("too large", (error as Error).name);
}

const moment = new Date(1e12);
console.log("zone", moment.toString());
const style = { dateStyle: "full", timeStyle: "long", timeZone: "Europe/Warsaw" } as const;
console.log("Intl", new Intl.DateTimeFormat("pl", style).format(moment));
console.log("sort", ["ż", "z", "a", "ä"].sort(new Intl.Collator("de").compare).join(""));
const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode("x"));
console.log("hash", new Uint8Array(hash).toHex().slice(0, 16), crypto.randomUUID().length);
console.log("text", "𝔘".codePointAt(0), "Straße 🐢".match(/\p{Letter}+/u)?.[0], atob("xbw="));
localStorage.setItem("key", "kept");
console.log("storage", localStorage.getItem("key"));
localStorage.clear();

function deep(level: number): number {
  return deep(level + 1) + 1;
}
try {
  deep(0);
} catch (error) {
  console.log("caught", (error as Error).name, (error as Error).message);
}
const failed = await new Deno.Command(Deno.execPath(), {
  args: ["eval", "--ext=ts", "const x: number = 1; throw new TypeError('zażółć')"],
}).output();
const reason = new TextDecoder().decode(failed.stderr).split("\n")[0];
console.log("thrown", failed.code, reason);
