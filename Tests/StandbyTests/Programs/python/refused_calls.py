# Calls that the filter refuses, and their names in the answer.
import ctypes
import os
import socket

libc = ctypes.CDLL(None, use_errno=True)
calls = {"ptrace": (0, 0), "mount": (0, 0, 0, 0, 0), "unshare": (0x10000000,), "chroot": (b"/",),
         "setns": (0, 0), "personality": (0x0040000,), "acct": (0,), "sethostname": (b"x", 1)}
for name, arguments in calls.items():
    print(name, getattr(libc, name)(*arguments), ctypes.get_errno())
for family in (socket.AF_INET, socket.AF_UNIX, socket.AF_NETLINK, socket.AF_PACKET):
    try:
        print(family, socket.socket(family).family)
    except OSError as error:
        print(family, error.strerror)
print(socket.gethostname(), os.uname().sysname, [end.family for end in socket.socketpair()])
