#!/bin/sh
# What is written down of R's values is what R says today.
command -v Rscript >/dev/null || exit 77
Rscript --vanilla "$srcdir/tests/r/reference.R" | grep -v '^#' >test-reference-r.tmp || exit 1
grep -v '^#' "$srcdir/tests/r/reference.tsv" | diff - test-reference-r.tmp
got=$?
rm -f test-reference-r.tmp
exit $got
