# Signals, alarms and waiting for them.
import faulthandler
import os
import signal
import subprocess
import sys
import time

caught = []
signal.signal(signal.SIGUSR1, lambda number, frame: caught.append(signal.Signals(number).name))
os.kill(os.getpid(), signal.SIGUSR1)
signal.raise_signal(signal.SIGUSR1)
print("handler", caught)


class Alarm(Exception):
    pass


def ring(number, frame):
    raise Alarm


signal.signal(signal.SIGALRM, ring)
try:
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(60)
except Alarm:
    print("interval")
print("alarm", signal.alarm(1000), signal.alarm(0) > 0)

signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2, signal.SIGRTMIN})
os.kill(os.getpid(), signal.SIGUSR2)
print("pending", signal.sigpending())
print("sigwait", signal.sigwait({signal.SIGUSR2}))
print("timed", signal.sigtimedwait({signal.SIGUSR2}, 0.01))
os.kill(os.getpid(), signal.SIGRTMIN)
print("real time", signal.sigwaitinfo({signal.SIGRTMIN}).si_pid == os.getpid())
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR2, signal.SIGRTMIN})

child = subprocess.Popen(["sleep", "60"])
child.send_signal(signal.SIGSTOP)
print("stopped", os.WIFSTOPPED(os.waitpid(child.pid, os.WUNTRACED)[1]))
child.send_signal(signal.SIGCONT)
print("continued", os.WIFCONTINUED(os.waitpid(child.pid, os.WCONTINUED)[1]))
child.kill()
print("killed", child.wait())

ended = []
signal.signal(signal.SIGCHLD, lambda number, frame: ended.append(number))
subprocess.run(["true"])
print("child", len(ended) >= 1)
signal.signal(signal.SIGCHLD, signal.SIG_DFL)

group = subprocess.Popen("sleep 60 & sleep 60", shell=True, process_group=0)
os.killpg(group.pid, signal.SIGTERM)
print("group", group.wait())

faulthandler.enable(open(os.devnull, "w"))
for cause, code in (("kill(getpid(), 11)", -11), ("abort()", -6)):
    program = f"from os import *; {cause}"
    print(cause, subprocess.run([sys.executable, "-c", program]).returncode == code)
print("interrupt", subprocess.run(
    [sys.executable, "-c", "import os; os.kill(os.getpid(), 2)"], stderr=subprocess.PIPE
).stderr.splitlines()[-1])
