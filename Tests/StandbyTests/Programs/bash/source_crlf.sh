# A script with the line ends of Windows.
echo one
if true; then
  echo two
fi
