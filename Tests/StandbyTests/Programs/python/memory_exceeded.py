# More memory than the limit allows.
print("before", flush=True)
kept = [bytearray(b"x" * (16 << 20)) for _ in range(256)]
print("never printed")
