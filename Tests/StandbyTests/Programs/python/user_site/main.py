# The user's own site folder, which Python looks for before it opens the program.
import sys

print(sys.path, "usercustomize" in sys.modules, sys.modules.get("early"))
