# How every program in here says what came of an attempt: one line, name=ok or name=ERRNO.
import errno
import os


def attempt(name, action):
    """Does it, says what came of it, and returns what it returned."""
    try:
        value = action()
    except OSError as error:
        print(f"{name}={errno.errorcode.get(error.errno, error)}", flush=True)
    except (ValueError, RuntimeError, MemoryError) as error:
        print(f"{name}={type(error).__name__}", flush=True)
    else:
        print(f"{name}=ok", flush=True)
        return value


def write(path, text="marker"):
    with open(path, "w") as file:
        file.write(text)


def read(path):
    with open(path, "rb") as file:
        return file.read(4096)
