# A small standard input, read by lines, by input() and by a child.
import subprocess
import sys

print(repr(input()), repr(sys.stdin.readline()))
print([line for line in sys.stdin])
print(subprocess.run(["cat"], capture_output=True).stdout)
