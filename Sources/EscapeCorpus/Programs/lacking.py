# lacking NUMBER ERRNO PROGRAM: starts a program on a machine whose kernel answers one call with an
# error, whatever its arguments: what the start of a service on such a machine is tried with.
import ctypes, os, struct, sys

number, error, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
filter = b"".join(struct.pack("=HBBI", *instruction) for instruction in [
    (0x20, 0, 0, 0),                    # the call's number
    (0x15, 0, 1, number),
    (0x06, 0, 0, 0x00050000 | error),   # SECCOMP_RET_ERRNO
    (0x06, 0, 0, 0x7FFF0000),           # SECCOMP_RET_ALLOW
])
text = ctypes.create_string_buffer(filter, len(filter))
head = struct.pack("=HxxxxxxQ", 4, ctypes.addressof(text))
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
if libc.prctl(22, 2, ctypes.addressof(ctypes.create_string_buffer(head, len(head))), 0, 0) < 0:
    sys.exit(f"no filter: {ctypes.get_errno()}")
os.execv(program, [program])
