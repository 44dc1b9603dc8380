#!/usr/bin/env python3 -O
# A source with a line for the kernel and a form feed.
print(__debug__, open(__file__).readline())
