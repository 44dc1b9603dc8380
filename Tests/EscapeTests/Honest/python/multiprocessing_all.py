# Everything of multiprocessing that needs no socket.
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import shared_memory


def square(number):
    return number * number


def put(queue, value):
    queue.put(value)


def increment(counter, lock, count):
    for _ in range(count):
        with lock:
            counter.value += 1


def write(name):
    memory = shared_memory.SharedMemory(name)
    memory.buf[:5] = b"hello"
    memory.close()


def answer(connection):
    connection.send(connection.recv()[::-1])
    connection.close()


def main():
    with multiprocessing.Pool(4) as pool:
        print("pool", pool.map(square, range(10)), pool.apply_async(square, (12,)).get())
    queue = multiprocessing.Queue()
    child = multiprocessing.Process(target=put, args=(queue, {"key": [1, "zwei"]}))
    child.start()
    print("queue", queue.get())
    child.join()
    print("exit", child.exitcode)

    counter, lock = multiprocessing.Value("i", 0, lock=False), multiprocessing.Lock()
    children = [
        multiprocessing.Process(target=increment, args=(counter, lock, 200)) for _ in range(3)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join()
    print("lock", counter.value)
    print("array", list(multiprocessing.Array("d", [1.5, 2.5])))

    memory = shared_memory.SharedMemory(create=True, size=1 << 20)
    child = multiprocessing.Process(target=write, args=(memory.name,))
    child.start()
    child.join()
    print("shared", bytes(memory.buf[:5]))
    memory.close()
    memory.unlink()

    near, far = multiprocessing.Pipe()
    child = multiprocessing.Process(target=answer, args=(far,))
    child.start()
    near.send("drawer")
    print("pipe", near.recv())
    child.join()

    spawning = multiprocessing.get_context("spawn")
    queue = spawning.SimpleQueue()
    child = spawning.Process(target=put, args=(queue, "spawned"))
    child.start()
    print(queue.get())
    child.join()
    semaphore, event = multiprocessing.Semaphore(2), multiprocessing.Event()
    print("semaphore", semaphore.acquire(), semaphore.acquire(), semaphore.acquire(timeout=0.01))
    event.set()
    print("event", event.wait(120))
    with ProcessPoolExecutor(3) as pool:
        print("executor", list(pool.map(square, [3, 4, 5])))


if __name__ == "__main__":
    main()
