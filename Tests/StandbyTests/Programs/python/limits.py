# Every resource limit, soft and hard, and what is derived of some: the size of a thread's stack, and
# the number of file locks.
import ctypes
import fcntl
import resource
import tempfile
import threading

for name in sorted(dir(resource)):
    if name.startswith("RLIMIT_"):
        print(name, resource.getrlimit(getattr(resource, name)))
print(open("/proc/self/limits").read())
libc = ctypes.CDLL(None)
libc.pthread_self.restype = ctypes.c_ulong


def stack():
    attributes, size = ctypes.create_string_buffer(64), ctypes.c_size_t()
    libc.pthread_getattr_np(ctypes.c_ulong(libc.pthread_self()), attributes)
    libc.pthread_attr_getstacksize(attributes, ctypes.byref(size))
    print(round(size.value / 2**20))  # a few pages of the main one's are random


for run in [stack, lambda: (threading.Thread(target=stack).start())]:
    run()

with tempfile.TemporaryFile() as file:
    locks = 0
    try:
        while locks < 10_000:
            fcntl.flock(file, fcntl.LOCK_EX)
            locks += 1
    except OSError as error:
        print(locks, error)
