# A long source: this one is sent many times over, some 200 KiB of it.
count = globals().get("count", 0) + 1
if count % 500 == 0: print(count, __import__("sys")._getframe().f_lineno)
