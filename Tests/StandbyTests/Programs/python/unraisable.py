# Exceptions that nobody can catch, at the end of the program, too.
import atexit
import weakref


class Quiet:
    def __repr__(self):
        return "<a quiet one>"

    def __call__(self, *arguments):
        raise ValueError("unheard")


class Watched:
    pass


watched = Watched()
reference = weakref.ref(watched, Quiet())
del watched
atexit.register(Quiet())
print("done")
