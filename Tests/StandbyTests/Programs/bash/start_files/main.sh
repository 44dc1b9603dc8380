# Files that a shell reads when it starts, if it is one of the right kind: this one is not.
echo "$started"; alias; set -o | grep -c on; bash -ic 'echo "$started"' 2>/dev/null; ls -A
