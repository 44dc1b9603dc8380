# Other files of the request: sourced, run as programs, read.
. ./library.sh; source lib/deep.sh one two; greet you
chmod +x tool.sh; ./tool.sh a; PATH=.:$PATH; tool.sh b; mapfile -t lines <data.txt; echo "${lines[@]}"
bash main2.sh; . ./missing.sh; echo $?
