# The environment in its order, of the shell and of what it starts.
tr '\0' '\n' </proc/$$/environ; echo; /usr/bin/env; export -p; echo "$_"
