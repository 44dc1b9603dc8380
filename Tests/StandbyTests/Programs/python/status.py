# The process as the kernel describes it, but for what counts memory and time and what the scheduler
# decides.
counted = ("State", "Ngid", "Vm", "Rss", "Hugetlb", "voluntary", "nonvoluntary")
for line in open("/proc/self/status"):
    if not line.startswith(counted):
        print(line, end="")
fields = open("/proc/self/stat").read().rpartition(")")[2].split()
# ppid pgrp session tty tpgid flags, then nice, threads, and the signal masks
print(fields[1:7], fields[16:18], fields[28:32], fields[35], fields[37:39])
