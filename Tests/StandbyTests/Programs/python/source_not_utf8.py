# A source that is not UTF-8, though it should be.
print(1)
print("ÿ")
