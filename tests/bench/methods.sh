#!/bin/sh
# The methods for noisy, soft and few labels, each against the same student without it (methods-bench.c): some minutes.
# RETORT_DATA names the folder with the sets; BENCH_SEEDS (5) says how many seeds.
bench=${builddir:-.}/tests/bench/methods-bench
[ -d "${RETORT_DATA:-}" ] || { echo "bench of methods skipped: RETORT_DATA names no folder with data sets"; exit 0; }
for scene in noise-trec noise-trec-last noise-sst2 few-trec few-snips few-sst2; do
  "$bench" "$RETORT_DATA" $scene "seeds=${BENCH_SEEDS:-5}" || exit 1
done
