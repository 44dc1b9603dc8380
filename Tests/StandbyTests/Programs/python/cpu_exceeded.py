# More processor time than the limit allows.
print("before", flush=True)
while True:
    pass
