# Numbers that are to be different in each process.
echo "$RANDOM $RANDOM $SRANDOM $(od -An -N8 -x /dev/urandom)"
