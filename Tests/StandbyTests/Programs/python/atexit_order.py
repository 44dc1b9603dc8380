# What runs at the end, in its order, with a thread that is still running.
import atexit
import sys
import threading

started, ended = threading.Event(), threading.Event()


def work():
    started.set()
    ended.wait()
    print("the thread ends")


threading.Thread(target=work).start()
threading.Thread(target=threading.Event().wait, daemon=True).start()
started.wait()
atexit.register(print, "registered first")
atexit.register(lambda: print("registered last", threading.active_count()))
threading._register_atexit(lambda: (print("before threads are joined"), ended.set()))
sys.stdout.write("the last line of main\n")
