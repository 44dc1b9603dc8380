# Asks again and again for a shared file to be written to its disk. flush.py PATH N
import mmap
import os
import sys

path, count = sys.argv[1], int(sys.argv[2])
file = os.open(path, os.O_RDONLY | os.O_SYNC)
mapping = mmap.mmap(file, 4096, prot=mmap.PROT_READ)
for call in (lambda: os.fsync(file), lambda: os.fdatasync(file), mapping.flush):
    for _ in range(count):
        call()
print("flushed=ok")
