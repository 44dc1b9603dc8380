#!/bin/dash -x
# A script with a line for the kernel, and without an end of its last line.
echo "$BASH" x
exit 4