# A traceback through imported modules and a package.
import outer

outer.call(3)
