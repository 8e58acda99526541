#!/bin/sh
# annotate, rewrite and aim from the shell: a recorded teacher labels texts, is held against people's labels, and is asked
# for more of what a student finds hard.
. "${srcdir:-..}/tests/cli.sh"

expect 0 "$R" new t.retort --from "$example"

# ---- the teacher's own figures: recorded labels of the test texts, all of them right
expect 0 "$R" annotate t.retort --filter split:test --dry-run
prints 'requests  240 (0 answered already)'
expect 0 "$R" annotate t.retort --filter split:test
prints 'job 1: 240 texts to be labelled in 240 requests'
prints 'votes     240, 0 of them none of the labels'
prints 'labels    0 texts have new ones'
prints 'accuracy 1.000'
expect 0 "$R" annotate t.retort --filter split:test --json
json 'd["requests"]["cached"] == 240 and d["evaluation"]["n"] == 240 and d["evaluation"]["accuracy"] == 1 and d["off_label"] == 0'
expect 0 "$R" evaluate t.retort --teacher recorded --json
json 'd["teacher"] == "recorded" and d["split"] == "test" and d["macro_f1"] == 1'
expect 0 "$R" runs t.retort
prints 'recorded  teacher'
expect 0 "$R" runs t.retort --json
json 'd["runs"] == [] and d["teachers"][0]["test_accuracy"] == 1 and d["teachers"][0]["n_test"] == 240'
expect 0 "$R" list t.retort --filter split:test --limit 2 --votes --json
json 'len(l) == 2 and len(l[0]["votes"]) == 2 and l[0]["votes"][0]["label"] == l[0]["label"] and l[0]["votes"][0]["teacher"] == "recorded"'
expect 2 "$R" evaluate t.retort --teacher recorded --split train
says 'has labelled none of these texts'
expect 2 "$R" evaluate t.retort --teacher recorded --run x
says 'either --run or --teacher'

# ---- what is none of the labels is told, and how to ask again
echo '{"text": "nobody asked this"}' >other.jsonl
expect 0 "$R" import t.retort other.jsonl --split pool
expect 2 "$R" annotate t.retort
prints 'next: the same with --retry-errors asks again'

# ---- the pool: the test texts without their labels, which the recorded teacher knows
sed 's/, *"label": *"[a-z]*"//' "$example/test.jsonl" | head -50 >pool.jsonl
expect 0 "$R" new q.retort --from "$example"
expect 2 "$R" annotate q.retort
says "nothing matches 'split:pool unlabelled -status:rejected'"
mkdir plain
cp "$example/labels.tsv" "$example/annotations.jsonl" plain
echo 'recorded --replay annotations.jsonl --price-in 0 --price-out 0' >plain/teachers
expect 0 "$R" new a.retort --from plain
expect 0 "$R" import a.retort pool.jsonl --split pool
expect 0 "$R" annotate a.retort
grep -q "has one now, 'annotate'" err || bad "a template that is put in is told"
prints 'labels    50 texts have new ones'
expect 0 "$R" list a.retort --filter 'origin:annotated status:new split:pool teacher:recorded' --json
json 'len(l) == 50'
python3 - "$example/test.jsonl" <<'PY' 2>/dev/null || bad "the pool has other labels than people gave"
import json, sys
truth = {d["text"]: d["label"] for d in map(json.loads, open(sys.argv[1]))}
sys.exit(any(truth[d["text"]] != d["label"] for d in map(json.loads, open("out"))))
PY
expect 0 "$R" undo a.retort
prints 'job 1'
expect 0 "$R" list a.retort --filter -unlabelled --json
[ -s out ] && bad "undo leaves labels"
expect 0 "$R" redo a.retort
expect 0 "$R" annotate a.retort --resume
prints 'job 1:'
expect 0 "$R" annotate a.retort --filter split:pool --relabel --repeats 3
prints ': 50 texts to be labelled, each 3 times, in 150 requests'
prints 'agree on 1.000 of the pairs over 50 texts'
grep -q 'temperature is 0' err || bad "repeats at temperature 0 are remarked on"

# ---- several labels a text, and pairs
say() {  # PROMPT ANSWER: a line of a recording
  printf '{"request":{"messages":[{"role":"user","content":"%s"}]},"response":{"choices":[{"message":{"content":"%s"}}]}}\n' "$1" "$2"
}
printf -- '---\nkind: annotate\n---\nuser:\n{{ text }}{{ " and " ~ text2 if text2 }}\n' >plain.prompty
say one '{\"labels\":[\"red\",\"Blue\"]}' >multi.jsonl
say two '{\"labels\":[\"red\"]}' >>multi.jsonl
say three '{\"labels\":[\"pink\"]}' >>multi.jsonl
printf '{"text":"one","labels":["red","blue"]}\n{"text":"two","labels":["red","blue"]}\n{"text":"three","labels":["blue"]}\n' >rows.jsonl
expect 0 "$R" new m.retort --task multilabel --label red --label blue
expect 0 "$R" import m.retort rows.jsonl --split test
expect 0 "$R" template m.retort set plain.prompty
expect 0 "$R" teacher m.retort add judge --replay multi.jsonl
expect 0 "$R" annotate m.retort --filter split:test --json
json 'd["off_label"] == 1 and d["dropped"] == {"label": 1} and d["evaluation"]["n"] == 3 and abs(d["evaluation"]["accuracy"] - 1/3) < 1e-9'
expect 0 "$R" list m.retort --votes
prints 'red, blue'
say 'a and b' 'yes' >pair.jsonl
printf '{"text":"a","text2":"b"}\n' >rows.jsonl
expect 0 "$R" new d.retort --task pair --label yes --label no
expect 0 "$R" import d.retort rows.jsonl --split pool
expect 0 "$R" template d.retort set plain.prompty
expect 0 "$R" teacher d.retort add judge --replay pair.jsonl
expect 0 "$R" annotate d.retort
expect 0 "$R" list d.retort --json
json 'd["label"] == "yes" and d["origin"] == "annotated"'

# ---- no reply can be read
cat >odd.prompty <<'EOF'
---
name: odd
kind: annotate
---
user:
{{ text }}
EOF
echo '{"request":{"messages":[{"role":"user","content":"nobody asked this"}]},"response":{"choices":[{"message":{"content":"I would rather not say which of these it is."},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":9}}}' >odd.jsonl
expect 0 "$R" new o.retort --label a --label b
expect 0 "$R" import o.retort other.jsonl --split pool
expect 0 "$R" template o.retort set odd.prompty
expect 0 "$R" teacher o.retort add odd --replay odd.jsonl
expect 1 "$R" annotate o.retort
says 'not one of 1 reply can be read (retort dropped has the reasons)'
prints 'next: the same with --retry-errors asks again'
expect 0 "$R" template o.retort try

# ---- a template of another kind, and nothing to do
expect 2 "$R" annotate t.retort --template support-tickets --filter split:test
says 'is of kind generate (annotate needs one of kind annotate)'
expect 2 "$R" generate t.retort --template annotate
says 'is of kind annotate (see retort annotate)'
expect 0 "$R" generate t.retort --dry-run --per-label 10
prints 'requests  6'

# ---- rewriting
expect 2 "$R" template t.retort set
says 'which file?'
expect 0 "$R" template t.retort set --builtin restyle
prints 'restyle is now version 1'
expect 0 "$R" template t.retort set again --builtin paraphrase
expect 0 "$R" template t.retort set turned --builtin counterfactual
expect 2 "$R" template t.retort set x --builtin nonsense
expect 0 "$R" template t.retort render turned --json
json '"billing" in json.dumps(d) and "shipping" in json.dumps(d)'
expect 2 "$R" template t.retort try turned --id 99999
says 'there is no sample 99999'
expect 2 "$R" template t.retort try turned
says 'no recording of this request'
expect 0 "$R" generate t.retort --template again --filter split:train --dry-run --json
json 'd["requests"] == 60 and d["texts"] == 180'
expect 0 "$R" generate t.retort --template again --filter 'label:returns split:train' --label returns --label billing --dry-run --json
json 'd["requests"] == 20'
expect 0 "$R" generate t.retort --template turned --filter 'label:returns split:train' --label returns --label billing --dry-run --json
json 'd["requests"] == 10'
expect 2 "$R" generate t.retort --template again --filter split:test
says 'no texts to rewrite'
expect 2 "$R" generate t.retort --template again
says 'which texts are to be rewritten?'
expect 2 "$R" generate t.retort --template support-tickets --filter split:train
says 'is for templates of kind rewrite'

# ---- aim
expect 2 "$R" generate t.retort --template support-tickets --aim hard
says 'no student is trained yet'
expect 0 "$R" train t.retort --quiet --name first
expect 0 "$R" generate t.retort --template support-tickets --aim hard --count 120 --dry-run
prints 'aimed at: '
prints ' of 60 texts that first gets wrong or is unsure of: '
sed -n 's/^aimed at: \([0-9]*\) of.*/\1/p' out >hard
[ "$(cat hard)" -gt 0 ] && [ "$(cat hard)" -lt 60 ] || bad "hard texts: $(cat hard)"
expect 0 "$R" generate t.retort --template again --aim hard --dry-run
prints "requests  $(cat hard) "
expect 0 "$R" generate t.retort --template support-tickets --aim hard --count 120 --json
json 'd["requested"] == 120 and sum(x["requested"] for x in d["labels"]) == 120 and min(x["requested"] for x in d["labels"]) >= 10'
! command -v python3 >/dev/null || python3 - <<'PY' || bad "--aim hard does not put hard texts into prompts"
import json, sqlite3, sys
row = sqlite3.connect("t.retort").execute("SELECT params FROM job WHERE kind='generate' ORDER BY id DESC").fetchone()
sys.exit(json.loads(row[0])["seeds"] != "hard")
PY
expect 2 "$R" generate t.retort --template support-tickets --seeds hard
says 'what is hard, a student must say (--aim hard)'
expect 2 "$R" generate t.retort --template support-tickets --aim confused:billing
says 'two labels are expected'
expect 2 "$R" generate t.retort --template support-tickets --aim confused:billing,biling
says "did you mean 'billing'?"
expect 2 "$R" generate t.retort --template support-tickets --aim soft
says "'soft' is neither hard nor confused:A,B"
expect 2 "$R" generate t.retort --template support-tickets --run first
says "option '--run' goes with --aim"

# ---- a student knows what it has seen: texts with a wrong label are found only by one that has not. Neither the test text
# nor the rejected one is looked at; the validation text is.
awk 'BEGIN {
  for (i = 0; i < 30; i++) {
    printf "{\"text\":\"sunny warm lovely day number %d\",\"label\":\"%s\"}\n", i, i < 2 ? "bad" : "good"
    printf "{\"text\":\"broken ugly noisy thing number %d\",\"label\":\"bad\"}\n", i
  }
}' >rows.jsonl
echo '{"text":"sunny warm lovely test","label":"bad"}' >test.jsonl
echo '{"text":"sunny warm lovely evening","label":"bad"}' >valid.jsonl
expect 0 "$R" new h.retort --label good --label bad
expect 0 "$R" import h.retort rows.jsonl --origin seed
expect 0 "$R" import h.retort test.jsonl --split test
expect 0 "$R" import h.retort valid.jsonl --split valid
printf 'user:\n{{ label }} {{ seeds | map(attribute="text") | join(", ") }}\n' >ask.prompty
expect 0 "$R" template h.retort set ask.prompty
say x y >none.jsonl
expect 0 "$R" teacher h.retort add nobody --replay none.jsonl
expect 0 "$R" train h.retort --quiet
expect 0 "$R" generate h.retort --aim hard --count 10 --dry-run
prints 'aimed at: 3 of 61 texts that linear#1 gets wrong or is unsure of: bad 3 of 33'
prints 'texts     10 asked for'
expect 0 "$R" generate h.retort --aim confused:bad,good --count 10 --dry-run
prints 'aimed at: 3 of 61 texts of bad and good that linear#1 takes for the other: bad 3 of 33'

exit $failed
