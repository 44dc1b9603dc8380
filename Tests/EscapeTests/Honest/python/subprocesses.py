# Child processes in every way that Python makes them.
import os
import signal
import subprocess
import sys

done = subprocess.run(["/bin/cat"], input=b"through cat", capture_output=True, check=True)
print("run", done.stdout)
done = subprocess.run("echo one two | wc -w && exit 7", shell=True, capture_output=True, text=True)
print("shell", done.stdout.strip(), done.returncode)
done = subprocess.run([sys.executable, "-c", "import os; print(os.environ['NAME'])"],
                      env={"NAME": "żółw", "PYTHONUTF8": "1"}, capture_output=True, text=True)
print("environment", done.stdout.strip())
done = subprocess.run(["pwd"], cwd="/", start_new_session=True, close_fds=True,
                      capture_output=True, text=True, umask=0o077)
print("folder", done.stdout.strip())
done = subprocess.run(["sh", "-c", "ulimit -n"], preexec_fn=lambda: os.nice(1),
                      capture_output=True, text=True)
print("before", done.returncode, int(done.stdout) > 0)

try:
    subprocess.run(["sleep", "60"], timeout=0.05)
except subprocess.TimeoutExpired:
    print("timeout")
try:
    subprocess.run(["/no/such/program"])
except FileNotFoundError as error:
    print("missing", error.strerror)

first = subprocess.Popen(["printf", "b\\na\\n"], stdout=subprocess.PIPE)
second = subprocess.Popen(["sort"], stdin=first.stdout, stdout=subprocess.PIPE)
first.stdout.close()
print("pipeline", second.communicate()[0], first.wait())

child = subprocess.Popen(["sleep", "60"])
child.send_signal(signal.SIGTERM)
print("signal", child.wait())

process = os.fork()
if process == 0:
    os._exit(3)
print("fork", os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
process = os.posix_spawn("/bin/true", ["true"], os.environ)
print("spawn", os.waitpid(process, 0)[1])
process = os.fork()
if process == 0:
    os.execlp("sh", "sh", "-c", "exit 4")
descriptor = os.pidfd_open(process)
print("pidfd", os.waitid(os.P_PIDFD, descriptor, os.WEXITED).si_status)
print("system", os.waitstatus_to_exitcode(os.system("exit 5")))
print("popen", os.popen("echo text").read().strip())
