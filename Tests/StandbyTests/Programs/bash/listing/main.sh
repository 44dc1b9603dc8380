# The folder, in the order of the kernel, with modes, owners and sizes.
ls -fn . lib | grep -v '^total' | awk '{print $1, $2, $3, $4, $5, $9}'
stat -c '%n %a %u %g %h %s %b %F' -- * .[a-z]* lib/* . /tmp /dev/shm /
echo ./* **; [ -x main.sh ]; echo $?
