# A source with a byte order mark.
print(repr("ż"), open(__file__, "rb").read(3))
1 / 0
