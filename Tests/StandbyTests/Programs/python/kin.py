# Who else is there, who may be signalled, and that no child was inherited.
import os
import resource

print(sorted(name for name in os.listdir("/proc") if name.isdigit()))
print(sorted(name for name in os.listdir("/proc") if not name.isdigit()))
for pid, number in [(1, 0), (1, 9), (-1, 0), (os.getppid() or 1, 18)]:
    try:
        print(pid, os.kill(pid, number))
    except OSError as error:
        print(pid, error.strerror)
try:
    print(os.waitpid(-1, os.WNOHANG))
except ChildProcessError as error:
    print(error.strerror)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime, used.ru_stime, used.ru_maxrss, used.ru_minflt)
