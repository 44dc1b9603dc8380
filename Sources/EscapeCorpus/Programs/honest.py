# What every jail must still do after an attack on the one before it.
import os, subprocess, sys, tempfile, threading

assert os.listdir("/tmp") == []
assert sorted(os.listdir("/box")) == ["attempts.py", "honest.py"]
with tempfile.TemporaryFile() as file:
    file.write(sys.stdin.buffer.read())
    file.seek(0)
    text = file.read().decode()
found = []
thread = threading.Thread(target=lambda: found.append(text.upper()))
thread.start()
thread.join()
subprocess.run(["/bin/echo", "-n", found[0]], check=True)
