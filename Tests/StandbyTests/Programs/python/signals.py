# What signals would do, which are blocked or pending, and whether a clock is set.
import signal
import sys
import threading

for number in sorted(signal.valid_signals()):
    print(int(number), signal.getsignal(number))
print(signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.sigpending())
print([signal.getitimer(which) for which in (0, 1, 2)], signal.alarm(0))
print(signal.set_wakeup_fd(-1), threading.active_count())
signal.signal(signal.SIGUSR1, lambda number, frame: print("heard", number, frame.f_code.co_name))
signal.raise_signal(signal.SIGUSR1)
sys.stdout.flush()
signal.raise_signal(signal.SIGIO)  # nobody handles it: the end
