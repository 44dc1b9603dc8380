# A program that reads its own source in every way there is.
import hashlib
import inspect
import linecache
import sys
import tokenize


def f(x):
    # a comment
    return x


print(inspect.getsource(f), inspect.getsourcefile(f), inspect.getsourcelines(f))
print(linecache.getlines("main.py"), linecache.getlines(__file__), list(linecache.cache))
print(hashlib.sha256(open(sys.argv[0], "rb").read()).hexdigest(), tokenize.open(__file__).encoding)
print(inspect.getsource(sys.modules["__main__"])[:40], f.__code__.co_filename)
print(__loader__.get_source("__main__") == open("main.py").read())
