#!/bin/sh
# A million samples in and out: import, all of it on disk, beside pandas merely reading the file; opening beside a bare
# SELECT of the same rows with the sqlite3 library; peak memory beside its bound; a change of all samples, its undo and
# redo. Both sides run in turns; medians. Ratios of one run are what counts: the machine may be busy.
# RETORT_DATA names the folder with the sets from which the texts are made; BENCH_RUNS (3) says how often, BENCH_ROWS
# (1000000) how many.
bench=${builddir:-.}/tests/bench
retort=${builddir:-.}/retort
here=$(dirname "$0")
runs=${BENCH_RUNS:-3}
rows=${BENCH_ROWS:-1000000}
[ -d "${RETORT_DATA:-}" ] || { echo "bench of the corpus skipped: RETORT_DATA names no folder with data sets"; exit 0; }
LC_ALL=C.UTF-8
export LC_ALL
python=
for p in python3 /usr/bin/python3; do
  [ -z "$python" ] && "$p" -c 'import pandas' 2>/dev/null && python=$p
done
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT INT TERM

made=$("$bench/corpus-make" "$rows" 1 "$dir/full.jsonl") || exit 1
echo "$made"
bytes=$(echo "$made" | sed 's/.* \([0-9]*\) bytes.*/\1/')
set --
for label in $(echo "$made" | sed 's/.*labels: //; s/,/ /g'); do
  set -- "$@" --label "$label"
done
"$retort" new "$dir/empty.retort" -q "$@" >/dev/null || exit 1
# Texts, labels and choices only: what pandas reads fastest.
sed 's/,"template":.*/}/; s/,"parent":[0-9]*//' "$dir/full.jsonl" >"$dir/plain.jsonl"

median() { sort -n "$1" | awk -v f="${2:-1}" '{x[NR] = $f} END {print x[int((NR + 1) / 2)]}'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'; }
fresh() { rm -f "$dir/p.retort"*; cp "$dir/empty.retort" "$dir/p.retort"; sync "$dir/p.retort"; }

for kind in full plain; do
  i=0
  rm -f "$dir/import" "$dir/pandas"
  while [ $i -lt "$runs" ]; do
    i=$((i + 1))
    fresh
    "$bench/measure" "$retort" import -q "$dir/p.retort" "$dir/$kind.jsonl" >>"$dir/import" || exit 1
    [ -z "$python" ] || "$python" "$here/corpus-peer.py" "$dir/$kind.jsonl" >>"$dir/pandas" || exit 1
  done
  ours=$(median "$dir/import")
  if [ -n "$python" ]; then
    theirs=$(median "$dir/pandas")
    echo "import of $kind rows: $ours s ($(median "$dir/import" 2) s of CPU, $(median "$dir/import" 3) MB);" \
      "pandas reads them in $theirs s ($(median "$dir/pandas" 2) s of CPU); ratio $(ratio "$ours" "$theirs") (aim: 0.50)"
  else
    echo "import of $kind rows: $ours s ($(median "$dir/import" 2) s of CPU, $(median "$dir/import" 3) MB);" \
      "pandas skipped: not installed"
  fi
  [ $kind = full ] && cp "$dir/p.retort" "$dir/full.retort"
done

i=0
while [ $i -lt $((2 * runs - 1)) ]; do
  i=$((i + 1))
  "$bench/measure" "$retort" list "$dir/full.retort" --limit 1 >>"$dir/list" || exit 1
  "$bench/measure" "$bench/corpus-select" "$dir/full.retort" >>"$dir/select" || exit 1
  "$bench/measure" --screen "$retort" "$dir/full.retort" >>"$dir/screen" || exit 1
done
ours=$(median "$dir/list") theirs=$(median "$dir/select")
echo "open: $ours s ($(median "$dir/list" 2) s of CPU);" \
  "a bare SELECT of the rows $theirs s ($(median "$dir/select" 2) s of CPU); ratio $(ratio "$ours" "$theirs") (aim: 1.50);" \
  "first screen after $(median "$dir/screen") s (aim: 2)"
bound=$(awk -v b="$bytes" -v n="$rows" 'BEGIN {printf "%.1f", (1.6 * b + 96 * n) / 1048576}')
echo "peak memory: list $(sort -n -k 3 "$dir/list" | tail -n 1 | cut -d ' ' -f 3) MB," \
  "workbench $(sort -n -k 3 "$dir/screen" | tail -n 1 | cut -d ' ' -f 3) MB;" \
  "bound $bound MB (1.6 x texts + 96 bytes a sample)"

for command in "accept --filter=" undo redo; do
  set -- $command
  name=$1
  shift
  echo "$name, all samples: $("$bench/measure" "$retort" "$name" "$dir/full.retort" "$@" |
    awk '{print $1 " s, " $2 " s of CPU, " $3 " MB"}')"
done
