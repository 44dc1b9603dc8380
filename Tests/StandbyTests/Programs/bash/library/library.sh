greet() { echo "greetings to $1 from ${BASH_SOURCE[0]}:$LINENO ${FUNCNAME[*]}"; caller 0; }
