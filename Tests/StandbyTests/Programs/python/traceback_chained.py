# Chained exceptions, a note, and a group.
def group():
    try:
        {}["missing"]
    except KeyError as error:
        raise ValueError("in its handling") from error


try:
    try:
        group()
    finally:
        raise ExceptionGroup("several", [TypeError("one"), OSError(2, "two", "a file")])
except ExceptionGroup as error:
    error.add_note("a note")
    raise RuntimeError("the last")
