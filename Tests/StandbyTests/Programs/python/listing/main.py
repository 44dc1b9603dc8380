# The folders of the jail: names in the order in which the kernel tells them, modes, owners.
# The links of /proc are left out: they are as many as the machine has processes.
import os
import stat

for folder in [".", "lib", "/tmp", "/dev/shm", "/", "/dev", "/etc"]:
    state = os.stat(folder)
    print(folder, stat.filemode(state.st_mode), state.st_uid, state.st_gid, state.st_nlink)
    for name in os.listdir(folder):
        state = os.lstat(os.path.join(folder, name))
        kind = stat.filemode(state.st_mode)
        links = None if name == "proc" else state.st_nlink
        print(" ", name, kind, state.st_uid, state.st_gid, links, state.st_rdev)
for name in ["a.txt", "main.py", "lib/z.txt", "z.py"]:
    print(name, os.stat(name).st_size, os.stat(name).st_blocks)
