# places.py ARGUMENT...: makes the attack that build.sh compiled from within Python.
import ctypes, sys

library = ctypes.CDLL("./attack.so")
arguments = [word.encode() for word in ["python"] + sys.argv[1:]]
sys.exit(library.attack(len(arguments), (ctypes.c_char_p * (len(arguments) + 1))(*arguments, None)))
