# Variables of the request: a jail that was made without them is not for it.
import os
import sys

print(list(os.environ.items()), sys.flags.utf8_mode, sys.flags.hash_randomization)
print(hash("the same seed"))
