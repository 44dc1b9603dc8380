# Says what it was called with.
import os, sys

print(f"count={len(sys.argv) - 1}")
for number, argument in enumerate(sys.argv[1:], 1):
    print(f"argument {number}={argument!r}")
print("work folder=" + " ".join(sorted(os.listdir("."))))
