# Where things are in memory.
print(hex(id(object())), hex(id(print)))
for line in open("/proc/self/maps"):
    if "[stack]" in line or "libc.so" in line or "[heap]" in line:
        print(line.split("-")[0])
