#!/bin/sh
# Nearest neighbours: the ten nearest of every text of clinc150 (15 100), by the index and by brute force; then of 50 000
# texts of all sets, and a scan for one text through the same and through eight times all there are.
# RETORT_DATA names the folder with the sets.
bench=${builddir:-.}/tests/bench/similar-bench
[ -d "${RETORT_DATA:-}" ] || { echo "bench of neighbours skipped: RETORT_DATA names no folder with data sets"; exit 0; }
command -v jq >/dev/null || { echo "bench of neighbours skipped: there is no jq (apt-get install jq)"; exit 0; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT INT TERM
LC_ALL=C.UTF-8
export LC_ALL

jq -r '.text | gsub("\n"; " ")' "$RETORT_DATA/clinc150/train.jsonl" >"$dir/clinc"
cat "$RETORT_DATA"/*/train.jsonl | jq -r '.text | gsub("\n"; " ")' | shuf --random-source="$dir/clinc" >"$dir/all"
head -n 50000 "$dir/all" >"$dir/50k"
i=0
while [ $i -lt 8 ]; do
  i=$((i + 1))
  cat "$dir/all"
done >"$dir/many"
"$bench" all "$dir/clinc" 10 && "$bench" brute "$dir/clinc" 10 100 && "$bench" all "$dir/50k" 10 && "$bench" one "$dir/50k" 5 &&
  "$bench" one "$dir/many" 5
