# A standard input that is larger than any pipe, and bytes of every kind.
sha256sum | tee copy; wc -c <copy; read -r nothing; echo $?
