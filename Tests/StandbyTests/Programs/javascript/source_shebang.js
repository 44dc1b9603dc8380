#!/usr/bin/env node --no-such-option
// A source with a line for the kernel, and without an end of its last line.
throw new Error("x")