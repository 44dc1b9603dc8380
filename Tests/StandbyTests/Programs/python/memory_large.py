# Much memory, but within the limit.
data = bytearray(96 << 20)
for place in range(0, len(data), 4096):
    data[place] = 1
print(len(data), sum(data[::4096]))
