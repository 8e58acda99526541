#!/bin/sh
# Curation from the shell: bulk changes tried first, find and replace, labels of several, saved filters.
. "${srcdir:-..}/tests/cli.sh"

small t.retort
"$R" export t.retort >before.jsonl

# --dry-run says what the change would say, and touches nothing.
for line in "accept --filter status:new" "reject --filter words<6" "reset 1-12" "relabel --filter split:test --to bad" \
  "split 1-3 --to valid" "edit --filter split:test --find best --replace worst" "edit 1 --text new"; do
  set -- $line
  command=$1
  shift
  expect 0 "$R" "$command" t.retort "$@" --dry-run --json
  would=$(sed 's/.*"would_change":\([0-9]*\).*/\1/' out)
  "$R" export t.retort >after.jsonl
  same before.jsonl after.jsonl
  expect 0 "$R" "$command" t.retort "$@" --json
  grep -q "\"changed\":$would[,}]" out || bad "$line: would change $would, but $(cat out)"
  [ "$would" = 0 ] || expect 0 "$R" undo t.retort
done
expect 0 "$R" log t.retort --json
json 'not any("undone" in x and not x["undone"] and x["kind"] == "set" for x in l)'
json '"reject 6 samples: words<6" in [x["summary"] for x in l]'
printf '{"text":"i am so glad, that it works!","label":"good"}\n' >twice.jsonl
expect 0 "$R" import t.retort twice.jsonl
expect 0 "$R" dedupe t.retort --reject --dry-run --json
json 'd["n"] == 1 and d["rejected"] == 0 and d["would_change"] == 1'
expect 0 "$R" dedupe t.retort --reject --json
json 'd["n"] == 1 and d["rejected"] == 1 and "would_change" not in d'
expect 0 "$R" undo t.retort --count 2

# reset is what takes a decision back.
expect 0 "$R" reject t.retort 1-4
expect 0 "$R" reset t.retort --filter 'status:accepted or status:rejected' --json
expect 0 "$R" list t.retort --filter status:new --json
json 'len(l) == 12'
expect 0 "$R" undo t.retort --count 2

# Find and replace.
expect 0 "$R" edit t.retort --filter '' --find '\b(it) (\w+)' --replace '$2 $1' --dry-run --show 1 --json
json 'd["would_change"] == 6 and d["examples"] == [{"id": 3, "field": "text", "before": "I am so glad that it works", "after": "I am so glad that works it"}]'
expect 0 "$R" edit t.retort --filter '' --find '\b(it) (\w+)' --replace '$2 $1' --dry-run
prints "would change 6 samples"
expect 0 "$R" edit t.retort --filter '' --find '\b(it) (\w+)' --replace '$2 $1' --json
json 'd == {"changed": 6, "left": {"empty": 0, "too_long": 0, "too_hard": 0}}'
expect 0 "$R" log t.retort --limit 1
prints "edit 6 samples"
expect 0 "$R" undo t.retort
"$R" export t.retort >after.jsonl
same before.jsonl after.jsonl
expect 0 "$R" edit t.retort --filter id:1-2 --find '.*day' --replace '' --json
json 'd == {"changed": 0, "left": {"empty": 1, "too_long": 0, "too_hard": 0}}'
expect 0 "$R" edit t.retort 8 --find 'I WANT' --literal --ignore-case --replace '$1' --json
expect 0 "$R" list t.retort --filter id:8 --json
json 'd["text"] == "$1 my money back"'
expect 0 "$R" undo t.retort
expect 2 "$R" edit t.retort --filter '' --find 'a(' --replace x
says "in the regular expression, at byte 3: missing closing parenthesis"
expect 2 "$R" edit t.retort --filter '' --find a --replace '$1'
says "in the replacement, at byte 3"
expect 2 "$R" edit t.retort --filter '' --find a
says "--find and --replace go together"
expect 2 "$R" edit t.retort --filter '' --find a --replace b --text c
says "either --text or --find"
expect 2 "$R" edit t.retort 1 2 --text c
says "--find and --replace change many"

# Both texts of a pair.
"$R" new p.retort --task pair --label same --label other >/dev/null
printf '{"text":"the colour","text2":"a colour","label":"same"}\n{"text":"x","text2":"colour","label":"other"}\n' >p.jsonl
expect 0 "$R" import p.retort p.jsonl
expect 0 "$R" edit p.retort --filter '' --find colour --replace color --json
json 'd["changed"] == 2'
expect 0 "$R" list p.retort --json
json '[(x["text"], x["text2"]) for x in l] == [("the color", "a color"), ("x", "color")]'
expect 0 "$R" edit p.retort --filter '' --find color --replace '' --json
json 'd["changed"] == 1 and d["left"]["empty"] == 1'

# Labels of several.
"$R" new m.retort --task multilabel --label joy --label fear --label love >/dev/null
printf '{"text":"one","labels":["joy"]}\n{"text":"two","labels":[]}\n{"text":"three","labels":["love","joy"]}\n' >m.jsonl
expect 0 "$R" import m.retort m.jsonl
expect 0 "$R" relabel m.retort 1-3 --add fear --remove joy --json
json 'd == {"changed": 3}'
expect 0 "$R" list m.retort --json
json '[x["labels"] for x in l] == [["fear"], ["fear"], ["fear", "love"]]'
expect 0 "$R" relabel m.retort 1-3 --add love --json
json 'd == {"changed": 2}'
expect 0 "$R" log m.retort --limit 2
prints "relabel 2 samples to +love"
prints "relabel 3 samples to +fear -joy"
expect 2 "$R" relabel m.retort 1 --to joy --add love
says "either --to, or --add and --remove, or --suggested"
expect 2 "$R" relabel t.retort 1 --add good
says "are for samples of several labels"
expect 2 "$R" relabel t.retort 1 --suggested
says "no student has suggested labels yet (retort signals t.retort)"

# Saved filters.
expect 0 "$R" filter t.retort list --json
json 'd == {"filters": []}'
expect 0 "$R" filter t.retort save short 'words<5 label:bad'
expect 0 "$R" filter t.retort save lovely lovely --json
json 'd == {"saved": 1}'
expect 0 "$R" filter t.retort list --json
json 'd == {"filters": [{"name": "lovely", "filter": "lovely"}, {"name": "short", "filter": "words<5 label:bad"}]}'
expect 0 "$R" filter t.retort show short
prints "words<5 label:bad"
expect 0 "$R" filter t.retort save both '@short or @lovely'
expect 0 "$R" list t.retort --filter 'words<5 label:bad or lovely' --json
cp out plain
expect 0 "$R" list t.retort --filter '@both' --json
same plain out
expect 2 "$R" list t.retort --filter 'status:new @shrt'
says "filter:12: no saved filter 'shrt' (did you mean '@short'?)"
expect 0 "$R" filter t.retort save short 'a @both'
expect 2 "$R" list t.retort --filter '@short'
says "filter:1: in @short, at 3: in @both, at 1: the saved filter 'short' asks for itself"
expect 0 "$R" filter t.retort save short 'words<5 label:bad'
expect 0 "$R" filter t.retort rm both
expect 2 "$R" filter t.retort save wrong 'lable:bad'
says "did you mean 'label'"
expect 2 "$R" filter t.retort save 'two words' x
says "is one word"
expect 2 "$R" filter t.retort show shorter
says "did you mean 'short'"
expect 0 "$R" filter t.retort rm short --json
json 'd == {"removed": 1}'
expect 2 "$R" filter t.retort rm short
expect 0 "$R" filter t.retort save long 'words>5'
expect 0 "$R" list t.retort --filter '@long label:bad' --json
json 'l and all(len(x["text"].split()) > 5 and x["label"] == "bad" for x in l)'
expect 2 "$R" list t.retort --filter '@lang'
says "long"
# A second look at decisions, and how fast they went.
"$R" new a.retort --label good --label bad >/dev/null
for i in 1 2 3 4 5 6 7 8 9 10; do echo "{\"text\":\"text $i\",\"label\":\"good\",\"status\":\"new\"}"; done >new.jsonl
expect 0 "$R" import a.retort new.jsonl
expect 0 "$R" curate a.retort --audit --list
prints "nothing was decided one by one yet"
for i in 1 2 3; do expect 0 "$R" accept a.retort $i; done
expect 0 "$R" relabel a.retort 4 --to bad
expect 0 "$R" reject a.retort 5
expect 0 "$R" accept a.retort 6-10
expect 0 "$R" curate a.retort --json
json 'd["decisions"] == 5 and d["accepted"] == 3 and d["rejected"] == 1 and d["relabelled"] == 1 and d["bulk"] == 1 and d["bulk_samples"] == 5 and d["minutes"] > 0 and d["per_minute"] > 0 and d["sittings"] == 1'
expect 0 "$R" curate a.retort
prints "5 decisions one by one: 3 accepted, 1 rejected, 1 relabelled"
expect 0 "$R" curate a.retort --audit --list --share 0.4 --json
json 'len(l) == 2 and all(set(x) == {"id", "text", "label"} and x["label"] == "good" and x["id"] <= 5 for x in l)'
expect 0 "$R" curate a.retort --audit --list --share 1 --json
json 'sorted(x["id"] for x in l) == [1, 2, 3, 4, 5]'
expect 0 "$R" curate a.retort --audit --share 1 --answer 1=accept --answer 4=bad --json
json 'd["decisions"] == 5 and d["picked"] == 5 and d["left"] == 3 and d["taken"] == 2 and d["answered"] == 2 and d["agreement"] == 1 and d["kappa"] == 1 and d["differences"] == []'
printf '{"id":5,"answer":"accept"}\n\n{"id":2,"label":"good"}\n{"id":3,"answer":"reject"}\n' >answers.jsonl
"$R" curate a.retort --audit --share 1 --answers - --json <answers.jsonl >out || bad "answers from standard input"
json 'd["taken"] == 3 and d["left"] == 0 and d["agreement"] == 0.6 and [(x["id"], x["first"]["status"], x["second"]["status"]) for x in d["differences"]] == [(5, "rejected", "accepted"), (3, "accepted", "rejected")]'
json '{x["label"]: (x["first"], x["second"], x["both"]) for x in d["per_label"]} == {"good": (3, 3, 2), "bad": (1, 1, 1), "rejected": (1, 1, 0)}'
expect 0 "$R" curate a.retort --audit
prints "5 judged twice: the same 60.0 % of the time"
expect 0 "$R" curate a.retort --audit --list --share 1
prints "nothing is left to be judged again"
expect 2 "$R" curate a.retort --audit --answer 6=accept
says "nobody has decided about sample 6 by itself yet"
expect 2 "$R" curate a.retort --audit --answer 1=god
says "did you mean 'good'"
expect 2 "$R" curate a.retort --audit --answer accept
says "12=accept, 12=reject or 12=LABEL"
printf '{"id":1,"answer":"accept"}\n{"id":2}\n' >answers.jsonl
expect 2 "$R" curate a.retort --audit --answers answers.jsonl
says "answers.jsonl:2: neither \"answer\" nor \"label\""
expect 2 "$R" curate a.retort --list
says "go with --audit"
expect 0 "$R" check a.retort
expect 0 "$R" check t.retort
exit $failed
