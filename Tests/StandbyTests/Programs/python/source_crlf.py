# A source with the line ends of Windows.
print(repr("""a
b"""), 1)
if True:
    print(2)
raise OSError
