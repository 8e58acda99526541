#!/bin/sh
# ship: a file that answers as the project does; a .bin that fastText answers from as predict does, where it is installed.
. "${srcdir:-..}/tests/cli.sh"

small p.retort
expect 0 "$R" train p.retort --quiet
expect 0 "$R" ship p.retort -o p.model --json
json 'd["file"] == "p.model" and d["format"] == "retort" and d["run"] == "linear#1" and d["bytes"] > 1000'
printf 'what a lovely day\nit broke\n\nnothing of this, na\303\257ve \345\214\227\344\272\254\n' >texts
"$R" predict p.retort texts --json >by-project
"$R" predict p.model texts --json >by-file
same by-project by-file
mv p.retort away.retort
"$R" predict p.model texts --json --threads 2 >by-file || bad "it needs the project"
same by-project by-file
mv away.retort p.retort
expect 2 "$R" predict p.model texts --run linear#1
says "is a shipped student"

# The same bytes each time; whole or not at all; nothing is said of a damaged one.
expect 0 "$R" ship p.retort -o q.model
same p.model q.model
expect 1 "$R" ship p.retort -o no/such/folder/q.model
says "cannot write 'no/such/folder/q.model'"
expect 2 "$R" ship p.retort
says "-o FILE"
printf 'xxxx' | dd of=q.model bs=1 seek=900 conv=notrunc 2>/dev/null
expect 2 "$R" predict q.model texts
says "damaged"
head -c 700 p.model >q.model
expect 2 "$R" predict q.model texts
says "damaged"

# A format that the student cannot give.
expect 2 "$R" ship p.retort --format fasttext -o p.bin
says "only the student 'fasttext' can be shipped to fastText"
[ -e p.bin ] && bad "a file of a format that it cannot give"
[ -e p.bin.part ] && bad "a part of a file is left"

expect 0 "$R" train p.retort --student fasttext --char-max 4 --name fast --quiet
expect 0 "$R" ship p.retort --run fast --format fasttext -o p.bin
"$R" ship p.retort --run fast -o fast.model >/dev/null
"$R" predict p.retort --run fast texts --json >out
"$R" predict fast.model texts --json >again
same out again
if command -v fasttext >/dev/null && command -v python3 >/dev/null; then
  fasttext predict-prob p.bin texts 2 >said
  python3 - <<'PY' || bad "fastText says something else: $(cat said)"
import json, sys
ours, theirs = open("out").read().splitlines(), open("said").read().splitlines()
assert len(ours) == len(theirs) == 4, (len(ours), len(theirs))
for a, b in zip(ours, theirs):
    a, b = json.loads(a), b.split()
    assert b[0] == "__label__" + a["label"], (a, b)
    for k in range(0, len(b), 2):
        assert abs(float(b[k + 1]) - a["probabilities"][b[k][9:]]) < 1e-4, (a, b)
PY
fi
exit $failed
