#!/bin/sh
# Filters, counts and sorts over 1 000 000 samples, beside ripgrep on their texts in page cache, both in turn.
# RETORT_DATA names the folder with the sets from which the texts are made; or BENCH_TEXTS a file of texts, a line each.
# BENCH_RUNS (5) says how often.
bench=${builddir:-.}/tests/bench
texts=${BENCH_TEXTS:-}
LC_ALL=C.UTF-8
export LC_ALL
if [ -z "$texts" ]; then
  [ -d "${RETORT_DATA:-}" ] || { echo "bench of filters skipped: RETORT_DATA names no folder with data sets"; exit 0; }
  dir=$(mktemp -d) || exit 1
  trap 'rm -rf "$dir"' EXIT
  texts=$dir/texts
  "$bench/corpus-make" 1000000 1 /dev/null "$texts" >/dev/null || exit 1
fi
command -v rg >/dev/null || echo "ripgrep is not installed (apt-get install ripgrep): its columns are left out"
cat "$texts" >/dev/null
"$bench/filter-bench" "$texts" "${BENCH_RUNS:-5}"
