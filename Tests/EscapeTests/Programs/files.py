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
    for path in ["/box", "/tmp", "/dev/null"]:
        attempt(f"rename {path}", lambda: os.rename(path, "/box/moved"))
        attempt(f"replace {path}", lambda: (write("/box/own"), os.rename("/box/own", path)))
    attempt("unlink /dev/null", lambda: os.unlink("/dev/null"))

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
    for path in ["/root", "/home", "/sys", "/sys/fs/cgroup", "/run", "/var", "/boot",
                 "/roots", "/jail", "/etc/shadow", "/etc/machine-id", "/etc/ssl/private"]:
        attempt(f"see {path}", lambda: os.stat(path))

def kernel():
    for path in ["/proc/kcore", "/proc/kmsg", "/proc/kallsyms", "/proc/sysrq-trigger",
                 "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/1/environ",
                 "/proc/1/mem", "/proc/1/maps", "/proc/1/fd/0", "/proc/keys", "/proc/modules",
                 "/proc/mounts/x", "/proc/cmdline", "/proc/config.gz", "/proc/partitions",
                 "/proc/iomem", "/proc/timer_list", "/proc/sched_debug", "/proc/acpi"]:
        attempt(f"read {path}", lambda: read(path))
    for path in ["oom_score_adj", "coredump_filter", "uid_map", "gid_map", "setgroups"]:
        if path != "coredump_filter":
            attempt(f"write {path}", lambda: write("/proc/self/" + path, "-1000"))
    for pid in glob.glob("/proc/[0-9]*"):
        if pid != f"/proc/{os.getpid()}":
            attempt(f"stranger {pid}", lambda: read(pid + "/status"))

{"writing": writing, "devices": devices, "host": host, "kernel": kernel}[sys.argv[1]]()
