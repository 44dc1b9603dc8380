# A traceback of the main module, with carets and a call.
def divide(number):
    return (number +
            1) / (number - number)


values = {"a": [1, 2]}
print(values["a"][0])
print(divide(values["a"][1]))
