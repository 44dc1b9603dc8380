# A mistake in the syntax of a module, and its caret.
print("printed")
import broken
