# Arguments of the request: a jail that was made without them is not for it.
printf '<%s>' "$0" "$@"; echo $#; tr '\0' '\n' </proc/$$/cmdline
