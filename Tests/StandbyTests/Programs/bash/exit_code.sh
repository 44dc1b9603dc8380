# An exit code of more than a byte, and what is done before.
trap 'echo "at the end, $?"' EXIT
trap 'echo "an error in line $LINENO"' ERR
false
(exit 300); exit $?
