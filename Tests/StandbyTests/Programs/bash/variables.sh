# Every variable of the shell, but for those that count time or draw numbers.
declare -p | grep -vE ' (RANDOM|SRANDOM|SECONDS|EPOCHREALTIME|EPOCHSECONDS|BASHPID)='
echo "$$ $PPID $BASHPID $- $0 $# $SHLVL $LINENO $BASH_SUBSHELL ${BASH_SOURCE[*]} ${FUNCNAME[*]}"
compgen -A function; compgen -A alias; compgen -e
