# Variables of the request, one of which has a file read before the program.
env; echo "$NAME $read_before"
