# Who a program may become, and whose its files may be: its own, and nobody else, whether there is
# such a user or not.
import os
import subprocess
import sys
import threading

STRANGERS = (0, 33, 12345, 2**31)
own, group = os.getuid(), os.getgid()
open("mine", "w").close()


def attempt(name, action):
    try:
        action()
        print(name, "done")
    except OSError as error:
        print(name, type(error).__name__, error.strerror)


def start_as(**identity):
    subprocess.run([sys.executable, "-c", ""], check=True, **identity)


for stranger in STRANGERS:
    attempt(f"setuid {stranger}", lambda: os.setuid(stranger))
    attempt(f"setgid {stranger}", lambda: os.setgid(stranger))
    attempt(f"seteuid {stranger}", lambda: os.seteuid(stranger))
    attempt(f"setreuid {stranger}", lambda: os.setreuid(stranger, -1))
    attempt(f"setresgid {stranger}", lambda: os.setresgid(-1, stranger, -1))
    attempt(f"chown {stranger}", lambda: os.chown("mine", stranger, -1))
    attempt(f"lchown {stranger}", lambda: os.lchown("mine", -1, stranger))
    attempt(f"fchownat {stranger}", lambda: os.chown(
        "mine", stranger, stranger, dir_fd=os.open(".", os.O_RDONLY)))
    attempt(f"user {stranger}", lambda: start_as(user=stranger))
    attempt(f"group {stranger}", lambda: start_as(group=stranger))

with open("mine") as file:
    attempt("fchown to oneself", lambda: os.fchown(file.fileno(), own, group))
attempt("chown to oneself", lambda: os.chown("mine", own, -1))
attempt("chown to nobody new", lambda: os.chown("mine", -1, -1))
attempt("chown of what is not there", lambda: os.chown("nowhere", own, group))
attempt("setuid to oneself", lambda: os.setuid(own))
attempt("setgid to oneself", lambda: os.setgid(group))
attempt("setresuid to oneself", lambda: os.setresuid(own, -1, own))
attempt("no user", lambda: os.setuid(-1))
attempt("started as oneself", lambda: start_as(user=own, group=group))
# The C library changes every thread of a process, one by one.
thread = threading.Thread(target=lambda: attempt("from a thread", lambda: os.setuid(12345)))
thread.start()
thread.join()
