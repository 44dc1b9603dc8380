# Calls that are refused for their arguments. Outside they are made; inside they fail at once, with
# the error upon which libraries go another way.
import asyncio
import errno
import fcntl
import os
import socket
import struct

near, far = socket.socketpair()
folder = os.open(".", os.O_RDONLY)
with open("file", "wb") as file:
    file.write(bytes(range(256)) * 1000)


def attempt(name, action):
    try:
        action()
        print(name, "done")
    except OSError as error:
        print(name, errno.errorcode[error.errno])


def receive(count):
    data = b""
    while len(data) < count and (part := far.recv(count - len(data))):
        data += part
    return data


def send_file():
    with open("file", "rb") as source:
        content, sent = source.read(), 0
        source.seek(0)
        # Python sends with its own hands where sendfile fails.
        while sent < len(content):
            count = near.sendfile(source, offset=sent, count=20_000)
            assert receive(count) == content[sent:sent + count]
            sent += count
    return sent


async def send_by_loop():
    loop = asyncio.get_running_loop()
    near.setblocking(False)
    far.setblocking(False)
    with open("file", "rb") as source:
        content = source.read()
        source.seek(0)
        sending = asyncio.create_task(loop.sock_sendfile(near, source))
        received = b""
        while len(received) < len(content):
            received += await loop.sock_recv(far, 65536)
        return await sending, received == content


print("socket.sendfile", send_file())
print("loop.sock_sendfile", *asyncio.run(send_by_loop()))
one = struct.pack("i", 1)
attempt("option", lambda: near.setsockopt(socket.SOL_SOCKET, 29, one))  # SO_TIMESTAMP
attempt("pair", lambda: socket.socketpair(socket.AF_INET))
attempt("notes of a folder", lambda: fcntl.fcntl(folder, fcntl.F_NOTIFY, fcntl.DN_ACCESS))
attempt("size of a file", lambda: fcntl.ioctl(folder, 0x5460, bytes(8)))  # FIOQSIZE
attempt("foreground", lambda: os.tcsetpgrp(near.fileno(), os.getpgrp()))
attempt("advice", lambda: os.posix_fadvise(
    os.open("file", os.O_RDONLY), 0, 0, os.POSIX_FADV_DONTNEED))
attempt("no advice", lambda: os.posix_fadvise(folder, 0, 0, 99))
os.close(folder)
attempt("foreground of nothing", lambda: os.tcsetpgrp(folder, os.getpgrp()))
attempt("notes of nothing", lambda: fcntl.fcntl(folder, fcntl.F_NOTIFY, fcntl.DN_ACCESS))
attempt("option of nothing", lambda: os.posix_fadvise(folder, 0, 0, 99))
