#!/bin/sh
# What scripts rely on: exit status, JSON shapes, standard output with nothing else on it.
. "${srcdir:-..}/tests/cli.sh"

expect 0 "$R" --version
prints "retort "
expect 0 "$R" --help
prints "generate"
expect 2 "$R"
expect 0 "$R" list --help
prints "--filter QUERY"
for command in $("$R" help --names); do
  expect 0 "$R" help "$command"
  prints "retort-$command - "
done

expect 0 "$R" new t.retort --from "$example" --json
json 'd["labels"] == 6 and d["samples"] == 300 and d["templates"] == 1 and d["teachers"] == 1'
expect 2 "$R" new t.retort --label a
says "t.retort"

expect 0 "$R" template t.retort render support-tickets --label returns --set topic=furniture --count 3 --json
json '[m["role"] for m in d["messages"]] == ["system", "user"] and "furniture" in d["messages"][1]["content"] and d["tokens_estimate"] > 50'
expect 0 "$R" template t.retort list --json
json 'd["templates"][0]["name"] == "support-tickets" and d["templates"][0]["version"] == 1'
sed 's/different messages/distinct messages/' "$example/support-tickets.prompty" >other.prompty
expect 0 "$R" template t.retort set support-tickets other.prompty
expect 0 "$R" template t.retort diff support-tickets
grep -q '^+.*distinct messages' out && grep -q '^-.*different messages' out || bad "diff shows no difference"
expect 0 "$R" template t.retort set support-tickets "$example/support-tickets.prompty"
expect 0 "$R" teacher t.retort list --json
json 'd["teachers"][0]["name"] == "recorded" and d["teachers"][0]["price_in"] == 0.15 and d["teachers"][0]["price_out"] == 0.6'

expect 0 "$R" generate t.retort --per-label 20 --dry-run --json
json 'd["requests"] == 12 and d["texts"] == 120 and d["tokens"]["in"] > 0 and 0.001 < d["cost_usd"] < 0.01'
expect 0 "$R" generate t.retort --per-label 20 --json
json 'd["requested"] == 120 and d["kept"] + sum(d["dropped"].values()) == 120 and d["requests"]["ok"] == 12 and d["requests"]["failed"] == 0 and d["tokens"]["out"] > 0 and 0.001 < d["cost_usd"] < 0.01 and d["job"] > 0'
[ -s err ] && bad "something on standard error beside JSON: $(cat err)"
expect 0 "$R" generate t.retort --per-label 20 --resume --json
json 'd["kept"] > 100'
expect 0 "$R" stats t.retort --filter origin:generated --json
json 'd["status"]["accepted"] == 0 and d["origin"]["generated"] == d["n"] > 100'

expect 0 "$R" list t.retort --filter origin:generated --sort -words --limit 3 --json
json 'len(l) == 3 and all(k in l[0] for k in ("id", "text", "label", "status", "origin", "split", "template", "teacher", "attributes", "request"))'
expect 0 "$R" accept t.retort --filter 'origin:generated status:new' --json
json 'd["changed"] > 100'
expect 0 "$R" accept t.retort --filter origin:generated --json
json 'd == {"changed": 0}'
expect 0 "$R" reject t.retort --id 301 302 --id 303,305-306 --json
json 'd == {"changed": 5}'
expect 0 "$R" relabel t.retort --id 301 --to product --json
expect 0 "$R" split t.retort --id 301 --to pool --json
json 'd == {"changed": 1}'
expect 0 "$R" edit t.retort --id 301 --text 'another text' --json
json 'd == {"changed": 1}'
expect 0 "$R" undo t.retort --json
json '"edit" in d["undone"][0]'
expect 0 "$R" undo t.retort --count 3 --json
json 'len(d["undone"]) == 3'
expect 0 "$R" list t.retort --filter id:301 --json
json 'd["status"] == "accepted" and d["split"] == "train" and d["text"] != "another text"'
expect 0 "$R" redo t.retort --json
json 'd["redone"][0].startswith("redid")'
expect 0 "$R" undo t.retort
expect 0 "$R" log t.retort --json
json 'l[0]["kind"] == "undo" and all(k in l[-1] for k in ("id", "at_ms", "actor", "summary", "samples", "undone"))'
# A bad row is told, the rest is kept; with --strict nothing is.
printf '{"text":"one more","label":"billing"}\n{"text":"another","label":"biling"}\n{"text":"and one","label":"returns"}\n' >rows.jsonl
expect 2 "$R" import t.retort rows.jsonl --strict --json
json 'd["added"] == 0 and len(d["rejected"]) == 1'
expect 2 "$R" import t.retort rows.jsonl --json --split pool
json 'd["added"] == 2 and d["duplicates"] == 0 and d["rejected"] == [{"file": "rows.jsonl", "line": 2, "why": d["rejected"][0]["why"]}] and "did you mean" in d["rejected"][0]["why"]'
expect 0 "$R" import t.retort rows.jsonl --json --split pool --add-labels
json 'd["added"] == 1 and d["duplicates"] == 2 and d["rejected"] == []'
expect 0 "$R" undo t.retort --count 2

expect 0 "$R" dedupe t.retort --threshold 0.3 --json
json 'd["n"] == len(d["duplicates"]) and d["rejected"] == 0 and d["threshold"] == 0.3'
expect 0 "$R" check t.retort --json
json 'd["ok"] and d["problems"] == [] and d["samples"] > 400'

expect 0 "$R" train t.retort --data origin:seed --name seeds --json
json 'all(k in l[0] for k in ("run", "epoch", "step", "train_loss", "train_accuracy", "valid_loss", "valid_accuracy", "valid_f1", "samples_per_s"))'
json 'l[-1]["run"] == "seeds" and l[-1]["best_epoch"] > 0 and l[-1]["n_train"] == 60 and l[-1]["seconds"] >= 0'
# a test text that came into split train, too, is not learned from
cp t.retort guard.retort
"$R" export guard.retort --filter split:test --format jsonl -o test.jsonl >/dev/null && head -n 1 test.jsonl | sed 's/"split":"test"/"split":"train"/' >copy.jsonl
expect 0 "$R" import guard.retort copy.jsonl --split train --origin seed --json
json 'd["added"] == 1'
expect 0 "$R" train guard.retort --data 'origin:seed split:train' --name guarded --json
json 'l[-1]["n_train"] == 60'
grep -q '1 training text left out: in the test split' err || bad "says nothing of the text left out"
expect 2 "$R" train t.retort --name seeds
says "seeds"
expect 0 "$R" train t.retort --json
json 'l[-1]["run"] == "linear#1" and l[-1]["n_train"] > 160'
expect 0 "$R" evaluate t.retort --run seeds --json
json 'd["run"] == "seeds" and d["n"] == 240 and d["accuracy_ci95"][0] < d["accuracy"] < d["accuracy_ci95"][1] and len(d["per_label"]) == len(d["labels"]) == 7 and sum(map(sum, d["confusion"])) == 240 and 0 < d["macro_f1"] < 1'
expect 0 "$R" evaluate t.retort --filter 'split:test label:billing' --json
json 'd["run"] == "linear#1" and d["n"] == 40'
# What the run said of each text can be asked for.
expect 0 "$R" evaluate t.retort --json
json 'open("wrong", "w").write(str(round(d["n"] * (1 - d["accuracy"])))) > 0'
expect 0 "$R" list t.retort --filter run.wrong --sort -run.loss --json
command -v python3 >/dev/null && [ "$(wc -l <out)" -ne "$(cat wrong)" ] && bad "run.wrong: $(wc -l <out), not $(cat wrong)"
expect 0 "$R" list t.retort --filter 'seeds.wrong seeds.confidence<0.5 split:test' --json
expect 0 "$R" runs t.retort --json
json '[r["run"] for r in d["runs"]] == ["seeds", "linear#1"] and d["runs"][0]["test_accuracy"] > 0.4'
expect 0 "$R" experiment t.retort --seeds 2 --json
json '[a["name"] for a in d["arms"]] == ["seed", "generated", "both"] and d["arms"][0]["difference"] is None and len(d["arms"][1]["accuracy"]["seeds"]) == 2 and 0 <= d["arms"][1]["difference"]["p"] <= 1 and d["guarded"] >= 0 and d["verdict"] and d["arms"][0]["cost_usd"] == 0 < d["arms"][1]["cost_usd"] < 0.01'

# The same seed, data and options: the same bytes, whatever the number of threads.
"$R" experiment t.retort --seeds 1 --arm seed,both --threads 1 --json --quiet >one
"$R" experiment t.retort --seeds 1 --arm seed,both --threads 2 --json --quiet >two
sed 's/"seconds":[0-9.e-]*//g' one >one.x
sed 's/"seconds":[0-9.e-]*//g' two >two.x
same one.x two.x

# Without a price nothing is said to cost nothing.
mkdir folder
cp "$example"/*.jsonl "$example"/*.tsv "$example"/*.prompty folder
expect 0 "$R" new u.retort --from folder --json
json 'd["teachers"] == 1'
expect 0 "$R" generate u.retort --per-label 10 --accept
grep -q 'cost *no price known' out || bad "a cost that nobody knows: $(cat out)"
expect 0 "$R" generate u.retort --per-label 10 --resume --json
json 'd["cost_usd"] is None'
expect 0 "$R" experiment u.retort --seeds 1 --json
json '[a["cost_usd"] for a in d["arms"]] == [0, None, None]'

# The teachers of a folder.
printf '# mine\n\none --url http://localhost:1/v1 --model "a b" --price-in 0 --price-out 0\ntwo --replay replies.jsonl\n' >folder/teachers
expect 0 "$R" new f.retort --from folder --json
json 'd["teachers"] == 2'
expect 0 "$R" teacher f.retort list --json
json '[(x["name"], x["model"], x["price_in"], x["replay_bytes"] > 0) for x in d["teachers"]] == [("one", "a b", 0, False), ("two", "", None, True)]'
printf '# mine\none --replay nothing.jsonl\n' >folder/teachers
expect 2 "$R" new g.retort --from folder
says "folder/teachers:2: cannot read 'folder/nothing.jsonl': no such file"
[ -e g.retort ] && bad "a project that could not be filled stays"
printf 'one --modle x\n' >folder/teachers
expect 2 "$R" new g.retort --from folder
says "folder/teachers:1: 'teacher' has no option '--modle' (did you mean '--model'?)"

# A command in a list of others keeps to itself: nothing on standard output where it fails.
expect 0 "$R" redo t.retort --count 99 --quiet
expect 1 "$R" redo t.retort
says "redo"
[ -s out ] && bad "a failure prints on standard output"
exit $failed
