#!/bin/sh
# annotate on other people's data: the recorded teacher's own figures, and a student that learned from its labels. Needs
# RETORT_DATA (trec, sst2) and RETORT_RECORDINGS (question-type, movie-sentiment).
[ -n "$RETORT_DATA" ] && [ -n "$RETORT_RECORDINGS" ] || exit 77
. "${srcdir:-..}/tests/cli.sh"

project() {  # NAME, FOLDER of the recordings, which of them
  mkdir "$1"
  cp "$RETORT_RECORDINGS/$2/labels.tsv" "$1"
  expect 0 "$R" new "$1.retort" --from "$1"
  expect 0 "$R" teacher "$1.retort" add judge --replay "$RETORT_RECORDINGS/$2/$3" --price-in 0 --price-out 0
}

# The test questions of trec: the teacher is right on .978 of them.
project trec question-type annotations-test.jsonl
expect 0 "$R" import trec.retort "$RETORT_DATA/trec/test.jsonl" --split test
expect 0 "$R" annotate trec.retort --filter split:test --json
json 'd["votes"] == 500 and d["off_label"] == 0 and abs(d["evaluation"]["accuracy"] - 0.978) < 1e-9 and d["labelled"] == 0'
expect 0 "$R" runs trec.retort --json
json 'abs(d["teachers"][0]["test_accuracy"] - 0.978) < 1e-9'

# The review sentences of sst2's test: .976.
project sst2 movie-sentiment annotations-test.jsonl
expect 0 "$R" import sst2.retort "$RETORT_DATA/sst2/test.jsonl" --split test
expect 0 "$R" annotate sst2.retort --filter split:test --json
json 'd["votes"] == 1821 and abs(d["evaluation"]["accuracy"] - 0.976) < 0.001'

# 2 000 sentences of its training split (one stands there twice), without their labels: 96.2 % get the label that people
# gave, and a student that learns from them reaches about .775.
command -v python3 >/dev/null || exit $failed
project pool movie-sentiment annotations-pool.jsonl
python3 - "$RETORT_RECORDINGS/movie-sentiment/annotations-pool.jsonl" >pool.jsonl <<'PY'
import json, sys
for line in open(sys.argv[1]):
    print(json.dumps({"text": json.loads(line)["request"]["messages"][1]["content"].split("\nText: ", 1)[1]}))
PY
expect 0 "$R" import pool.retort pool.jsonl --split pool
expect 0 "$R" import pool.retort "$RETORT_DATA/sst2/test.jsonl" --split test
expect 0 "$R" annotate pool.retort --json
json 'd["votes"] == 1999 and d["labelled"] == 1999 and d["evaluation"] is None'
expect 0 "$R" list pool.retort --filter origin:annotated --json
python3 - "$RETORT_DATA/sst2/train.jsonl" <<'PY' || bad "the teacher's labels are not the people's as often as they should"
import json, sys
truth = {d["text"]: d["label"] for d in map(json.loads, open(sys.argv[1]))}
rows = [json.loads(line) for line in open("out")]
share = sum(truth[d["text"]] == d["label"] for d in rows) / len(rows)
sys.exit(abs(share - 0.962) > 0.001)
PY
expect 0 "$R" train pool.retort --data origin:annotated --quiet
expect 0 "$R" evaluate pool.retort --json
json '0.76 < d["accuracy"] < 0.80'

exit $failed
