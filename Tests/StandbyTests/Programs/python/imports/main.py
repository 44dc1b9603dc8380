# Modules beside the program, packages, namespaces, data beside them, and a circle.
import importlib.resources
import pkgutil
import sys
from pathlib import Path

import circle_a
import package.deep.leaf as leaf
import space.module
import taller
from package import *

print(leaf.__file__, leaf.__package__, leaf.NAME, space.__path__, exported, circle_a.seen)
print(importlib.resources.files("package").joinpath("data.txt").read_text())
print(Path(__file__).with_name("data.json").read_text(), pkgutil.get_data("package", "data.txt"))
print([name for name in sys.modules if "package" in name or "space" in name or "circle" in name])
print(sorted(module.name for module in pkgutil.iter_modules(["."])), taller.HEIGHT)
print(sorted(str(path) for path in Path().rglob("*")), sys.path_importer_cache["/box"])
