from package import inner


def call(depth):
    return inner.fail(depth) if depth == 0 else call(depth - 1)
