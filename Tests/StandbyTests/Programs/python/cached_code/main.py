# Compiled code beside the program: what is not of its source is not taken.
import module
import os

print(module.VALUE, module.__cached__, sorted(os.listdir("__pycache__")))
import lone
