# More memory than the limit allows.
echo before; text=x; while :; do text=$text$text; done
