# How much room there is, to the last byte and the last file.
import os

for place in ["/box", "/tmp", "/dev/shm"]:
    state = os.statvfs(place)
    print(place, state.f_blocks, state.f_bfree, state.f_files, state.f_ffree, state.f_flag)
    print(state.f_bsize, state.f_frsize, state.f_namemax)
count = 0
try:
    while True:
        open(f"/box/{count}", "x").close()
        count += 1
except OSError as error:
    print(count, error.strerror)
size = 0
try:
    with open("/box/0", "wb", buffering=0) as file:
        while True:
            size += file.write(b"x" * 4096)
except OSError as error:
    print(size, error.strerror)
