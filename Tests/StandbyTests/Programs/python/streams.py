# The three streams as Python made them.
import sys

for stream in (sys.stdin, sys.stdout, sys.stderr):
    print(stream.name, stream.mode, stream.encoding, stream.errors, stream.line_buffering)
    print(stream.write_through, stream.newlines, stream.isatty(), stream.fileno())
    print(stream.seekable(), stream.readable(), stream.writable(), stream is sys.__stdin__)
    print(type(stream.buffer).__name__, type(stream.buffer.raw).__name__, stream.buffer.raw.mode)
print("to standard error", file=sys.stderr)
sys.stdout.buffer.write(b"\xff\x00raw\n")
print("left in the buffer", end="")
