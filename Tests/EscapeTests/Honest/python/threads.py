# Threads, and everything they wait on.
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor

total = 0
lock = threading.Lock()


def add(count):
    global total
    for _ in range(count):
        with lock:
            total += 1


threads = [threading.Thread(target=add, args=(1000,)) for _ in range(20)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("locked", total)

condition = threading.Condition()
with condition:
    print("timed out", not condition.wait(timeout=0.01))

barrier = threading.Barrier(4)
passed = []
waiting = [threading.Thread(target=lambda: passed.append(barrier.wait())) for _ in range(4)]
for thread in waiting:
    thread.start()
for thread in waiting:
    thread.join()
print("barrier", sorted(passed))

jobs, results = queue.Queue(), queue.Queue()


def work():
    while (job := jobs.get()) is not None:
        results.put(job * job)


worker = threading.Thread(target=work, daemon=True)
worker.start()
for number in range(5):
    jobs.put(number)
jobs.put(None)
worker.join()
print("queue", [results.get() for _ in range(5)])

event = threading.Event()
timer = threading.Timer(0.01, event.set)
timer.start()
print("timer", event.wait(timeout=120))

own = threading.local()
own.value = "main"
with ThreadPoolExecutor(8) as pool:
    print("pool", sum(pool.map(lambda number: number + 1, range(100))))
    print("local", pool.submit(hasattr, own, "value").result())

threading.stack_size(256 * 1024)
small = threading.Thread(target=time.sleep, args=(0,))
small.start()
small.join()
print("native", threading.get_native_id() > 0)
