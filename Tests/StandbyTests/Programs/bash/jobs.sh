# Children: in the background, in pipes, substituted, awaited, and their numbers.
echo $(( $! - $$ )) 2>&1; sleep 0 & wait $!; echo $? $(( $! > $$ ))
echo a | { read -r x; echo "$x $BASH_SUBSHELL"; }; echo "${PIPESTATUS[@]}"
cat <(echo one) <(echo two); { echo out; echo err >&2; } 2>&1 | sort; coproc cat; echo to the coprocess >&${COPROC[1]}
read -r x <&${COPROC[0]}; echo $x
cat <<<"a here string"; cat <<END
a here document $(( 6 * 7 ))
END
