# The seed of hashes, which is to be each process's own.
print(hash("a"), hash(b"bytes"))
