# Uses the writable folders up, in every way.
import os, sys
from attempts import attempt

def fill(folder):
    for number in range(10_000):
        with open(f"{folder}/fill-{number}", "wb") as file:
            file.write(b"x" * (1 << 20))

def flood(folder):
    for number in range(1_000_000):
        os.close(os.open(f"{folder}/flood-{number}", os.O_CREAT | os.O_WRONLY))

def nest(folder):
    for _ in range(1_000_000):
        folder += "/d"
        os.mkdir(folder)

def deleted(folder):
    held = []
    for number in range(200):
        held.append(open(f"{folder}/deleted", "wb", buffering=0))
        os.unlink(f"{folder}/deleted")
        if held[-1].write(b"x" * (1 << 20)) != 1 << 20:
            raise OSError(28, "short")

def huge(folder):
    with open(f"{folder}/huge", "wb") as file:
        os.ftruncate(file.fileno(), 1 << 62)

def allocated(folder):
    with open(f"{folder}/allocated", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 1 << 40)

def clear(folder):
    for top, names, files in os.walk(folder, topdown=False):
        for name in files:
            os.unlink(os.path.join(top, name))
        for name in names:
            os.rmdir(os.path.join(top, name))

import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for folder in ["/box", "/tmp"]:
    for action in [huge, allocated, deleted, fill, flood, nest]:
        place = f"{folder}/{action.__name__}"
        os.mkdir(place)
        attempt(f"{action.__name__} {folder}", lambda: action(place))
        clear(place)
        os.rmdir(place)
