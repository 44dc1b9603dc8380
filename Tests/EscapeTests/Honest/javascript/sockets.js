// Servers of the program's own. The profile without sockets must answer with errors.
const net = require("node:net");
const dgram = require("node:dgram");
const http = require("node:http");
const dns = require("node:dns");
const os = require("node:os");
const path = require("node:path");
const fs = require("node:fs");
const { once } = require("node:events");

async function echo(address) {
  const server = net.createServer((socket) => socket.pipe(socket));
  server.listen(address);
  await once(server, "listening");
  const client = net.connect(address.path ? address : { ...address, port: server.address().port });
  client.end("echoed");
  const chunks = [];
  for await (const chunk of client) chunks.push(chunk);
  server.close();
  return Buffer.concat(chunks).toString();
}

async function unix() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "honest-"));
  try {
    return await echo({ path: path.join(folder, "socket") });
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

async function udp() {
  const server = dgram.createSocket("udp4");
  server.bind(0, "127.0.0.1");
  await once(server, "listening");
  const client = dgram.createSocket("udp4");
  client.send("datagram", server.address().port, "127.0.0.1");
  const [message] = await once(server, "message");
  server.close();
  client.close();
  return message.toString();
}

async function web() {
  const server = http.createServer((request, response) => response.end("page " + request.url));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/one?two=3`);
  const text = await answer.text();
  server.closeAllConnections();
  server.close();
  return `${answer.status} ${text}`;
}

async function names() {
  return (await dns.promises.lookup("localhost", { family: 4 })).address;
}

async function main() {
  const tcp = () => echo({ host: "127.0.0.1", port: 0 });
  const tcp6 = () => echo({ host: "::1", port: 0 });
  for (const attempt of Object.entries({ tcp, tcp6, unix, udp, web, names })) {
    const result = await attempt[1]().catch((error) => `${error.syscall} ${error.code}`);
    console.log(attempt[0], result);
  }
}

main();
