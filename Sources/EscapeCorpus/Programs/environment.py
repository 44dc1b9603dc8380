# What the program is told by the way, beside its arguments and its input.
import ctypes, os

print("names=" + " ".join(sorted(os.environ)))
with open("/proc/self/environ", "rb") as file:
    lines = [line.decode() for line in file.read().split(b"\0") if line]
print("proc=" + " ".join(sorted(line.split("=")[0] for line in lines)))
for name, value in os.environ.items():
    print(f"value {name}={value}")
getauxval = ctypes.CDLL(None).getauxval
getauxval.restype = ctypes.c_ulong
for name, number in [("uid", 11), ("euid", 12), ("gid", 13), ("egid", 14), ("secure", 23)]:
    print(f"aux {name}={getauxval(number)}")
print("file=" + ctypes.string_at(getauxval(31)).decode())
print("host=" + os.uname().nodename)
print(f"parent={os.getppid()}")
