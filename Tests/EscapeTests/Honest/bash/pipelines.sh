# Pipelines, here-documents, process substitution and what else the shell makes of descriptors.
set -euo pipefail
printf 'b\na\nc\n' | sort | tr a-z A-Z | paste -sd ,
cat <<END | sed 's/^/here: /'
HOME is $([ -d "$HOME" ] && echo a folder)
END
read -r word rest <<< "one two three"
echo "$word|$rest"
diff <(printf '1\n2\n') <(printf '1\n3\n') || echo "differs $?"
printf 'to both\n' | tee >(tr a-z A-Z > copy) > /dev/null
wait $! 2> /dev/null || true
until [ -s copy ]; do :; done
cat copy
echo nothing > /dev/null 2>&1
exec 5<> both
echo "kept open" >&5
exec 5>&-
cat both
set +e +o pipefail
false | true
echo "statuses ${PIPESTATUS[*]}"
mapfile -t lines < <(printf 'x\ny\n')
echo "mapfile ${#lines[@]} ${lines[1]}"
while IFS= read -r line; do echo "stdin: $line"; done
for argument in "$@"; do printf 'argument: %q\n' "$argument"; done
echo > "żółw 🐢"
ls żó*
wc -c < /dev/null
head -c 3 /dev/zero | od -An -tx1
rm -f copy both żó*
( ulimit -n 20; ulimit -n )
time_format=$({ TIMEFORMAT=timed; time true; } 2>&1)
echo "$time_format"
