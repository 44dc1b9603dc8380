# The core utilities, with folders for what does not fit, and their own ways to copy.
set -e
folder=$(mktemp -d)
cd "$folder"
seq 200000 -1 1 | sort -n -S 256K -T "$folder" --parallel=2 > sorted
head -1 sorted; tail -1 sorted; wc -l < sorted
md5sum sorted | cut -c1-8
split -n l/4 -d sorted part-
ls part-* | xargs -P 4 -n 1 wc -l | awk '{sum += $1} END {print "lines", sum}'
cat part-* | cmp - sorted && echo "parts are the whole"
cp sorted copied && cmp sorted copied && echo "cp"
cp --reflink=auto --sparse=always -a sorted second && cmp sorted second && echo "cp -a"
install -m 640 -D sorted below/installed && stat -c '%a %s' below/installed
mkdir -p tree/inner && echo text > tree/inner/file && ln -s inner tree/link && ln copied tree/hard
cp -r tree moved && mv moved "$HOME/across" && cat "$HOME/across/inner/file" && rm -r "$HOME/across"
find tree -newer /usr/bin/env -type f | sort
find . -name 'part-*' -delete; ls part-* 2> /dev/null || echo "deleted"
tar -czf archive.tar.gz tree && tar -tzf archive.tar.gz | sort | tail -1
gzip -k sorted && gunzip -c sorted.gz | cmp - sorted && echo "gzip"
echo 'in one' > in-place && sed -i s/one/two/ in-place && cat in-place
dd if=/dev/zero of=blocks bs=64K count=4 status=none && stat -c %s blocks
truncate -s 1M sparse && du -k sparse | cut -f1
echo needle | tee -a copied > /dev/null && grep -c needle copied
date -u -d @1000000000 +%FT%T; TZ=Asia/Tokyo date -d @1000000000 +%H:%M
nproc | grep -q '^[1-9]' && echo "nproc"
id -u | grep -qv '^0$' && echo "not root"
test -w . && [ -r /etc/passwd ] && [ ! -w /etc/passwd ] && echo "rights"
printf 'ż\n' | iconv -f UTF-8 -t ISO-8859-2 | od -An -tx1
awk 'BEGIN {printf "%.3f %s\n", atan2(0, -1), toupper("awk")}'
echo '6 * 7' | expr "$(cat | tr -d ' ' | cut -c1)" \* 7
perl -e 'print "perl ", join(",", map { $_ * 2 } 1..3), "\n"'
mkfifo queue && (echo "through a fifo" > queue &) && cat queue
env -i NAME=value sh -c 'echo "$NAME"'
realpath --relative-to=/usr /usr/bin/../lib
# Inside it says that it polls, because there is no inotify.
tail -s 0.05 -f sorted > tailed 2> /dev/null & tail=$!
until [ -s tailed ]; do :; done
kill $tail
wait $tail 2> /dev/null || echo "tail"
cd / && rm -r "$folder"
