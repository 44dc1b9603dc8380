echo "$0 $SHLVL"
