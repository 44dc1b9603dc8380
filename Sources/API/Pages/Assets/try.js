"use strict";
const $ = (id) => document.getElementById(id);
const samples = {
  bash: 'echo "Hello from $BASH_VERSION"',
  c: '#include <stdio.h>\n\nint main(void) {\n    puts("Hello from C");\n}\n',
  cpp: '#include <iostream>\n\nint main() {\n    std::cout << "Hello from C++\\n";\n}\n',
  javascript: 'console.log("Hello from JavaScript", 6 * 7);\n',
  python: 'import sys\n\nprint("Hello from Python", sys.version.split()[0])\n',
  typescript: 'const name: string = "TypeScript";\nconsole.log(`Hello from ${name}`);\n',
};
let busy = false;
let untouched = true;

// Terminal escapes and marks that turn the direction of reading are shown, not obeyed.
const visible = (text) => text.replace(
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
  (c) => "\\u{" + c.codePointAt(0).toString(16) + "}");

function say(text, mood) {
  $("status").textContent = visible(text);
  $("status").className = mood || "";
}

function showStream(title, stage, name) {
  if (!stage[name]) return;
  const heading = document.createElement("h3");
  const notes = [];
  if (stage[name + "_encoding"] === "base64") notes.push("not plain text, shown in base64");
  if (stage[name + "_truncated"]) notes.push("truncated");
  heading.textContent = title + (notes.length ? " (" + notes.join(", ") + ")" : "");
  const block = document.createElement("pre");
  block.tabIndex = 0;
  block.textContent = visible(stage[name]);
  $("streams").append(heading, block);
}

function showExecution(execution) {
  const words = [execution.status.replaceAll("_", " ")];
  if (execution.exit_code !== null) words.push("exit code " + execution.exit_code);
  if (execution.signal !== null) words.push("signal " + execution.signal);
  if (execution.usage) {
    words.push(execution.usage.wall_ms.toFixed(1) + " ms");
    words.push((execution.usage.memory_bytes / 1048576).toFixed(1) + " MiB");
  }
  say(words.join(" · "), execution.status === "succeeded" ? "good" : "bad");
  if (execution.compile) {
    showStream("Compiler output", execution.compile, "stdout");
    showStream("Compiler messages", execution.compile, "stderr");
  }
  showStream("Standard output", execution, "stdout");
  showStream("Standard error", execution, "stderr");
}

function showQuota(headers) {
  const limit = headers.get("X-RateLimit-Limit");
  if (limit === null) return;
  const reset = new Date(Number(headers.get("X-RateLimit-Reset")) * 1000);
  $("quota").textContent = headers.get("X-RateLimit-Remaining") + " of " + limit
    + " runs left until "
    + reset.toLocaleString([], { timeStyle: "short", dateStyle: "short" });
}

async function run() {
  if (busy) return;
  busy = true;
  $("run").setAttribute("aria-disabled", "true");
  $("streams").replaceChildren();
  say("Running…");
  try {
    const response = await fetch("/api/v1/sandbox/try", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        language: $("language").value, code: $("code").value, stdin: $("stdin").value,
      }),
    });
    showQuota(response.headers);
    const answer = await response.json();
    if (answer.success) showExecution(answer.data);
    else say(answer.error.code + ": " + answer.error.message, "bad");
  } catch (error) {
    say("The server could not be reached: " + error.message, "bad");
  } finally {
    busy = false;
    $("run").removeAttribute("aria-disabled");
  }
}

async function start() {
  try {
    const response = await fetch("/api/v1/runtimes");
    const runtimes = (await response.json()).data.filter((runtime) => runtime.installed);
    for (const name of [...new Set(runtimes.map((runtime) => runtime.name))]) {
      const newest = runtimes.find((runtime) => runtime.name === name);
      $("language").append(new Option(name + " " + newest.version, name));
    }
    if (!runtimes.length) say("This server has no runtime installed.", "bad");
    showSample();
    showQuota((await fetch("/api/v1/usage")).headers);
  } catch (error) {
    say("The server could not be reached: " + error.message, "bad");
  }
}

function showSample() {
  if (untouched) $("code").value = samples[$("language").value] || "";
}

$("code").addEventListener("input", () => { untouched = $("code").value === ""; });
$("language").addEventListener("change", showSample);
$("form").addEventListener("submit", (event) => { event.preventDefault(); run(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    run();
  }
});
start();
