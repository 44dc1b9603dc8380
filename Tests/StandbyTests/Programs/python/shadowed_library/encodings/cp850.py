print("cp850 was imported")
