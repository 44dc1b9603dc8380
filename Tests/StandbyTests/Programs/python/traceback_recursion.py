# Recursion without an end: its limit, and the repetitions in its traceback.
def down(depth):
    global deepest
    deepest = depth
    down(depth + 1)


try:
    down(0)
except RecursionError as error:
    print(deepest, error)
down(0)
