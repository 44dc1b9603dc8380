# Whether a module of the library is loaded when it is imported, and from where.
import importlib
import sys

for name in ["json", "re", "asyncio", "sqlite3", "ssl", "decimal", "ctypes", "zlib", "readline"]:
    before = set(sys.modules)
    try:
        module = importlib.import_module(name)
        print(name, getattr(module, "__file__", None), sorted(set(sys.modules) - before))
    except ImportError as error:
        print(name, error)
