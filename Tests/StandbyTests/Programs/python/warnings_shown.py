# Which warnings are shown by default, and their source line.
import warnings

print("x" is "x")
warnings.warn("of the user's")
warnings.warn("deprecated in main", DeprecationWarning)
warnings.warn("pending", PendingDeprecationWarning)
warnings.warn("a resource", ResourceWarning)
print("\d")
open("main.py")
