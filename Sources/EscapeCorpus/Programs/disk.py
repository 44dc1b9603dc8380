# disk full|huge FOLDER...: uses writable folders up, in every way; or makes one file that is larger
# than any.
import os, signal, sys
from attempts import attempt

def fill(folder):
    for number in range(64):
        with open(f"{folder}/fill-{number}", "wb") as file:
            file.write(b"x" * (1 << 20))

def flood(folder):
    for number in range(5_000):
        os.close(os.open(f"{folder}/flood-{number}", os.O_CREAT | os.O_WRONLY))

def nest(folder):
    for _ in range(1_000):
        folder += "/d"
        os.mkdir(folder)

def deleted(folder):
    held = []
    for number in range(64):
        held.append(open(f"{folder}/deleted", "wb", buffering=0))
        os.unlink(f"{folder}/deleted")
        if held[-1].write(b"x" * (1 << 20)) != 1 << 20:
            raise OSError(28, "short")

def allocated(folder):
    with open(f"{folder}/allocated", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 32 << 20)

def huge(folder):
    with open(f"{folder}/huge", "wb") as file:
        os.ftruncate(file.fileno(), 1 << 62)

def clear(folder):
    for top, names, files in os.walk(folder, topdown=False):
        for name in files:
            os.unlink(os.path.join(top, name))
        for name in names:
            os.rmdir(os.path.join(top, name))

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
actions = [huge] if sys.argv[1] == "huge" else [allocated, deleted, fill, flood, nest]
for folder in sys.argv[2:]:
    for action in actions:
        place = f"{folder}/{action.__name__}-{os.getpid()}"
        os.mkdir(place)
        attempt(f"{action.__name__} {folder}", lambda: action(place))
        clear(place)
        os.rmdir(place)
