# files CANARY...: what is not the program's own: to be changed, or to be seen at all.
import glob, os, stat, sys
from attempts import attempt, read, write

def opened(path):
    return lambda: os.close(os.open(path, os.O_RDWR))

def writing():
    for folder in ["/", "/usr", "/usr/bin", "/etc", "/dev", "/proc", "/proc/self"]:
        attempt(f"create in {folder}", lambda: write(folder + "/marker"))
        attempt(f"folder in {folder}", lambda: os.mkdir(folder + "/marker"))
        attempt(f"link in {folder}", lambda: os.symlink("/box", folder + "/marker"))
    for path in ["/usr/bin/env", "/etc/passwd", "/etc/ld.so.cache"]:
        attempt(f"open {path}", opened(path))
        attempt(f"truncate {path}", lambda: os.truncate(path, 0))
        attempt(f"unlink {path}", lambda: os.unlink(path))
        attempt(f"rename {path}", lambda: os.rename(path, path + "-"))
        attempt(f"replace {path}", lambda: (write("/box/own"), os.rename("/box/own", path)))
        attempt(f"hard link {path}", lambda: os.link(path, "/box/linked"))
        attempt(f"chmod {path}", lambda: os.chmod(path, 0o777))
        attempt(f"utime {path}", lambda: os.utime(path))
        attempt(f"setxattr {path}", lambda: os.setxattr(path, "user.x", b"x"))
    for path in ["/box", "/tmp"]:
        attempt(f"rename {path}", lambda: os.rename(path, "/box/moved"))
        attempt(f"replace {path}", lambda: (write("/box/own"), os.rename("/box/own", path)))

def replacing():
    attempt("unlink /dev/null", lambda: os.unlink("/dev/null"))
    attempt("chmod /dev/null", lambda: os.chmod("/dev/null", 0))
    attempt("link in /dev", lambda: os.symlink("/box", "/dev/own"))
    attempt("create in /dev", lambda: write("/dev/own"))
    attempt("rename in /dev", lambda: os.rename("/dev/null", "/dev/own"))

def devices():
    for name, kind, major, minor in [
            ("mem", stat.S_IFCHR, 1, 1), ("null", stat.S_IFCHR, 1, 3), ("tty", stat.S_IFCHR, 5, 0),
            ("kmsg", stat.S_IFCHR, 1, 11), ("disk", stat.S_IFBLK, 8, 0),
            ("loop", stat.S_IFBLK, 7, 0)]:
        attempt(f"mknod {name}",
                lambda: os.mknod("/box/" + name, kind | 0o666, os.makedev(major, minor)))
    for name in ["mem", "kmsg", "kvm", "net/tun", "fuse", "tty", "console", "loop-control",
                 "ptmx", "pts/0", "vda", "sda", "port", "cpu/0/msr"]:
        attempt(f"open {name}", opened("/dev/" + name))

def host():
    for path in sys.argv[2:]:
        for start in ["", "../" * 64, "/proc/self/root", "/proc/1/root", "/proc/1/cwd",
                      f"/proc/{os.getppid()}/root", "/proc/thread-self/root/" + "../" * 64,
                      "/dev/fd/0/" + "../" * 16]:
            attempt(f"read {start}{path}", lambda: print(read(start + path)))
    for folder in glob.glob("/proc/[0-9]*/cwd") + glob.glob("/proc/[0-9]*/root"):
        for path in sys.argv[2:]:
            attempt(f"read {path} by {folder}", lambda: print(read(folder + "/../.." + path)))
    for path in ["/root", "/home", "/sys", "/sys/fs/cgroup", "/run", "/var", "/boot",
                 "/roots", "/jail", "/etc/shadow", "/etc/machine-id", "/etc/ssl/private"]:
        attempt(f"see {path}", lambda: os.stat(path))
    attempt("double chroot", twice)

def twice():
    os.mkdir("deeper")
    os.chroot("deeper")
    os.chroot("../" * 64)

def kernel():
    for path in ["kcore", "kmsg", "kallsyms", "sysrq-trigger", "sys/kernel/core_pattern",
                 "sys/kernel/hostname", "sys/kernel/random/boot_id", "keys", "modules",
                 "cmdline", "config.gz", "partitions", "iomem", "timer_list", "sched_debug", "acpi",
                 "meminfo", "mounts/x", "net/tcp", "sysvipc/shm"]:
        attempt(f"read /proc/{path}", lambda: read("/proc/" + path))

def strangers():
    for name in ["environ", "mem", "maps", "mountinfo", "status", "fd/0", "root/etc/passwd"]:
        attempt(f"read /proc/1/{name}", lambda: read("/proc/1/" + name))
    attempt("list /proc/1", lambda: os.listdir("/proc/1"))
    for process in glob.glob("/proc/[0-9]*"):
        if process != f"/proc/{os.getpid()}":
            attempt(f"read {process}/status", lambda: read(process + "/status"))

def own():
    for name, text in [("comm", "x"), ("oom_score_adj", "1000"), ("coredump_filter", "0"),
                       ("clear_refs", "1"), ("timerslack_ns", "1"), ("mem", "")]:
        attempt(f"write {name}", lambda: write("/proc/self/" + name, text))

globals()[sys.argv[1]]()
