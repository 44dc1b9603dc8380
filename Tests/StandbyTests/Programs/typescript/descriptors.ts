// The open descriptors, what they are, and how they were opened. Deno opens its databases in threads
// of its own, so those are left out with what is read for them, and the numbers of all but the first
// say nothing.
const found: string[] = [];
for (const { name } of Deno.readDirSync("/proc/self/fd")) {
  try {
    const place = Deno.readLinkSync(`/proc/self/fd/${name}`).split(":")[0];
    const info = Deno.readTextFileSync(`/proc/self/fdinfo/${name}`).split("\n").slice(0, 2);
    if (/^(\/tmp\/deno|\/dev\/urandom)/.test(place)) continue;
    found.push([Number(name) < 3 ? name : "another", place, ...info].join(" "));
  } catch {
    continue; // that of the listing itself, and what a thread has closed meanwhile
  }
}
console.log(found.sort().join("\n"));
console.log(Deno.stdin.isTerminal(), Deno.stdout.isTerminal(), Deno.stderr.isTerminal());
