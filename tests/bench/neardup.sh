#!/bin/sh
# Near-duplicates among 1 000 000 short texts: seconds, peak memory, recall against brute force on 20 000 of them; beside
# Python's datasketch where it is installed, on as many texts as it does in some seconds. Then what one text costs on its
# way into a corpus of 200 000: near-duplicates and diversity; all filters, a reply at a time.
# RETORT_DATA names the folder with the sets from which the texts are made; BENCH_RUNS (3) says how often.
bench=${builddir:-.}/tests/bench/neardup-bench
here=$(dirname "$0")
runs=${BENCH_RUNS:-3}
[ -d "${RETORT_DATA:-}" ] || { echo "bench of near-duplicates skipped: RETORT_DATA names no folder with data sets"; exit 0; }
LC_ALL=C.UTF-8
export LC_ALL

i=0
while [ $i -lt "$runs" ]; do
  i=$((i + 1))
  "$bench" bulk 1000000 || exit 1
done
"$bench" recall 20000
if python3 -c 'import datasketch' 2>/dev/null; then
  "$bench" text 100000 | python3 "$here/neardup-peer.py"
else
  echo "datasketch skipped: not installed (pip install datasketch)"
fi
"$bench" insert 200000
"$bench" filters 400000
