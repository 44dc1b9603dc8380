# The program starts itself again, and a shell, and forks.
import os
import subprocess
import sys

if len(sys.argv) > 1:
    print(sys.argv, os.getppid() != 1, sorted(os.listdir("/proc/self/fd"))[:3], list(os.environ))
    sys.exit(int(sys.argv[1]))
child = subprocess.run([sys.executable, "main.py", "5"], capture_output=True)
print(child)
print(subprocess.run("echo $0 $# $$ $PPID $-; ls -la | wc -l; ulimit -a; exit 4", shell=True,
                     capture_output=True, text=True))
sys.stdout.flush()
if (pid := os.fork()) == 0:
    print("forked", os.getpid() - os.getppid(), __name__)
    sys.exit(9)
print(os.waitpid(pid, 0)[1])
