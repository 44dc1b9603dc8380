# Settings of the interpreter that a program can ask for, and hooks that someone may have left.
import gc
import locale
import sys
import threading
import time
import warnings

print(gc.get_threshold(), gc.isenabled(), gc.get_debug(), gc.callbacks, gc.get_freeze_count())
print(sys.getrecursionlimit(), sys.getswitchinterval(), sys.get_int_max_str_digits())
print(sys.getdlopenflags(), sys.thread_info, sys.gettrace(), sys.getprofile())
print(sys.excepthook, sys.displayhook is sys.__displayhook__, sys.breakpointhook)
print(sys.unraisablehook is sys.__unraisablehook__, sys.get_asyncgen_hooks())
print(sys.getfilesystemencoding(), sys.getfilesystemencodeerrors(), sys.getdefaultencoding())
print(locale.getlocale(), locale.setlocale(locale.LC_ALL, None), time.tzname, time.timezone)
print(threading.current_thread().name, threading.main_thread().daemon, threading.stack_size())
print([entry[0:1] + entry[2:] for entry in warnings.filters], hasattr(sys, "ps1"))
