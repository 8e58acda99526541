#!/bin/sh
# The cases against Jinja itself, where Debian 12's python3-jinja2 is there; skipped elsewhere, because tests/test-jinja-cases
# holds them against what it wrote down. What is written down must be what it says today.
cases=$srcdir/tests/jinja-cases
python=/usr/bin/python3
[ -x $python ] || python=python3
$python "$srcdir/tests/jinja-oracle.py" "$cases" "$builddir/tests/test-jinja-cases" || exit $?
$python "$srcdir/tests/jinja-oracle.py" "$cases" | cmp - "$srcdir/tests/jinja-expected.jsonl"
