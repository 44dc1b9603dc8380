// A long source: this one is sent many times over, some 200 KiB of it.
globalThis.count = (globalThis.count ?? 0) + 1;
if (count % 500 === 0) console.log(count, new Error().stack.split("\n")[1]);
