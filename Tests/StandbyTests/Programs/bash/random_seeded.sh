# The shell's own generator alone, drawn several times: fifteen bits are soon the same.
echo "$RANDOM$RANDOM$RANDOM$RANDOM"
