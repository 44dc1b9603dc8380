# Files that have a say where they are on the path before the program is, or beside Python.
import sys
import site

print("sitecustomize" in sys.modules, "usercustomize" in sys.modules, sys.path, sys.prefix)
print(site.ENABLE_USER_SITE, site.USER_SITE, site.USER_BASE, site.PREFIXES)
