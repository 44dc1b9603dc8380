# A number to end with, more than a byte, and what is done before.
import sys

try:
    sys.exit(256 + 7)
finally:
    print("finally")
