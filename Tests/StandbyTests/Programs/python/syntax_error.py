# A mistake in the syntax, with its caret; nothing is printed before it.
print("never printed")
def f(x):
    return (x + 1]
