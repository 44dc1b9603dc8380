# Which files are mapped, with which rights, and what the kernel told the process at its start.
import struct

print(sorted({(line.split()[1], line.split(maxsplit=5)[5].strip())
              for line in open("/proc/self/maps") if "/" in line}))
pairs = struct.iter_unpack("NN", open("/proc/self/auxv", "rb").read())
addresses = {3, 7, 9, 15, 24, 25, 31, 33}
print([(key, value if key not in addresses else "an address") for key, value in pairs])
