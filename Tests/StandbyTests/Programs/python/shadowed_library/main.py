# Modules beside the program that have the names of the library's.
import encodings
import random
import sys
import warnings

print(random.__file__, random.choice([1]), encodings.__file__, warnings.__file__)
print([name for name in ("token", "random", "site", "sitecustomize") if name in sys.modules])
"x".encode("cp850")
raise ValueError("its traceback uses the shadowed modules, too")
