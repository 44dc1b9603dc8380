// Servers of the program's own. The profile without sockets must answer with errors.
async function echo(listener: Deno.Listener, connect: () => Promise<Deno.Conn>) {
  const served = (async () => {
    const connection = await listener.accept();
    await connection.readable.pipeTo(connection.writable);
  })();
  const client = await connect();
  await client.write(new TextEncoder().encode("echoed"));
  await client.closeWrite();
  const bytes = new Uint8Array(100);
  const count = await client.read(bytes);
  const text = new TextDecoder().decode(bytes.subarray(0, count ?? 0));
  client.close();
  await served;
  listener.close();
  return text;
}

const attempts: Record<string, () => Promise<string>> = {
  tcp() {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    return echo(listener, () => Deno.connect(listener.addr as Deno.NetAddr));
  },
  tcp6() {
    const listener = Deno.listen({ hostname: "::1", port: 0 });
    return echo(listener, () => Deno.connect(listener.addr as Deno.NetAddr));
  },
  async unix() {
    const path = `${await Deno.makeTempDir()}/socket`;
    const listener = Deno.listen({ transport: "unix", path });
    return echo(listener as Deno.Listener, () => Deno.connect({ transport: "unix", path }));
  },
  async web() {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => new Response("page " + new URL(request.url).pathname),
    );
    const answer = await fetch(`http://127.0.0.1:${server.addr.port}/one`);
    const text = await answer.text();
    await server.shutdown();
    return `${answer.status} ${text}`;
  },
  async socket() {
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }) => socket.send(data.toUpperCase());
      return response;
    });
    const client = new WebSocket(`ws://127.0.0.1:${server.addr.port}`);
    client.onopen = () => client.send("message");
    const text = await new Promise<string>((resolve) => {
      client.onmessage = ({ data }) => resolve(data);
    });
    const closed = new Promise((resolve) => (client.onclose = resolve));
    client.close();
    await closed;
    await server.shutdown();
    return text;
  },
};

for (const [name, attempt] of Object.entries(attempts)) {
  const result = await (async () => await attempt())()
    .catch((error) => `${error.name}: ${error.message}`);
  console.log(name, result);
}
