def choice(values):
    return "shadowed"
