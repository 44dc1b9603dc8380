# Complaints, with the number of the line, and that the script goes on.
nothing_of_this_name
cd /nowhere
echo $((1 / 0))
/etc/passwd
readonly fixed=1; (fixed=2)
cat <missing; echo $?
set -u; (echo $unset); set -e
false
echo "never printed"
