# The folders of the jail: names in the order in which the kernel tells them, modes, owners.
import os
import stat

for folder in [".", "lib", "/tmp", "/dev/shm", "/", "/dev", "/etc"]:
    state = os.stat(folder)
    print(folder, stat.filemode(state.st_mode), state.st_uid, state.st_gid, state.st_nlink)
    for name in os.listdir(folder):
        state = os.lstat(os.path.join(folder, name))
        kind = stat.filemode(state.st_mode)
        print(" ", name, kind, state.st_uid, state.st_gid, state.st_nlink, state.st_rdev)
for name in ["a.txt", "main.py", "lib/z.txt", "z.py"]:
    print(name, os.stat(name).st_size, os.stat(name).st_blocks)
