# A mistake in the syntax, found when its line is come to.
echo "printed"
if true; then
  echo "not printed"
done
