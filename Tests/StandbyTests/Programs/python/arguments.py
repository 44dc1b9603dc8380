# The words of the command line, as the interpreter and the kernel have them.
import sys

print(sys.argv, sys.orig_argv, sys.executable, sys._base_executable)
print(sys.prefix, sys.exec_prefix, sys.base_prefix, sys.platlibdir, sys.pycache_prefix)
print(sys.flags, sys.warnoptions, sys._xoptions, sys.dont_write_bytecode)
print(sys.path, sys.implementation.cache_tag, sys.version)
print(open("/proc/self/cmdline", "rb").read(), open("/proc/self/comm").read())
