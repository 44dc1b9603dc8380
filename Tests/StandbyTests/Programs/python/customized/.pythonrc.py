print("a start-up file")
