# File locks of all kinds, between processes.
import errno
import fcntl
import os
import struct
import tempfile


def in_child(function):
    process = os.fork()
    if process == 0:
        os._exit(function())
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


with tempfile.NamedTemporaryFile() as file:
    def is_locked(lock):
        def attempt():
            with open(file.name, "r+b") as other:
                try:
                    lock(other)
                except OSError as error:
                    return 1 if error.errno in (errno.EAGAIN, errno.EACCES) else 2
                return 0
        return ["free", "locked", "failed"][in_child(attempt)]

    def try_flock(other):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def try_lockf(other):
        fcntl.lockf(other, fcntl.LOCK_EX | fcntl.LOCK_NB, 10)

    print("flock", is_locked(try_flock), end=" ")
    fcntl.flock(file, fcntl.LOCK_EX)
    print(is_locked(try_flock), end=" ")
    fcntl.flock(file, fcntl.LOCK_UN)
    print(is_locked(try_flock))

    print("lockf", is_locked(try_lockf), end=" ")
    fcntl.lockf(file, fcntl.LOCK_EX, 10)
    print(is_locked(try_lockf), end=" ")
    fcntl.lockf(file, fcntl.LOCK_UN, 10)
    print(is_locked(try_lockf))

    # F_OFD_SETLK and F_OFD_GETLK: locks of an open file, not of a process.
    whole = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    fcntl.fcntl(file, fcntl.F_OFD_SETLK, whole)
    with open(file.name, "r+b") as other:
        answer = struct.unpack("hhqqi4x", fcntl.fcntl(other, fcntl.F_OFD_GETLK, whole))
    print("open file", answer[0] == fcntl.F_WRLCK, answer[4])

# The system's own libraries are shared by all jails; a lock on one of them harms nobody else's.
with open("/usr/bin/env", "rb") as shared:
    fcntl.flock(shared, fcntl.LOCK_SH)
    print("shared")

# Many locks, one after another, of each kind.
with tempfile.TemporaryFile() as file:
    for turn in range(2000):
        fcntl.lockf(file, fcntl.LOCK_EX, 1, turn)
        fcntl.lockf(file, fcntl.LOCK_UN, 1, turn)
        fcntl.flock(file, fcntl.LOCK_EX)
        fcntl.flock(file, fcntl.LOCK_UN)
    for turn in range(200):
        fcntl.lockf(file, fcntl.LOCK_EX, 1, 2 * turn)
    print("many")
