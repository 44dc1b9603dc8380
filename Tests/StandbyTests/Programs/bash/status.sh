# The process as the kernel describes it, but for what counts memory and time and what the scheduler
# decides. Read by the shell itself: what it starts would see it in the middle of other things.
mapfile -t lines </proc/$$/status
printf '%s\n' "${lines[@]}" | grep -vE '^(State|Ngid|Vm|Rss|Huge|voluntary|nonvoluntary)'
cat /proc/$$/limits /proc/$$/cgroup; tr '\0' ' ' </proc/$$/cmdline; cat /proc/$$/comm
cut -d' ' -f3- /proc/$$/mountinfo | sed -E 's/^[0-9]+:[0-9]+ //; s/id=[0-9]+/id=N/g'; nice
processes=(/proc/[0-9]*); echo "${#processes[@]}"
