# stages daemon|look|hang|exit: what one stage leaves running, and what the next sees of it.
import os, sys, time

def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                with open("/box/heartbeat", "a") as file:
                    file.write("x")
                time.sleep(0.001)
        os._exit(0)
    while not os.path.exists("/box/heartbeat"):
        time.sleep(0.001)

def look():
    before = os.stat("/box/heartbeat").st_size
    time.sleep(0.05)
    print(f"beats={os.stat('/box/heartbeat').st_size - before}")
    print("processes=" + str(sum(name.isdigit() for name in os.listdir("/proc"))))

def hang():
    print("hanging", flush=True)
    time.sleep(1000)

{"daemon": daemon, "look": look, "hang": hang, "exit": lambda: None}[sys.argv[1]]()
