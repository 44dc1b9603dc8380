# Every way to be somebody else, or to have more rights.
import os, shutil, subprocess
from attempts import attempt, read, write

with open("/proc/self/status") as file:
    for line in file:
        name, value = line.rstrip("\n").split(":\t", 1)
        if name in ("Uid", "Gid", "Groups", "NoNewPrivs", "Seccomp") or name.startswith("Cap"):
            print(f"status {name}={value.strip()}")
attempt("setuid", lambda: os.setuid(0))
attempt("setresuid", lambda: os.setresuid(0, 0, 0))
attempt("setgid", lambda: os.setgid(0))
attempt("setgroups", lambda: os.setgroups([0]))
attempt("chown", lambda: (write("mine"), os.chown("mine", 0, 0)))
attempt("file capabilities", lambda: os.setxattr(
    "mine", "security.capability", bytes.fromhex("0100000200040000000000000000000000000000")))
shutil.copyfile("/usr/bin/id", "id")
os.chmod("id", 0o6755)
print("after a setuid file=" + subprocess.run(["./id", "-u"], capture_output=True, text=True)
      .stdout.strip())
