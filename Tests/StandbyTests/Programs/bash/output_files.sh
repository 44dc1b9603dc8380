# Files that are to be brought back.
mkdir out; echo new >out/a.txt; ln -s /etc/passwd out/link; echo '# appended' >>main.sh
