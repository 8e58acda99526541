#!/bin/sh
# The student `linear` against fastText, run in turns: seconds to train on 120 000 rows to fastText's accuracy or better, and
# rows a second in prediction, model loading apart, one thread against one and two against two. Then accuracy and seconds of
# the default settings on some public sets.
# RETORT_DATA names the folder with the sets; BENCH_RUNS (3) says how often each side runs.
bench=${builddir:-.}/tests/bench/student-bench
set=${builddir:-.}/tests/bench/student-set
runs=${BENCH_RUNS:-3}
[ -d "${RETORT_DATA:-}" ] || { echo "bench of students skipped: RETORT_DATA names no folder with data sets"; exit 0; }
command -v fasttext >/dev/null || { echo "bench of students skipped: there is no fasttext (apt-get install fasttext)"; exit 0; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT INT TERM
train=$dir/train.txt test=$dir/test.txt

"$bench" rows "$RETORT_DATA" "$dir" || exit 1
head -n 1 "$test" >"$dir/one.txt"
echo "$(wc -l <"$train") rows to train, $(wc -l <"$test") to test; 2 threads to train; $runs runs each, in turns; medians"

# seconds COMMAND...: how long it takes, to the standard output
seconds() {
  start=$(date +%s%N)
  "$@" >/dev/null 2>"$dir/error" || { cat "$dir/error" >&2; exit 1; }
  end=$(date +%s%N)
  echo "$start $end" | awk '{printf "%.3f\n", ($2 - $1) / 1e9}'
}
median() { sort -n "$1" | awk '{x[NR] = $1} END {print x[int((NR + 1) / 2)]}'; }
# fastText's predict knows one thread: against two of retort it is run as two processes, half of the rows each.
halves() {
  fasttext predict "$dir/fasttext.bin" "$dir/half.aa" >/dev/null &
  fasttext predict "$dir/fasttext.bin" "$dir/half.ab" >/dev/null
  wait
}
split -n l/2 "$train" "$dir/half."

i=0
while [ $i -lt "$runs" ]; do
  i=$((i + 1))
  seconds fasttext supervised -input "$train" -output "$dir/fasttext" -wordNgrams 2 -dim 10 -epoch 5 -lr 0.5 -thread 2 \
    -verbose 0 >>"$dir/ft.train"
  seconds "$bench" train "$train" "$dir/model" >>"$dir/our.train"
  seconds fasttext predict "$dir/fasttext.bin" "$train" >>"$dir/ft.predict"
  seconds "$bench" predict "$dir/model" "$train" 1 >>"$dir/our.predict"
  seconds halves >>"$dir/ft.halves"
  seconds "$bench" predict "$dir/model" "$train" 2 >>"$dir/our.halves"
  seconds fasttext predict "$dir/fasttext.bin" "$dir/one.txt" >>"$dir/ft.load"
  seconds "$bench" predict "$dir/model" "$dir/one.txt" >>"$dir/our.load"
done
theirs=$(fasttext test "$dir/fasttext.bin" "$test" | awk '/^P@1/ {print $2}')
ours=$("$bench" test "$dir/model" "$test")
echo "$(wc -l <"$train") $ours $theirs $(median "$dir/our.train") $(median "$dir/ft.train") $(median "$dir/our.load") \
$(median "$dir/ft.load") $(median "$dir/our.predict") $(median "$dir/ft.predict") $(median "$dir/our.halves") \
$(median "$dir/ft.halves")" | awk '
function speeds(what, ours, theirs) {  # rows a second from seconds that loading is part of
  ours = $1 / (ours - $6); theirs = $1 / (theirs - $7)
  printf "%-34s %12.0f %12.0f %8.1fx\n", what, ours, theirs, ours / theirs
}
{
  printf "%-34s %12s %12s %9s\n", "", "retort", "fastText", "ratio"
  printf "%-34s %12.3f %12.3f\n", "test accuracy", $2, $3
  printf "%-34s %12.2f %12.2f %8.1fx\n", "seconds to train, read and save", $4, $5, $5 / $4
  speeds("rows a second predicted, 1 thread", $8, $9)
  speeds("  2 threads, 1 of fastText", $10, $9)
  speeds("  2 threads, 2 runs of fastText", $10, $11)
  if ($2 < $3) print "NOTE: fastText was more accurate, the seconds do not compare"
}'

echo "default settings, 2 threads:"
cd "$RETORT_DATA" || exit 1
case $set in /*) ;; *) set=$OLDPWD/$set ;; esac
"$set" trec/train.jsonl trec/test.jsonl
"$set" sst2/train.jsonl sst2/test.jsonl
"$set" banking77/train.jsonl banking77/test.jsonl
"$set" clinc150/train.jsonl clinc150/test.jsonl without=oos
"$set" snips7-llm/train.jsonl snips7/test.jsonl
