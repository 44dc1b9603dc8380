# An end without any clean-up: what is in the buffer is lost.
import atexit
import os

atexit.register(print, "not reached")
print("lost", end="")
os.write(1, b"kept\n")
os._exit(3)
