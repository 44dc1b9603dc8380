value = 1
if value = 1:
    pass
