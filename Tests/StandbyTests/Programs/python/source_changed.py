# A program that replaces itself and begins again.
import os
import sys

print("first", sys.argv, flush=True)
with open("main.py", "w") as file:
    file.write("import sys\nprint('second', sys.argv, __file__)\n1 / 0\n")
os.execv(sys.executable, [sys.executable, *sys.argv, "again"])
