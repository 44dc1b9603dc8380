print("token was imported")
