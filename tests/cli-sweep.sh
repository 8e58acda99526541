#!/bin/sh
# sweep: the same trials whatever runs at once; killed and gone on with; presets; what is wrong.
. "${srcdir:-..}/tests/cli.sh"

small p.retort
cat >valid.jsonl <<'ROWS'
{"text":"lovely, I am glad","label":"good"}
{"text":"wonderful, the best","label":"good"}
{"text":"it smells and it broke","label":"bad"}
{"text":"waste of money, never","label":"bad"}
ROWS
"$R" import p.retort valid.jsonl --split valid --origin seed --quiet >/dev/null || bad "import"
cp p.retort q.retort
cp p.retort k.retort

# --json is one document, and no figure depends on how many run at once.
set -- --student linear cost=0.001..10:log char-max=0,5 --trials 40 seeds=2 --epochs 6 --json
expect 0 "$R" sweep p.retort "$@" --parallel 1
[ "$(wc -l <out)" -eq 1 ] || bad "not one document"
json 'd["sweep"] == 1 and len(d["trials"]) == 40 and d["best"]["trial"] == d["trials"][0]["trial"]'
json 'all(0.001 <= t["params"]["cost"] <= 10 and t["params"]["char-max"] in (0, 5) for t in d["trials"])'
json 'all((len(t["runs"]) == 2) == (t["stopped_at"] is None) or t["stopped_at"] for t in d["trials"])'
json 'any(t["stopped_at"] for t in d["trials"]) and d["best"]["command"].startswith("train p.retort --student linear")'
sed 's/[pqk]\.retort/X/g' out >one
expect 0 "$R" sweep q.retort "$@" --parallel 4
sed 's/[pqk]\.retort/X/g' out >four
same one four

# Of all the models one is kept, and it answers.
expect 0 "$R" runs p.retort --json
json 'sum(r["model_bytes"] > 0 for r in d["runs"]) == 1 and len(d["runs"]) > 40'
name=$(sed 's/.*"best":{[^}]*},"run":"\([^"]*\)".*/\1/' one)
expect 0 "$R" evaluate p.retort --run "$name" --json

# Killed in the middle and gone on with: what it comes to is the same.
cp k.retort fresh
some_done() {
  "$R" runs k.retort 2>/dev/null | grep -q ' done '
}
for round in 1 2 3 4 5; do
  cp fresh k.retort
  rm -f k.retort-wal k.retort-shm
  kill_when some_done "$R" sweep k.retort "$@" --parallel 2 --quiet && break
done
[ -s killed ] && bad "it was never killed in the middle"
some_done || bad "it was killed before anything was done"
expect 2 "$R" sweep k.retort --resume --trials 3
says "cannot change with --resume"
expect 0 "$R" sweep k.retort --resume --json
sed 's/[pqk]\.retort/X/g' out >resumed
same one resumed
expect 2 "$R" sweep k.retort --resume
says "nothing to go on with"

# Presets.
expect 0 "$R" preset p.retort save small --student linear --epochs 2 --words 1
expect 0 "$R" preset p.retort save again --run "$name" --epochs 3
expect 0 "$R" preset p.retort list --json
json '[(x["name"], x["student"], x["params"]["epochs"]) for x in d["presets"]] == [("again", "linear", 3), ("small", "linear", 2)]'
expect 0 "$R" train p.retort --preset small --epochs 1 --name one
expect 0 "$R" runs p.retort --json
json '[(r["params"]["epochs"], r["params"]["words"]) for r in d["runs"] if r["run"] == "one"] == [(1, 1)]'
expect 0 "$R" sweep p.retort preset=small cost=1,2 method=grid
prints "best: trial"
prints "--epochs 2 --words 1"
expect 0 "$R" preset p.retort rm small
expect 2 "$R" train p.retort --preset small
says "no preset 'small' (there is: again)"

# What is wrong.
expect 2 "$R" sweep p.retort
says "nothing to sweep"
expect 2 "$R" sweep p.retort depth=1
says "no parameter 'depth' to sweep"
expect 2 "$R" sweep p.retort cost=1..0.1
says "1 is not less than 0.1"
expect 2 "$R" sweep p.retort cost=1,2 seeds=0
says "option '--seeds'"
expect 0 "$R" check p.retort
exit $failed
