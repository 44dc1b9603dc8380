# Sockets of the program's own. The profile without sockets must answer with an error that a program
# can catch; pairs of Unix sockets are there in both.
import array
import asyncio
import http.server
import os
import select
import socket
import socketserver
import tempfile
import threading
import urllib.request


def pair():
    near, far = socket.socketpair()
    reading, writing = os.pipe()
    socket.send_fds(near, [b"descriptor"], [writing])
    message, descriptors, _, _ = socket.recv_fds(far, 100, 1)
    os.write(descriptors[0], b"through it")
    return message, os.read(reading, 100)


def tcp(family=socket.AF_INET, host="127.0.0.1"):
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, 0))
        listener.listen()
        with socket.create_connection(listener.getsockname()[:2], timeout=120) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server, _ = listener.accept()
            client.sendall(b"stream")
            ready = select.select([server], [], [], 120)[0]
            received = server.recv(100)
            server.close()
            return len(ready), received, client.recv(1)


def tcp6():
    return tcp(socket.AF_INET6, "::1")


def udp():
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("localhost", 0))
        server.settimeout(120)
        with socket.socket(type=socket.SOCK_DGRAM) as client:
            client.sendto(b"datagram", server.getsockname())
        return server.recvfrom(100)[0]


def unix():
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(folder + "/socket")
        listener.listen()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(folder + "/socket")
            client.sendall(b"by path")
            return listener.accept()[0].recv(100)


def abstract():
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0honest-{os.getpid()}")
        listener.listen()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(listener.getsockname())
            return "connected"


def web():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"page " + self.path.encode())

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://localhost:{server.server_address[1]}/one?two=3"
        with urllib.request.urlopen(address, timeout=120) as answer:
            text = answer.read().decode()
        server.shutdown()
        return text


def streams():
    async def echo(reader, writer):
        writer.write((await reader.readline()).upper())
        await writer.drain()
        writer.close()

    async def main():
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        if not server.sockets:  # asyncio passes over families that are not there
            raise OSError("asyncio found no family")
        host, port = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"asynchronous\n")
        answer = await reader.read()
        writer.close()
        server.close()
        return answer

    return asyncio.run(main())


def polling():
    near, far = socket.socketpair()
    poller = select.epoll()
    poller.register(far, select.EPOLLIN)
    near.send(b"x")
    return len(poller.poll(120)), far.recv(1)


for attempt in (pair, polling, tcp, tcp6, udp, unix, abstract, web, streams):
    try:
        result = attempt()
    except OSError as error:
        result = f"{type(error).__name__}: {error}"
    print(attempt.__name__, result)
