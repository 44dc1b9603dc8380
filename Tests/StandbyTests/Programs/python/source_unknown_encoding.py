# A source in an encoding that nobody knows.
# coding: klingon
print(1)
