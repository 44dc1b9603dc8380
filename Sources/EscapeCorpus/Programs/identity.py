# Every way to be somebody else, or to have more rights.
import ctypes, os, shutil, subprocess
from attempts import attempt, read, write

with open("/proc/self/status") as file:
    for line in file:
        name, value = line.rstrip("\n").split(":\t", 1)
        if name in ("Uid", "Gid", "Groups", "NoNewPrivs", "Seccomp") or name.startswith("Cap"):
            print(f"status {name}={value.strip()}")
attempt("setuid", lambda: os.setuid(0))
attempt("setresuid", lambda: os.setresuid(0, 0, 0))
attempt("setuid nobody", lambda: os.setuid(65534))
attempt("setgid", lambda: os.setgid(0))
attempt("setgroups", lambda: os.setgroups([0]))
attempt("chown", lambda: (write("mine"), os.chown("mine", 0, 0)))
attempt("chown nobody", lambda: os.chown("mine", 65534, -1))
libc = ctypes.CDLL(None, use_errno=True)

def capset():
    header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(1, 1)
    if libc.capset(header, sets) < 0:
        raise OSError(ctypes.get_errno(), "capset")

attempt("capset", capset)
attempt("file capabilities", lambda: os.setxattr(
    "mine", "security.capability", bytes.fromhex("0100000200040000000000000000000000000000")))
shutil.copyfile("/usr/bin/id", "id")
os.chmod("id", 0o6755)
print("after a setuid file=" + subprocess.run(["./id", "-u"], capture_output=True, text=True)
      .stdout.strip())
