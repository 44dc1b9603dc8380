// The open descriptors, what they are, and how they were opened. Deno opens its databases in threads
// of its own, so those are left out, and the numbers of all but the first say nothing.
const found: string[] = [];
for (const { name } of Deno.readDirSync("/proc/self/fd")) {
  try {
    const place = Deno.readLinkSync(`/proc/self/fd/${name}`).split(":")[0];
    const info = Deno.readTextFileSync(`/proc/self/fdinfo/${name}`).split("\n").slice(0, 2);
    if (place.startsWith("/tmp/deno/")) continue;
    found.push([Number(name) < 3 ? name : "another", place, ...info].join(" "));
  } catch (error) {
    found.push((error as Error).name);
  }
}
console.log(found.sort().join("\n"));
console.log(Deno.stdin.isTerminal(), Deno.stdout.isTerminal(), Deno.stderr.isTerminal());
