# More elapsed time than the limit allows.
import time

print("before", flush=True)
time.sleep(60)
