#!/bin/sh
# Was the generated data worth it? What experiments say of public data sets with recorded teachers, with the whole way
# before them: projects made, texts generated and annotated, test texts guarded. Run by `make bench-answer`; a set alone
# by its name (trec sst2 banking wvg). Needs RETORT_DATA and RETORT_RECORDINGS (the folders of HACKING). The projects
# stay in ANSWER_DIR, if that is set; run again there, nothing is trained twice.
#
# What must come out stands with each set; what does not is told as FAILED, and the exit status is 1.
srcdir=${srcdir:-$(dirname "$0")/../..}
retort=$(cd "${builddir:-.}" && pwd)/retort
[ -n "$RETORT_DATA" ] && [ -n "$RETORT_RECORDINGS" ] || { echo "skipped: RETORT_DATA and RETORT_RECORDINGS are not set"; exit 77; }
dir=${ANSWER_DIR:-$(mktemp -d)} || exit 99
[ -n "$ANSWER_DIR" ] || trap 'rm -rf "$dir"' EXIT
trap 'exit 99' INT TERM
mkdir -p "$dir" && cd "$dir" || exit 99
data=$RETORT_DATA recorded=$RETORT_RECORDINGS failed=0

must() { "$retort" "$@" >log 2>&1 </dev/null || { echo "FAILED: retort $*"; cat log; exit 1; }; }
bad() { echo "FAILED: $*"; failed=1; }
# As if its replies were those of a small model at the price of 2025.
teacher() { must teacher "$1" add "$2" --replay "$recorded/$3" --price-in 0.15 --price-out 0.60; }
# NAME FOLDER: a project with the labels of a recording.
project() {
  rm -rf "$1.d" "$1".retort* && mkdir "$1.d" && cp "$recorded/$2/labels.tsv" "$1.d" && must new "$1.retort" --from "$1.d"
}
# PROJECT TEMPLATE TEACHER FILE...
generate() {
  must template "$1" set "$2" "$recorded/$4"
  must generate "$1" --template "$2" --teacher "$3"
}
# FILE N: of each label N rows, spread evenly over the file.
draw() {
  awk -v n="$2" 'match($0, /"label": *"[^"]*"/) { l = substr($0, RSTART, RLENGTH); row[l, ++count[l]] = $0 }
    END { for (l in count) for (i = 0; i < n && i < count[l]; i++) print row[l, 1 + int(i * count[l] / n)] }' "$1" | LC_ALL=C sort
}
# NAME PROJECT [options]: the experiment, its table, how long it took; NAME.json holds all of it.
experiment() {
  name=$1; shift
  echo "== $name: experiment $*"
  began=$(date +%s%N)
  "$retort" experiment "$@" --name "$name" --quiet >"$name.txt" 2>log </dev/null || { cat log; bad "$name"; return; }
  ended=$(date +%s%N)
  cat "$name.txt"
  "$retort" experiment "$1" --show "$name" --json >"$name.json"
  awk "BEGIN { printf \"%s: %.1f s\n\n\", \"$name\", ($ended - $began) / 1e9 }"
}
# The verdict of an experiment, from its JSON.
verdict() { sed -n 's/.*"verdict":"\([^"]*\)".*/\1/p' "$1.json"; }

# Question types: texts of two templates beside ten seeds a label, five students. (The seeds drawn here are poorer than
# most: of ten draws at random linear reached .40 to .63, .49 in the mean.)
trec() {
  [ -f trec.made ] || {
    project trec question-type
    draw "$data/trec/train.jsonl" 10 >trec-seeds.jsonl
    must import trec.retort trec-seeds.jsonl --origin seed --split train
    must import trec.retort "$data/trec/test.jsonl" --split test
    teacher trec.retort first question-type/replies.jsonl
    teacher trec.retort second question-type/replies-2.jsonl
    teacher trec.retort judge question-type/annotations-test.jsonl
    generate trec.retort question-type first question-type/question-type.prompty
    generate trec.retort question-type-2 second question-type/question-type-2.prompty
    must annotate trec.retort --filter split:test --teacher judge
    touch trec.made
  }
  experiment trec trec.retort --student linear --student fasttext --student cnn --student bilstm --student transformer \
    --seeds 5 --curve
  verdict trec | grep -q 'raised' || bad "trec: no gain: $(verdict trec)"
}

# Review sentences: which of two templates is the better one, and what do a teacher's labels on people's texts bring?
sst2() {
  [ -f sst2.made ] || {
    project sst2 movie-sentiment
    draw "$data/sst2/train.jsonl" 30 >sst2-seeds.jsonl
    must import sst2.retort sst2-seeds.jsonl --origin seed --split train
    must import sst2.retort "$data/sst2/test.jsonl" --split test
    teacher sst2.retort first movie-sentiment/replies.jsonl
    teacher sst2.retort second movie-sentiment/replies-2.jsonl
    teacher sst2.retort pool movie-sentiment/annotations-pool.jsonl
    teacher sst2.retort judge movie-sentiment/annotations-test.jsonl
    generate sst2.retort movie-sentiment first movie-sentiment/movie-sentiment.prompty
    generate sst2.retort movie-sentiment-2 second movie-sentiment/movie-sentiment-2.prompty
    # the texts that were put to the teacher, without their labels: they stand behind "Text: " in the requests
    awk 'match($0, /\\nText: /) { s = substr($0, RSTART + RLENGTH); sub(/"\}\]\}.*/, "", s); print "{\"text\": \"" s "\"}" }' \
      "$recorded/movie-sentiment/annotations-pool.jsonl" >sst2-pool.jsonl
    must import sst2.retort sst2-pool.jsonl --split pool
    must annotate sst2.retort --filter split:pool --teacher pool
    must annotate sst2.retort --filter split:test --teacher judge
    touch sst2.made
  }
  experiment templates sst2.retort --arm 'first=origin:generated template:movie-sentiment' \
    --arm 'second=origin:generated template:movie-sentiment-2' --seeds 5
  experiment sst2 sst2.retort --arm seed --arm 'first=origin:seed or template:movie-sentiment' \
    --arm 'second=origin:seed or template:movie-sentiment-2' --arm annotated --arm all --seeds 5 --worth template
  verdict templates | grep -q 'raised' || bad "sst2: the second template is not the better one: $(verdict templates)"
  verdict sst2 | grep -q 'raised' || bad "sst2: no gain: $(verdict sst2)"
}

# Many labels, few seeds of each; fourteen of the generated texts stand in the test set word for word.
banking() {
  [ -f banking.made ] || {
    project banking banking-intents
    teacher banking.retort recorded banking-intents/replies.jsonl
    generate banking.retort banking-intents recorded banking-intents/banking-intents.prompty
    must import banking.retort "$data/banking77/train.jsonl" --origin seed --split train
    must import banking.retort "$data/banking77/test.jsonl" --split test   # after the texts: the guard has to find them
    touch banking.made
  }
  experiment banking banking.retort --arm seed --arm both --per-label 0,1,5,10 --seeds 5
  all=$("$retort" list banking.retort --filter origin:generated --json | wc -l)
  used=$("$retort" experiment banking.retort --arm generated --arm both --dry-run | awk '$1 == "generated" { print $5 }')
  echo "banking: $((all - used)) of $all generated texts stand in the test set and were left out"
  [ $((all - used)) -ge 14 ] || bad "banking: only $((all - used)) guarded"
}

# Emotions of short messages: 500 by people, and thousands that two models made of them, many of them the same again.
wvg() {
  [ -f wvg.made ] || {
    rm -f wvg.retort*
    must new wvg.retort
    must import wvg.retort "$data/wvg-emotion13/base.jsonl" --origin seed --split train --add-labels
    for file in train train_llama2-70b; do
      sed 's/}$/, "origin": "generated"}/' "$data/wvg-emotion13-llm/$file.jsonl" >wvg-$file.jsonl
    done
    must import wvg.retort wvg-train.jsonl wvg-train_llama2-70b.jsonl --split train
    sed 's/^/wvg: /' log
    must import wvg.retort "$data/wvg-emotion13/test.jsonl" --split test
    touch wvg.made
  }
  experiment wvg wvg.retort --student linear --student cnn --seeds 5
  verdict wvg | grep -q 'raised' && bad "wvg: this should not be a gain: $(verdict wvg)"
}

echo "$("$retort" --version), $(nproc) processors, $(date +%F)"
for set in ${*:-trec sst2 banking wvg}; do
  case $set in
    trec|sst2|banking|wvg) "$set" ;;
    *) echo "there is no set '$set' (trec sst2 banking wvg)" >&2; exit 2 ;;
  esac
done
exit $failed
