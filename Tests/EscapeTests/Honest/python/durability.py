# Everything that asks for data to be safe on a disk, and a database that does.
import errno
import mmap
import os
import socket
import sqlite3
import tempfile


def outcome(function, *arguments):
    try:
        return function(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "file")
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_SYNC)
    os.write(file, b"x" * 4096)
    descriptors = {
        "file": file,
        "folder": os.open(folder, os.O_RDONLY),
        "shared": os.open("/usr/bin/env", os.O_RDONLY),
        "memory": os.memfd_create("memory"),
        "pipe": os.pipe()[1],
        "socket": socket.socketpair()[0].detach(),
        "device": os.open("/dev/null", os.O_WRONLY),
        "closed": 200,
    }
    for name, number in descriptors.items():
        print(name, outcome(os.fsync, number), outcome(os.fdatasync, number))
    for access in (mmap.ACCESS_WRITE, mmap.ACCESS_READ, mmap.ACCESS_COPY):
        with mmap.mmap(file, 4096, access=access) as mapping:
            print("mapping", access, outcome(mapping.flush))

    with sqlite3.connect(os.path.join(folder, "database")) as database:
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE numbers (number INTEGER)")
        for number in range(300):
            with database:
                database.execute("INSERT INTO numbers VALUES (?)", (number,))
        print("sum", *database.execute("SELECT sum(number) FROM numbers").fetchone())
