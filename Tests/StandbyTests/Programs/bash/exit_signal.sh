# An end by a signal of its own, after one that is handled.
trap 'echo heard' USR1
kill -USR1 $$
(kill -SEGV $BASHPID); echo $?
kill -TERM $$
echo "never printed"
