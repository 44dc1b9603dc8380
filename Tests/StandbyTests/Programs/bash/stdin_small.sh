# Standard input, shared with what the shell starts.
read -r first; echo "<$first>"; head -n 1; read -r -N 3 part; echo "<$part>"; cat
