# More output than the limit allows.
echo some >&2; yes
