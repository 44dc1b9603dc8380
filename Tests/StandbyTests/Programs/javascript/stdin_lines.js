// Standard input by lines, awaited; an empty one has none.
const lines = require("readline").createInterface({ input: process.stdin });
(async () => {
  for await (const line of lines) console.log("line", line);
  console.log("end");
})();
