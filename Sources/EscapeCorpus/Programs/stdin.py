# stdin never|close|slowly: a program that treats its input badly.
import os, sys, time

if sys.argv[1] == "close":
    os.close(0)
if sys.argv[1] == "slowly":
    total = 0
    while piece := os.read(0, 1000):
        total += len(piece)
    print(f"read={total}")
