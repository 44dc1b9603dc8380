# A long script: this one is sent many times over, some 200 KiB of it.
count=$((count + 1)); [ $((count % 500)) -ne 0 ] || echo "$count $LINENO"
