# The stack of a thread is as large as the limit says.
import sys
import threading


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


sys.setrecursionlimit(10**6)
thread = threading.Thread(target=lambda: print(nested(300_000) == nested(300_000)))
thread.start()
thread.join()
