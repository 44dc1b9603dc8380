# A source that mixes tabs and spaces.
if True:
	print(1)
        print(2)
