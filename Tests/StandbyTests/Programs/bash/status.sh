# The process as the kernel describes it, but for what counts memory and time.
grep -vE '^(Vm|Rss|Huge|voluntary|nonvoluntary)' /proc/$$/status
cat /proc/$$/limits /proc/$$/cgroup; tr '\0' ' ' </proc/$$/cmdline; cat /proc/$$/comm
cut -d' ' -f3- /proc/$$/mountinfo | sed -E 's/^[0-9]+:[0-9]+ //; s/id=[0-9]+/id=N/g'; nice; ls /proc | grep -c '^[0-9]'
