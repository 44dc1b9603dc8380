# How many files may be open, and how large one may be.
import os

count = 0
try:
    while True:
        os.open("/dev/null", os.O_RDONLY)
        count += 1
except OSError as error:
    print(count, error.strerror)
os.closerange(3, count + 3)
with open("large", "wb") as file:
    try:
        file.truncate(1 << 40)
    except OSError as error:
        print(error.strerror)
