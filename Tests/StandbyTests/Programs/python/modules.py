# What is imported before the first line, in its order, and by whom it was found.
import sys

print(list(sys.modules))
print(sys.builtin_module_names)
print([getattr(finder, "__name__", type(finder)) for finder in sys.meta_path])
print([getattr(hook, "__name__", hook) for hook in sys.path_hooks])
print(list(sys.path_importer_cache))
for name, module in list(sys.modules.items()):
    spec = getattr(module, "__spec__", None)
    print(name, getattr(module, "__file__", None), spec and spec.origin, spec and spec.cached)
