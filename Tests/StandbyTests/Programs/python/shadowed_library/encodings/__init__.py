print("encodings was imported")
