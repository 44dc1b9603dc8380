# Files that are to be brought back, and some that must not be.
import os

open("a.txt", "w").write("new")
os.makedirs("out/deep")
open("out/deep/b.bin", "wb").write(bytes(range(256)))
os.symlink("/etc/passwd", "out/link")
os.mkfifo("out/fifo")
open("main.py", "a").write("# appended\n")
