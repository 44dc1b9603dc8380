# Event loops come and go, with what they watch, while one lasts.
import asyncio
import os
import select
import socket

lasting = select.epoll()
read, write = os.pipe()
lasting.register(read, select.EPOLLIN)

for _ in range(1500):
    select.epoll().close()
for _ in range(1500):  # closed with something to watch that lasts
    with select.epoll() as loop:
        loop.register(read, select.EPOLLIN)
for _ in range(12_000):
    lasting.modify(read, select.EPOLLIN)
    lasting.unregister(read)
    lasting.register(read, select.EPOLLIN)
for _ in range(20):
    asyncio.run(asyncio.sleep(0))

os.write(write, b"x")
print("woken", lasting.poll(10) == [(read, select.EPOLLIN)])
print("inherited", os.get_inheritable(lasting.fileno()))
child = os.fork()
if child == 0:
    lasting.close()
    os._exit(0)
os.waitpid(child, 0)
print("woken", lasting.poll(10) == [(read, select.EPOLLIN)])

numbers = []
try:
    while True:
        numbers.append(select.epoll())
except OSError as error:
    print("too many:", error.strerror, len(numbers) > 200)
for number in numbers:
    number.close()

# As many watches as there can be descriptors, of many kinds, and of one by many processes.
pairs = [socket.socketpair() for _ in range(50)]
timers = [os.eventfd(0) for _ in range(100)] if hasattr(os, "eventfd") else []
for pair in pairs:
    for end in pair:
        lasting.register(end, select.EPOLLIN)
for timer in timers:
    lasting.register(timer, select.EPOLLIN)
children = []
for _ in range(40):
    child = os.fork()
    if child == 0:
        own = select.epoll()
        own.register(pairs[0][0], select.EPOLLIN)
        os._exit(0 if own.poll(30) == [(pairs[0][0].fileno(), select.EPOLLIN)] else 1)
    children.append(child)
pairs[0][1].send(b"x")
print("all woken", all(os.waitpid(child, 0)[1] == 0 for child in children))
