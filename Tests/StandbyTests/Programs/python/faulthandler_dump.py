# A dump of all stacks, but for the number of the thread.
import faulthandler
import re
import sys

print(faulthandler.is_enabled())
with open("dump", "w+") as file:
    faulthandler.dump_traceback(file, all_threads=True)
    file.seek(0)
    print(re.sub("0x[0-9a-f]+", "N", file.read()))
print(sys._current_frames().keys() == {__import__("threading").get_ident()})
