# What the random module draws without a seed.
import random

print(random.random(), random.getrandbits(64))
