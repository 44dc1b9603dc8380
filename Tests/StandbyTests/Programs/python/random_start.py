# The bytes that the kernel gave the process with its start: the canary of stacks is made of them.
import ctypes

auxiliary = ctypes.CDLL(None).getauxval
auxiliary.restype = ctypes.c_ulong
print(ctypes.string_at(auxiliary(25), 16).hex())
