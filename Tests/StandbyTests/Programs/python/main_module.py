# The main module: its names, who loaded it, and that nothing else is in it.
print(list(globals()))
print(__name__, __file__, __spec__, __package__, __doc__, type(__loader__))
print(__loader__.name, __loader__.path, __loader__.get_filename("__main__"))
print(__builtins__.__name__, sorted(vars(__builtins__)))
import __main__, sys

print(sys.modules["__main__"] is __main__, vars(__main__) is globals(), __annotations__)
