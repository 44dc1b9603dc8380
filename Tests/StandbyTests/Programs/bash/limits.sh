# Every limit, soft and hard, as the shell and the kernel have it, and how many files may be open.
ulimit -Sa; ulimit -Ha; cat /proc/$$/limits
for number in {10..2000}; do eval "exec $number</dev/null" 2>/dev/null || break; done; echo $number
