# Names that the C library looks up: the user, the machine, the place and the time zone.
import grp
import os
import platform
import pwd
import socket
import tempfile
import time

print(pwd.getpwuid(os.getuid()), grp.getgrgid(os.getgid()), len(pwd.getpwall()))
print(socket.gethostname(), platform.node(), os.uname().nodename, os.path.expanduser("~"))
print(tempfile.gettempdir(), time.tzname, open("/etc/hosts").read(), os.get_terminal_size)
for path in ["/etc/passwd", "/etc/nsswitch.conf", "/etc/hostname", "/etc/shadow", "/root"]:
    print(path, os.path.exists(path), os.access(path, os.R_OK), os.access(path, os.W_OK))
