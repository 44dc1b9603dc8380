# Every byte in standard input, and what text of it says.
import io
import sys

data = sys.stdin.buffer.read()
print(data)
sys.stdin = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
sys.stdin.read()
