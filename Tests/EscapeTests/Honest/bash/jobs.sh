# Background jobs, job control without a terminal, traps, co-processes and signals.
trap 'echo "USR1 trap"' USR1
kill -USR1 $$
sleep 60 & first=$!
sleep 60 & second=$!
jobs -r | wc -l
kill "$first" && wait "$first"
echo "killed $?"
kill -KILL %2 && wait "$second" 2> /dev/null
echo "killed $?"
(exit 3) & (exit 4) &
wait -n
echo "one of them ended with $(($? == 3 || $? == 4))"
wait
coproc ADDER { while read -r a b; do echo $((a + b)); done; }
adder=$ADDER_PID
echo 40 2 >&"${ADDER[1]}"
read -r sum <&"${ADDER[0]}"
echo "coproc $sum"
exec {ADDER[1]}>&-
wait "$adder"
(trap 'echo "TERM in a subshell"; exit 9' TERM; kill -TERM $BASHPID; sleep 60)
echo "subshell $?"
set -m
(exit 5) &
wait $!
echo "job control $?"
sleep 60 &
stopped=$!
kill -STOP %sleep
until [ -n "$(jobs -s)" ]; do :; done
echo "stopped"
# The shell may tell once more that it was stopped: 128 and SIGSTOP.
{
  kill -TERM "$stopped"
  kill -CONT "$stopped"
  until wait -f "$stopped"; ended=$?; [ $ended != 147 ]; do :; done
} 2> /dev/null
echo "continued and ended $ended"
set +m
timeout 0.05 sleep 60
echo "timeout $?"
trap '' INT
kill -INT $$
echo "still here"
{ bash -c 'kill -SEGV $$'; } 2> /dev/null
echo "crash $?"
mkfifo silent
read -r -t 0.01 <> silent
echo "read timed out $(($? > 128))"
rm silent
# Not before: a background job that is killed before it is another program would run it as well.
trap 'echo "exit trap"' EXIT
trap 'echo "error trap at a failing command"' ERR
false
exit 0
