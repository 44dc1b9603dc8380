// A long source: this one is sent many times over, some 200 KiB of it.
{ const g = globalThis as { count?: number }; g.count = (g.count ?? 0) + 1; }
{ const n: number = (globalThis as { count?: number }).count ?? 0; if (n % 500 === 0) console.log(n); }
