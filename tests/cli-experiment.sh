#!/bin/sh
# experiment: a plan is saved, goes on after a kill, is extended; known trainings are not made again; what is wrong.
. "${srcdir:-..}/tests/cli.sh"

"$R" new p.retort --from "$example" --quiet >/dev/null || bad "new"
"$R" generate p.retort --accept --quiet >/dev/null || bad "generate"
"$R" preset p.retort save small --student linear --char-max 0 --words 1 --quiet >/dev/null || bad "preset"
rm -f ./*.retort-wal ./*.retort-shm
cp p.retort q.retort
cp p.retort fresh

# All but what a clock measured is the same, whatever the number of threads.
plain() {
  sed 's/"measured":{[^}]*}//g' "$1" >"$2"
}
set -- --arm seed,generated,both --student small --seeds 3 --curve --worth template --name answer --json
expect 0 "$R" experiment p.retort "$@" --threads 1
json 'len(d["arms"]) == 3 and len(d["curve"]) == 8 and d["guarded"] == 0 and len(d["sources"]) == 1'
json 'all(len(a["accuracy"]["seeds"]) == 3 and len(a["fits"]) == 3 for a in d["arms"])'
json 'd["arms"][0]["difference"] is None and d["arms"][2]["difference"]["p_holm"] < .05 and d["detectable"] < .06'
json 'd["arms"][2]["is_told"] and d["verdict"].startswith("generated data beside the seeds raised test accuracy by ")'
json 'len(d["agreement"]["names"]) == 3 and d["spending"]["generation_usd"] > 0 and d["arms"][2]["measured"]["us_one"] > 0'
plain out one
expect 0 "$R" experiment q.retort "$@" --threads 3
plain out three
same one three

# What is known is not trained again.
expect 0 "$R" experiment p.retort --name answer --dry-run --json
json 'd["trainings"] == d["known"] == 13 * 3'
expect 0 "$R" experiment p.retort --name answer --json
plain out again
same one again

# Killed in the middle and gone on with: what it comes to is the same.
known() {
  "$R" experiment k.retort --name answer --dry-run --json 2>/dev/null | sed 's/.*"known":\([0-9]*\).*/\1/'
}
some_known() {
  n=$(known)
  [ "${n:-0}" -ge 5 ]
}
for round in 1 2 3 4 5; do
  cp fresh k.retort
  rm -f k.retort-wal k.retort-shm
  kill_when some_known "$R" experiment k.retort "$@" --quiet && break
done
[ -s killed ] && bad "it was never killed in the middle"
some_known || bad "it was killed before anything was known"
expect 0 "$R" experiment k.retort --list --json
json 'd["experiments"][0]["name"] == "answer" and not d["experiments"][0]["ended"]'
expect 2 "$R" experiment k.retort --show answer
says "has not ended"
expect 0 "$R" experiment k.retort --name answer --json
plain out resumed
same one resumed

# The same command without a name goes on with the same experiment; an extended one trains what is new.
expect 0 "$R" experiment p.retort --arm seed,both --student small --seeds 1
expect 0 "$R" experiment p.retort --arm seed,both --student small --seeds 1
expect 0 "$R" experiment p.retort --list --json
json '[x["name"] for x in d["experiments"]] == ["answer", "experiment#2"]'
# (all has the texts of both here: it is known for the seeds there are; of the new seed five of its trainings are known by then.)
expect 0 "$R" experiment p.retort --name answer --extend --seeds 4 --arm all --dry-run --json
json 'd["trainings"] == 14 * 4 and d["known"] == 14 * 3 + 5 and d["plan"]["arms"][-1] == "all"'
expect 0 "$R" experiment p.retort --name answer --extend --seeds 4 --json
json 'all(len(a["accuracy"]["seeds"]) == 4 for a in d["arms"])'

# A changed text is another text.
expect 0 "$R" edit p.retort --id 1 --text "where is my parcel, it was to be here on friday"
expect 0 "$R" experiment p.retort --name answer --dry-run --json
json 'd["known"] < d["trainings"]'

# Limits, presets, equal budgets.
expect 0 "$R" experiment q.retort --arm seed,both --student small --per-label 0,3 --seeds 1 --json
json '[a["name"] for a in d["arms"]] == ["both, 0 a label", "seed, 3 a label", "both, 3 a label"]'
json '[a["n"] for a in d["arms"]] == [1440, 18, 1458] and d["arms"][2]["first"] == 1'
expect 0 "$R" experiment q.retort --arm seed,both --student small,linear --seeds 1 --equal rows --json
json '[a["student"] for a in d["arms"]] == ["small", "small", "linear", "linear"] and {a["n"] for a in d["arms"]} == {60}'
expect 0 "$R" experiment q.retort --arm seed,both --student cnn --seeds 1 --equal steps --dry-run --json
expect 2 "$R" experiment q.retort --equal steps
says "steps cannot be made equal"
expect 0 "$R" experiment q.retort --student small --arm generated --arm 'half=origin:generated id:1-900' --equal money --seeds 1 --json
json 'abs(d["arms"][0]["cost_usd"] - d["arms"][1]["cost_usd"]) < 1e-4 and d["arms"][0]["n"] == d["arms"][1]["n"]'

# What is wrong. A plan that cannot be made is not saved, nor does it replace another.
expect 0 "$R" experiment q.retort --list --json
cp out listed
expect 2 "$R" experiment q.retort --arm sed
says "no arm 'sed'"
expect 2 "$R" experiment q.retort --name answer --arm 'x=label:billing' --arm 'y=lable:z'
expect 2 "$R" experiment q.retort --per-label 1,x
says "whole numbers with commas between"
expect 2 "$R" experiment q.retort --worth weather
says "no source 'weather'"
expect 2 "$R" experiment q.retort --extend
says "--extend needs --name"
expect 2 "$R" experiment q.retort --name nothing
says "no experiment 'nothing'"
expect 2 "$R" experiment q.retort --student giant
says "there is no student 'giant'"
expect 2 "$R" experiment q.retort --remove nothing
says "no experiment 'nothing'"
expect 0 "$R" experiment q.retort --list --json
same listed out
expect 0 "$R" experiment p.retort --remove answer
expect 0 "$R" experiment p.retort --list --json
json 'len(d["experiments"]) == 1'

exit $failed
