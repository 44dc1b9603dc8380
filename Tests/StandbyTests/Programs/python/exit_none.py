# An end by exit() of the site module, and an output that is not flushed by hand.
print("before", end="")
exit()
