#!/bin/sh
# What is exported and imported again is the same: ids, labels, provenance, in every format that can hold them.
. "${srcdir:-..}/tests/cli.sh"

# A project with all that a sample can have: seeds, generated samples with template, teacher, attributes and request, edits.
"$R" new a.retort --from "$example" --quiet >/dev/null || bad "new"
expect 0 "$R" generate a.retort --per-label 20 --quiet
expect 0 "$R" accept a.retort 301-340
expect 0 "$R" reject a.retort --filter 'label:billing origin:generated'
expect 0 "$R" relabel a.retort 350 --to shipping
expect 0 "$R" split a.retort 351-360 --to valid
expect 0 "$R" relabel a.retort 361 --to ''
expect 0 "$R" edit a.retort 2 --text 'two
lines, a "quote", a	tab, a \ backslash \n and a comma'
"$R" export a.retort >a.jsonl
[ "$(wc -l <a.jsonl)" -eq 420 ] || bad "420 samples expected"
grep -q '"template":"support-tickets v1","teacher":"recorded","attributes":{"topic":' a.jsonl || bad "no provenance in the export"

for format in jsonl csv tsv; do
  "$R" export a.retort --format $format -o a.$format --quiet >/dev/null
  rm -f b.retort
  "$R" new b.retort >/dev/null
  expect 0 "$R" import b.retort a.$format --add-labels --json
  json 'd == {"added": 420, "duplicates": 0, "rejected": []}'
  "$R" export b.retort >b.jsonl
  same a.jsonl b.jsonl
  expect 0 "$R" check b.retort
  expect 0 "$R" import b.retort a.$format --json   # once more: all are there
  json 'd["added"] == 0 and d["duplicates"] == 420'
  expect 0 "$R" log b.retort --json
  json 'len([x for x in l if x["kind"] == "insert"]) == 1'
  expect 0 "$R" list b.retort --filter template:support-tickets --json
  json 'len(l) == 120'
done
# One change, so that one undo takes it back.
expect 0 "$R" undo b.retort
expect 0 "$R" export b.retort
[ -s out ] && bad "undo of an import leaves samples"
expect 0 "$R" redo b.retort
"$R" export b.retort >b.jsonl
same a.jsonl b.jsonl

# fastText holds labels and texts; blanks in labels become '_' and find back.
"$R" new c.retort --label 'very good' --label bad >/dev/null
printf 'text,label\r\n"one, two",very good\r\n"three\r\nfour",bad\r\nfive,bad' >c.csv
expect 0 "$R" import c.retort c.csv
"$R" export c.retort --format fasttext -o c.ft >/dev/null
printf '__label__very_good one, two\n__label__bad three  four\n__label__bad five\n' >want
same want c.ft
"$R" new d.retort --label 'very good' --label bad >/dev/null
expect 0 "$R" import d.retort c.ft
expect 0 "$R" list d.retort --filter 'label:"very good"' --json
json 'd["text"] == "one, two"'
# The quoted line end is kept as it was.
expect 0 "$R" list c.retort --filter id:2 --json
json 'd["text"] == "three\r\nfour" and d["split"] == "train" and d["origin"] == "imported" and d["status"] == "accepted"'

# Several labels a text; pairs.
"$R" new m.retort --task multilabel --label joy --label 'a|b' --label 'back\slash' >/dev/null
printf '{"text":"x","labels":["joy","a|b","back\\\\slash"]}\n{"text":"y","labels":[]}\n{"text":"z","label":"joy"}\n' >m.jsonl
expect 0 "$R" import m.retort m.jsonl
"$R" export m.retort >m1.jsonl
for format in jsonl csv tsv; do
  "$R" export m.retort -o m.$format.out --format $format >/dev/null
  rm -f n.retort
  "$R" new n.retort --task multilabel --label joy --label 'a|b' --label 'back\slash' >/dev/null
  expect 0 "$R" import n.retort m.$format.out --format $format
  "$R" export n.retort >n1.jsonl
  same m1.jsonl n1.jsonl
done
"$R" new p.retort --task pair --label yes --label no >/dev/null
printf '\357\273\277premise\thypothesis\tlabel\r\na man sleeps\tsomebody sleeps\tyes\r\n' >p.tsv
expect 0 "$R" import p.retort p.tsv
expect 0 "$R" list p.retort --json
json 'd["text"] == "a man sleeps" and d["text2"] == "somebody sleeps" and d["label"] == "yes"'

# A parent is found again under its new number.
printf '{"id":5,"text":"first","label":"bad"}\n{"id":9,"text":"second","label":"bad","parent":5}\n' >parents.jsonl
expect 0 "$R" import c.retort parents.jsonl
expect 0 "$R" list c.retort --filter id:5 --json
json 'd["text"] == "second" and d["parent"] == 4'
exit $failed
