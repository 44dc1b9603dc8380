# Memory maps: private, shared, anonymous and of files; and a large allocation below the limit.
import mmap
import os
import tempfile

NO_RESERVE = 0x4000  # MAP_NORESERVE, which Python 3.11 does not name

with tempfile.TemporaryFile() as file:
    file.truncate(1 << 20)
    with mmap.mmap(file.fileno(), 0) as shared:
        shared[100:106] = b"shared"
        shared.flush()
        shared.madvise(mmap.MADV_SEQUENTIAL)
    file.seek(100)
    print("file", file.read(6))
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) as private:
        private[100:106] = b"hidden"
    file.seek(100)
    print("private", file.read(6))
    with mmap.mmap(file.fileno(), 1 << 20) as growing:
        growing.resize(2 << 20)
        print("resized", len(growing), os.fstat(file.fileno()).st_size)

with mmap.mmap(-1, 1 << 16) as anonymous:
    process = os.fork()
    if process == 0:
        anonymous[:5] = b"child"
        os._exit(0)
    os.waitpid(process, 0)
    print("anonymous", anonymous[:5])

with mmap.mmap(-1, 1 << 30, flags=mmap.MAP_PRIVATE | NO_RESERVE) as sparse:
    sparse[(1 << 30) - 1] = 7
    print("sparse", sparse[(1 << 30) - 1])

with open(os.__file__, "rb") as library, mmap.mmap(
    library.fileno(), 0, prot=mmap.PROT_READ
) as readable:
    print("library", readable.find(b"import abc") > 0)

descriptor = os.memfd_create("honest", os.MFD_ALLOW_SEALING)
os.write(descriptor, b"in memory")
print("memfd", os.pread(descriptor, 100, 3))

large = bytearray(160 << 20)
large[::4096] = b"\1" * len(large[::4096])
print("large", len(large), sum(large[:: 1 << 20]))
try:
    too_large = bytearray(1 << 46)
except MemoryError:
    print("too large")
