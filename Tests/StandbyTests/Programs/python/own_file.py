# The script's own file: its state, leases and locks on it, and what may be done with it.
import fcntl
import os
import stat

state = os.stat("main.py")
print(stat.filemode(state.st_mode), state.st_uid, state.st_gid, state.st_nlink, state.st_size)
print(state.st_blocks, state.st_blksize, state.st_dev == os.stat("/box").st_dev)
print(os.listxattr("main.py"), os.access("main.py", os.W_OK), os.access("main.py", os.X_OK))
file = open("main.py", "r+")
fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
print(file.read() == open(__file__).read(), os.path.exists("/proc/locks"))
file.close()
for command, argument in [(fcntl.F_GETLEASE, 0), (fcntl.F_SETLEASE, fcntl.F_RDLCK)]:
    try:
        print(fcntl.fcntl(os.open("main.py", os.O_RDONLY), command, argument))
    except OSError as error:
        print(error.strerror)
os.chmod("main.py", 0o700)
os.link("main.py", "other.py")
os.rename("main.py", "gone.py")
print(stat.filemode(os.stat("gone.py").st_mode), os.stat("gone.py").st_nlink)
os.unlink("gone.py")
print(sorted(os.listdir()))
