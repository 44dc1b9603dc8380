# Threads: their names, their numbers, their stacks, and who is the main one.
import os
import threading
from concurrent.futures import ThreadPoolExecutor

print(threading.enumerate()[0].name, threading.main_thread().native_id == os.getpid())
print(len(os.listdir("/proc/self/task")), open("/proc/self/task/2/comm").read())
thread = threading.Thread(target=lambda: print(threading.get_native_id() - os.getpid()))
thread.start()
thread.join()
# Afterwards: how many threads it starts depends on how soon the first of them are free again.
with ThreadPoolExecutor(4) as pool:
    print(sum(pool.map(lambda number: number * number, range(100))))
print(threading._active.keys() == {threading.main_thread().ident}, thread.name)
