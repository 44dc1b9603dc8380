# The open descriptors: what they are, how they were opened, where they stand.
import fcntl
import os
import stat

for name in sorted(os.listdir("/proc/self/fd"), key=int):
    try:
        place, state = os.readlink("/proc/self/fd/" + name), os.fstat(int(name))
    except OSError:
        continue  # that of the listing itself
    info = open("/proc/self/fdinfo/" + name).read().split("\n")[:2]
    print(name, place.split(":")[0], stat.filemode(state.st_mode), state.st_nlink, info)
    print(state.st_uid, state.st_gid, state.st_size, os.isatty(int(name)))
    print([fcntl.fcntl(int(name), getattr(fcntl, w)) for w in ("F_GETFD", "F_GETFL", "F_GETOWN")])
    if stat.S_ISFIFO(state.st_mode):
        print(fcntl.fcntl(int(name), fcntl.F_GETPIPE_SZ))
free = os.open("/dev/null", os.O_RDONLY)
print(free, len({os.fstat(number).st_ino for number in (0, 1, 2)}))
