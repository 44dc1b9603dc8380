# Several inputs in one jail: the first run may stand by, the next begins in what it left.
import os
import sys

print(sys.argv, repr(sys.stdin.read()), sorted(os.listdir()), os.getpid() > 1, os.getppid())
open(f"left-{len(os.listdir())}", "w").write("by a run")
print(open("main.py").readline() == "# Several inputs in one jail: the first run may stand by, "
      "the next begins in what it left.\n", os.umask(0))
