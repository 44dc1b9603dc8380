# A source without an end of its last line.
print(1)
if True: print(undefined)