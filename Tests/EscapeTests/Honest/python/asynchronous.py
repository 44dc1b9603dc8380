# asyncio: timers, threads, children, signals and streams.
import asyncio
import os
import signal
import sys
from concurrent.futures import ProcessPoolExecutor


def square(number):
    return number * number


async def main():
    async def after(delay, value):
        await asyncio.sleep(delay)
        return value

    print("gather", await asyncio.gather(after(0.02, "slow"), after(0, "fast")))
    try:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(60)
    except TimeoutError:
        print("timeout")
    print("thread", await asyncio.to_thread(lambda: "done"))

    queue = asyncio.Queue(2)
    async with asyncio.TaskGroup() as group:
        consumer = group.create_task(take(queue, 5))
        for number in range(5):
            await queue.put(number)
    print("queue", consumer.result())

    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "print(input()[::-1])",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await child.communicate(b"drawer\n")
    print("child", output, child.returncode)
    child = await asyncio.create_subprocess_shell("exit 9")
    print("shell", await child.wait())

    loop = asyncio.get_running_loop()
    caught = asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, caught.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(caught.wait(), 120)
    print("signal")
    with ProcessPoolExecutor(2) as pool:
        print("process", await loop.run_in_executor(pool, square, 7))

    reading, writing = os.pipe()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(reading, "rb")
    )
    os.write(writing, b"line\n")
    os.close(writing)
    print("pipe", await reader.readline())
    line = await loop.run_in_executor(None, sys.stdin.readline)
    print("stdin", line.strip())


async def take(queue, count):
    return [await queue.get() for _ in range(count)]


asyncio.run(main())
