# KeyboardInterrupt ends the process by a signal.
import atexit

atexit.register(print, "the end was announced")
raise KeyboardInterrupt
