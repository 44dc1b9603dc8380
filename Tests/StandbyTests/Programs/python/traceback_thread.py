# An exception that ends a thread does not end the program.
import threading


def fail():
    raise SystemError("in " + threading.current_thread().name)


thread = threading.Thread(target=fail)
thread.start()
thread.join()
threading.excepthook = lambda info: print("hooked", info.exc_type, info.thread.name)
other = threading.Thread(target=fail, name="named")
other.start()
other.join()
print("still here")
