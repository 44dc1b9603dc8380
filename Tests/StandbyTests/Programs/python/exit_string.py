# A reason to end goes to standard error.
import sys

sys.exit("a reason")
