# A failed assertion, and that assertions are on.
print(__debug__)
assert [1, 2] == [1, 3], {"why": "they differ"}
