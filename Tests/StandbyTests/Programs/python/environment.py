# The environment, in its order, as Python and the kernel and a child have it.
import os
import subprocess

print(list(os.environ.items()))
print(open("/proc/self/environ", "rb").read().split(b"\0"))
print(subprocess.run(["/usr/bin/env"], capture_output=True).stdout)
print(os.environ.get("PWD"), os.environ.get("_"), os.environ.get("SHLVL"))
