#!/bin/sh
# What is written down of confident learning is what the plain formulas say today.
command -v python3 >/dev/null || exit 77
python3 "$srcdir/tests/confident-oracle.py" | cmp - "$srcdir/tests/confident-cases"
