# What is switched on, limits, masks, traps, jobs, and the names of the shell's own commands.
set -o; shopt; ulimit -Sa; ulimit -Ha; umask; umask -S; trap -p; jobs; enable | wc -l; hash
dirs; pwd -P; type -a bash; history | wc -l; complete | wc -l; bind -V 2>&1 | head -1
