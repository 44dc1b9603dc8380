# Unicode in and out: arguments, standard input, names of files, output.
import os
import sys
import tempfile
import unicodedata

print("arguments", sys.argv[1:])
print("bytes", [os.fsencode(word) for word in sys.argv[1:]])
for line in sys.stdin:
    print("stdin", line.rstrip("\n"), len(line))
print("encodings", sys.stdin.encoding, sys.stdout.encoding, sys.getfilesystemencoding())
with tempfile.TemporaryDirectory() as folder:
    for name in ("żółw.txt", "日本 語", "🐢\n", b"not utf-8 \xff".decode(errors="surrogateescape")):
        with open(os.path.join(folder, name), "w") as file:
            file.write(name.encode("utf-8", "surrogateescape").hex())
    print("names", sorted(os.listdir(os.fsencode(folder))))
print("normal", unicodedata.normalize("NFD", "ż").encode(), "ß".upper(), "İ".lower().encode())
print("wide 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \u202e\u200b ﷽ e\u0301")
sys.stdout.flush()
sys.stdout.buffer.write("raw é\n".encode())
sys.stdout.flush()
os.write(1, "descriptor ñ\n".encode())
