#!/bin/sh
# The order `useful`: what 200 texts bring that are chosen by it, by chance, or by one half of it, beside 60 seeds. On trec
# (RETORT_DATA), and on the texts that the example's teacher wrote.
bench=${builddir:-.}/tests/bench/useful-bench
example=${srcdir:-.}/examples/support-tickets
repeats=${BENCH_REPEATS:-20}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT INT TERM

if [ -d "${RETORT_DATA:-}" ]; then
  echo "trec"
  "$bench" "$RETORT_DATA/trec/train.jsonl" "$RETORT_DATA/trec/test.jsonl" - "$repeats" || exit 1
else
  echo "trec skipped: RETORT_DATA names no folder with data sets"
fi
echo "support-tickets, as generated"
retort=${builddir:-.}/retort
"$retort" new "$dir/t.retort" --from "$example" >/dev/null &&
  "$retort" generate "$dir/t.retort" --quiet >/dev/null &&
  "$retort" export "$dir/t.retort" --filter origin:generated -o "$dir/pool.jsonl" --quiet >/dev/null &&
  "$bench" "$dir/pool.jsonl" "$example/test.jsonl" "$example/seed.jsonl" "$repeats"
