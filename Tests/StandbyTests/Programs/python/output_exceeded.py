# More output than the limit allows.
import sys

sys.stderr.write("some of this, too\n")
while True:
    sys.stdout.write("0123456789abcdef" * 64)
