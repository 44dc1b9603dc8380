// Files and folders, by promises, by callbacks and at once.
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { pipeline } = require("node:stream/promises");
const crypto = require("node:crypto");
const zlib = require("node:zlib");

async function main() {
  const top = await fs.promises.mkdtemp(path.join(os.tmpdir(), "honest-"));
  const at = (name) => path.join(top, name);
  const content = crypto.randomBytes(3 << 20);
  await fs.promises.writeFile(at("large"), content);

  await fs.promises.copyFile(at("large"), at("copy"));
  console.log("copyFile", content.equals(fs.readFileSync(at("copy"))));
  fs.copyFileSync(at("large"), at("second"), fs.constants.COPYFILE_FICLONE);
  console.log("clone", fs.statSync(at("second")).size);
  try {
    fs.copyFileSync(at("large"), at("second"), fs.constants.COPYFILE_EXCL);
  } catch (error) {
    console.log("exclusive", error.code);
  }
  await fs.promises.mkdir(at("tree/inner"), { recursive: true });
  await fs.promises.writeFile(at("tree/inner/żółw 🐢"), "text");
  await fs.promises.symlink("inner", at("tree/link"));
  await fs.promises.cp(at("tree"), at("copied"), { recursive: true, verbatimSymlinks: true });
  console.log("cp", fs.readdirSync(at("copied"), { recursive: true }).sort());
  await fs.promises.rename(at("copied"), at("moved"));
  console.log("rename", fs.existsSync(at("copied")), fs.readlinkSync(at("moved/link")));

  await pipeline(
    fs.createReadStream(at("large")),
    zlib.createGzip({ level: 1 }),
    zlib.createGunzip(),
    fs.createWriteStream(at("streamed")),
  );
  console.log("streams", content.equals(fs.readFileSync(at("streamed"))));

  const handle = await fs.promises.open(at("lines"), "w+");
  await handle.appendFile("one\ntwo\nthree\n");
  await handle.datasync();
  await handle.truncate(8);
  await handle.chmod(0o600);
  await handle.utimes(1e9, 1e9);
  const { size, mode, mtimeMs } = await handle.stat();
  console.log("handle", size, (mode & 0o777).toString(8), mtimeMs);
  await handle.close();
  const lines = [];
  for await (const line of require("node:readline").createInterface({
    input: fs.createReadStream(at("lines")),
  })) lines.push(line);
  console.log("lines", lines);

  const watching = new Promise((resolve) => {
    fs.watchFile(at("lines"), { interval: 5 }, (now, before) => {
      if (now.size <= before.size) return; // a file has its new time before its new size
      fs.unwatchFile(at("lines"));
      resolve(true);
    });
  });
  const appending = setInterval(() => fs.appendFileSync(at("lines"), "four"), 20);
  console.log("watchFile", await watching);
  clearInterval(appending);

  try {
    await fs.promises.readFile(at("missing"));
  } catch (error) {
    console.log("missing", error.code);
  }
  fs.accessSync(at("large"), fs.constants.R_OK | fs.constants.W_OK);
  fs.writeFileSync("/dev/null", "nothing");
  fs.rmSync(top, { recursive: true });
  console.log("removed", !fs.existsSync(top));
}

main();
