# The stack of the main thread grows far beyond what is usual.
import sys


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


sys.setrecursionlimit(10**6)
print(nested(300_000) == nested(300_000))
print([int(line.split()[1]) > 20_000 for line in open("/proc/self/status") if "VmStk" in line])
