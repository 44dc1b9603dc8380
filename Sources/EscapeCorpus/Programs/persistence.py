# persistence leave|look|erase [near]: a marker in every place that can be written, or what is found
# of one. near: in few places, for a machine that is not a jail.
import ctypes, os, sys
from attempts import write

libc = ctypes.CDLL(None, use_errno=True)
KEY, NAME = 0x5153, "quicksand-marker"

def folders():
    if "near" in sys.argv:
        yield "/tmp"
        return
    for top, names, _ in os.walk("/"):
        if top == "/":
            names[:] = [name for name in names if name not in ("proc", "usr")]
        yield top
    yield from ["/usr", "/usr/lib", "/dev/shm", "/dev/mqueue", "/run", "/var/tmp", "/proc"]

def queue(flags):
    return libc.mq_open(b"/" + NAME.encode(), flags, 0o600, None)

# Each object by name: how it is made, found, and removed.
objects = {
    "shm": (lambda: libc.shmget(KEY, 4096, 0o1666), lambda: libc.shmget(KEY, 0, 0),
            lambda number: libc.shmctl(number, 0, None)),
    "sem": (lambda: libc.semget(KEY, 1, 0o1666), lambda: libc.semget(KEY, 0, 0),
            lambda number: libc.semctl(number, 0, 0)),
    "msg": (lambda: libc.msgget(KEY, 0o1666), lambda: libc.msgget(KEY, 0),
            lambda number: libc.msgctl(number, 0, None)),
    "mqueue": (lambda: queue(os.O_RDWR | os.O_CREAT), lambda: queue(os.O_RDWR),
               lambda number: libc.mq_unlink(b"/" + NAME.encode())),
}

def leave():
    for folder in folders():
        try:
            write(os.path.join(folder, NAME))
            print(f"left {folder}=ok")
        except OSError:
            pass
    for name, (make, _, _) in objects.items():
        if make() >= 0:
            print(f"left {name}=ok")

def look():
    for folder in folders():
        if os.path.lexists(os.path.join(folder, NAME)):
            print(f"found {folder}=ok")
    for name, (_, find, _) in objects.items():
        if find() >= 0:
            print(f"found {name}=ok")

def erase():
    for folder in folders():
        if os.path.lexists(os.path.join(folder, NAME)):
            os.unlink(os.path.join(folder, NAME))
    for _, find, remove in objects.values():
        if (number := find()) >= 0:
            remove(number)

globals()[sys.argv[1]]()
