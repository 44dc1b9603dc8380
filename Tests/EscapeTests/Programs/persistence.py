# persistence leave|look: a marker in every place that can be written, or what is found of one.
import ctypes, os, sys
from attempts import write

libc = ctypes.CDLL(None, use_errno=True)
KEY, NAME = 0x5153, "quicksand-marker"

def folders():
    for top, names, _ in os.walk("/"):
        if top == "/":
            names[:] = [name for name in names if name not in ("proc", "usr")]
        yield top
    yield from ["/usr", "/usr/lib", "/dev/shm", "/dev/mqueue", "/run", "/var/tmp", "/proc"]

def leave():
    for folder in folders():
        try:
            write(os.path.join(folder, NAME))
            print(f"left {folder}=ok")
        except OSError:
            pass
    for name, make in [("shm", lambda: libc.shmget(KEY, 4096, 0o1666)),
                       ("sem", lambda: libc.semget(KEY, 1, 0o1666)),
                       ("msg", lambda: libc.msgget(KEY, 0o1666))]:
        if make() >= 0:
            print(f"left {name}=ok")

def look():
    for folder in folders():
        if os.path.lexists(os.path.join(folder, NAME)):
            print(f"found {folder}=ok")
    for name, find in [("shm", lambda: libc.shmget(KEY, 0, 0)),
                       ("sem", lambda: libc.semget(KEY, 0, 0)),
                       ("msg", lambda: libc.msgget(KEY, 0))]:
        if find() >= 0:
            print(f"found {name}=ok")

{"leave": leave, "look": look}[sys.argv[1]]()
