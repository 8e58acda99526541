#!/bin/sh
# Each key's time from the terminal to the finished frame, in the real program on a terminal of its own, over a project of
# BENCH_SAMPLES (1 000 000) samples, while a job inserts about 500 samples a second (from the tests' server: 10 requests in
# flight, each answered after 200 ms with ten texts) and a training runs. BENCH_KEYS (2000) keys: moves, pages, decisions,
# labels, marks, undo, filters typed letter by letter, sorting, facets. RETORT_DATA must name the public data sets, or
# BENCH_PROJECT a project that is copied. BENCH_FIRST=1, for root: other programs stand back. The aim: 99 of 100 keys
# within 16 ms.
dir=${builddir:-.}/tests/bench
retort=${builddir:-.}/retort
samples=${BENCH_SAMPLES:-1000000}
out=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/retort-latency.XXXXXX") || exit 1
server=
trap 'kill $server 2>/dev/null; rm -rf "$out"' EXIT INT TERM
export XDG_STATE_HOME="$out" HOME="$out" INPUTRC=/dev/null LC_ALL=C.UTF-8
labels=; for l in billing shipping returns account product complaint praise other; do labels="$labels --label $l"; done
project=$out/p.retort

if [ -n "$BENCH_PROJECT" ]; then
  cp "$BENCH_PROJECT" "$project" || exit 1
else
  [ -n "$RETORT_DATA" ] || { echo "skipped: RETORT_DATA names no data sets"; exit 0; }
  "$dir/corpus-make" "$samples" 1 "$out/samples.jsonl" >/dev/null || exit 1
  "$retort" new "$project" $labels >/dev/null 2>&1 || exit 1
  "$retort" import "$project" "$out/samples.jsonl" --quiet >/dev/null || exit 1
  rm "$out/samples.jsonl"
fi

"$dir/serve" 200 1500 10 >"$out/url" &
server=$!
while [ ! -s "$out/url" ]; do sleep 0.05; done
{
  printf -- '---\nmodel: {parameters: {max_tokens: 1000}}\ncount: 10\nattributes:\n  topic: ['
  i=0; while [ $i -lt 999 ]; do printf 'topic %d, ' $i; i=$((i + 1)); done
  printf 'last]\n  style: ['
  i=0; while [ $i -lt 40 ]; do printf 'style %d, ' $i; i=$((i + 1)); done
  printf 'last]\n---\nuser:\nWrite {{ count }} messages of the kind {{ label }} on {{ topic }} in {{ style }}.\n'
} >"$out/bench.prompty"
"$retort" template "$project" set bench "$out/bench.prompty" --quiet >/dev/null || exit 1
"$retort" teacher "$project" add server --url "$(cat "$out/url")" --model m --concurrency 10 --price-in 0 --price-out 0 \
  --no-schema --no-stream --quiet >/dev/null || exit 1
"$dir/latency-keys" "$retort" "$project" "$out/keys.jsonl" "${BENCH_KEYS:-2000}" || exit 1
"$retort" stats "$project" | head -1
[ -z "$BENCH_KEEP" ] || cp "$out/keys.jsonl" "$BENCH_KEEP"
