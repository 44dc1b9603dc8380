# Manager, fork server and listeners speak through Unix sockets. The profile without sockets must
# answer with errors that a program can catch.
import contextlib
import io
import multiprocessing
import os
from multiprocessing.connection import Client, Listener


def fill(shared):
    shared["child"] = "was here"


def work():
    return None


def manager():
    with multiprocessing.Manager() as manager:
        shared = manager.dict(parent=1)
        child = multiprocessing.Process(target=fill, args=(shared,))
        child.start()
        child.join()
        return sorted(shared.items(), key=str)


def fork_server():
    child = multiprocessing.get_context("forkserver").Process(target=work)
    child.start()
    child.join()
    return child.exitcode


def listener():
    with Listener(family="AF_UNIX", authkey=b"secret") as listener:
        process = os.fork()
        if process == 0:
            with Client(listener.address, authkey=b"secret") as client:
                client.send("to the listener")
            os._exit(0)
        with listener.accept() as connection:
            message = connection.recv()
        os.waitpid(process, 0)
        return message


@contextlib.contextmanager
def silent_children():
    """The manager's process tells standard error why it ended, which is not ours to judge."""
    kept = os.dup(2)
    null = os.open("/dev/null", os.O_WRONLY)
    os.dup2(null, 2)
    yield
    os.dup2(kept, 2)


if __name__ == "__main__":
    for attempt in (manager, fork_server, listener):
        try:
            with silent_children():
                result = attempt()
        except (OSError, EOFError) as error:
            result = f"{type(error).__name__} {error}".strip()
        print(attempt.__name__, result)
