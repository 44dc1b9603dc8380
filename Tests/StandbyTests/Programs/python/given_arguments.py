# Arguments of the request: a jail that was made without them is not for it.
import sys

print(sys.argv, sys.orig_argv)
print(open("/proc/self/cmdline", "rb").read())
