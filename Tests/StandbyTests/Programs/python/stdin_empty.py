# An empty standard input ends at once.
import os
import select
import sys

print(select.select([0], [], [], 30)[0], os.read(0, 1), repr(sys.stdin.read()))
try:
    input("a question? ")
except EOFError as error:
    print(error)
