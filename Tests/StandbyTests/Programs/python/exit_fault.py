# A real fault, with the handler that prints a traceback.
import ctypes
import faulthandler

print("before", flush=True)
faulthandler.enable(open("/dev/null", "w"))
ctypes.string_at(8)
