# kill SIGNAL: sends it to everything that is not its own.
import os, sys
from attempts import attempt

number = int(sys.argv[1])
attempt("parent", lambda: os.kill(os.getppid(), number))
attempt("init", lambda: os.kill(1, number))
attempt("everybody", lambda: os.kill(-1, number))
for process in [2**15 - 1, 2**22 - 1]:
    attempt(f"stranger {process}", lambda: os.kill(process, number))
