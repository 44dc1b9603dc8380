def fail(depth):
    raise LookupError(f"at {depth}", __file__)
