# Numbers, groups, priorities, and what prctl() says of the process.
import ctypes
import os

print(os.getpid(), os.getppid(), os.getpgid(0), os.getsid(0), os.getpgrp())
print(os.getresuid(), os.getresgid(), os.getgroups(), os.getcwd())
print(os.getpriority(os.PRIO_PROCESS, 0), os.nice(0), os.umask(0o22), os.cpu_count())
print(os.sched_getscheduler(0), os.sched_getparam(0), os.sched_getaffinity(0))
prctl = ctypes.CDLL(None, use_errno=True).prctl
options = {
    "pdeathsig": 2, "dumpable": 3, "keepcaps": 7, "timing": 13, "name": 16, "seccomp": 21,
    "capbset": 23, "tsc": 25, "securebits": 27, "timerslack": 30, "mce_kill": 34,
    "subreaper": 37, "no_new_privs": 39, "thp_disable": 42, "cap_ambient": 47, "io_flusher": 58,
}
for name, option in options.items():
    buffer = ctypes.create_string_buffer(16)
    code = prctl(option, 1 if name == "cap_ambient" else buffer, 0, 0, 0)
    print(name, code, ctypes.get_errno() if code < 0 else "", buffer.raw)
try:
    print(os.getlogin())
except OSError as error:
    print(error)
