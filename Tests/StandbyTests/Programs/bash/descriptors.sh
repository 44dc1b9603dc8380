# The open descriptors, what they are, where they stand: that of the script is the shell's own.
for name in 0 1 2 3 4 255; do
  readlink /proc/$$/fd/$name | sed 's/:.*//'; head -2 /proc/$$/fdinfo/$name
done 2>&1
ls /proc/$$/fd; test -t 0; echo $?; exec 9</dev/null; ls /proc/$$/fd
