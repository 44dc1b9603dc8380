read_before=yes; echo before
