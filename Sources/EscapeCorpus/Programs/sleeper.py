# Waits for ever, each time in another way, without using the processor. If nothing else ends it, a
# watchdog does: by turns and not by the clock, so that on a busy machine it is as late as others are.
import os, signal, sys, threading, time

def stop():
    os.kill(os.getpid(), signal.SIGSTOP)

def futex():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()

def pipe():
    ends = os.pipe()
    os.read(ends[0], 1)

def deaf():
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, signal.NSIG))
    time.sleep(3)

def grandchild():
    # Its parent is gone and it has another session; only the jail still holds it.
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(3)
        os._exit(0)
    time.sleep(3)

watched = os.getpid()
if os.fork() == 0:
    for _ in range(200):
        time.sleep(0.01)
    os.kill(watched, signal.SIGKILL)
    os._exit(0)
{"pause": signal.pause, "stop": stop, "futex": futex, "pipe": pipe, "deaf": deaf,
 "grandchild": grandchild}[sys.argv[1]]()
