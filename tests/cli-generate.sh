#!/bin/sh
# generate, reparse and template propose from the shell, with recorded replies.
. "${srcdir:-..}/tests/cli.sh"

expect 0 "$R" new t.retort --from "$example"

# ---- before: an estimate, a probe
expect 0 "$R" generate t.retort --per-label 20 --dry-run --json
json 'd["dry_run"] and d["interval"]["replies"] == 0 and d["yield"] is None and d["job"] is None and d["requests_bound"] == 12'
json 'd["interval"]["tokens_out"][0] < d["tokens"]["out"] < d["interval"]["tokens_out"][1] and d["cost_bound_usd"] is None'
expect 0 "$R" generate t.retort --per-label 20 --dry-run --top-up --budget 0.02 --json
json 'd["requests"] == 12 and d["requests_bound"] == 36 and d["cost_bound_usd"] == 0.02'
expect 0 "$R" generate t.retort --per-label 20 --probe
prints 'requests  12 (5 answered already)'
prints '(95 % intervals, by the lengths of 5 replies)'
expect 0 "$R" generate t.retort --per-label 20 --probe --json
json 'not d["dry_run"] and d["probed"] == 5 and d["job"] == 1 and d["cached"] == 5 and d["yield"] == 1 and d["interval"]["replies"] == 5'
cp out probe.json
expect 0 "$R" generate t.retort --per-label 20 --resume --json
json 'd["job"] == 1 and d["requests"]["ok"] == 12 and d["requests"]["cached"] == 0 and len(d["rounds"]) == 1 and d["rounds"][0]["kept"] == d["kept"] == 120'
json 'sum(x["kept"] for x in d["coverage"]["labels"]) == 120 and [a["name"] for a in d["coverage"]["attributes"]][0] == "topic"'
json 'all(c["asked"] == 10 for c in d["coverage"]["attributes"][0]["cells"]) and len(d["coverage"]["attributes"][0]["values"]) >= 10'
python3 - <<'PY' 2>/dev/null || bad "the truth is not in the interval of the probe"
import json
p, t = json.load(open("probe.json")), json.load(open("out"))
low, high = p["interval"]["cost_usd"]
rest = t["cost_usd"] * 7 / 12
assert low * 0.8 < rest < high * 1.2, (low, rest, high)
PY
expect 0 "$R" stats t.retort --json
json 'sum(x["asked"] for x in d["coverage"]["labels"]) == 120'

# ---- topping up: the recordings of this are doubles of themselves, so that it falls short, and says so
expect 0 "$R" generate t.retort --per-label 20 --top-up --label billing --set topic=furniture --json
json 'd["kept"] >= 20'
expect 3 "$R" generate t.retort --per-label 2000 --top-up --label billing --json
says "of 2000 texts of 'billing' are kept: nothing new came, or --waste is reached"
expect 0 "$R" generate t.retort --per-label 60 --steer --label returns --json
json 'len(d["rounds"]) > 1 and d["rounds"][0]["requested"] == 30 and d["requested"] == 60'

# ---- what cannot be
expect 2 "$R" generate t.retort --teacher recorded --teacher recorded:2
says "teacher 'recorded' is named twice"
expect 2 "$R" generate t.retort --teacher recorded:0
says "a share is from 1 to 1000"
expect 2 "$R" generate t.retort --teacher recorder
says "recorder"
expect 2 "$R" generate t.retort --budget-time 5x
says "'5x' is no time (seconds, or 90s, 10m, 1h30m)"
expect 2 "$R" generate t.retort --seeds best
expect 2 "$R" generate t.retort --waste 0.5
expect 0 "$R" generate t.retort --per-label 10 --budget-time 1h30m --teacher recorded:3 --seeds balanced --quiet
expect 0 "$R" generate t.retort --per-label 10 --resume --retry-failed
expect 0 "$R" generate t.retort --per-label 10 --resume --retry-errors

expect 2 "$R" generate t.retort --budget-time 1h30
says "'1h30' is no time"
expect 2 "$R" generate t.retort --wait
says "option '--wait' goes with --batch"
expect 2 "$R" generate t.retort --waste 2
says "option '--waste' goes with --top-up"
expect 2 "$R" generate t.retort --fallback
says "option '--fallback' needs several teachers"
expect 2 "$R" generate t.retort --batch --dry-run
says "the teacher 'recorded' is a recording, which takes no batches"
expect 2 "$R" generate t.retort --label refunds
says "unknown label 'refunds' (there are: billing, shipping, returns, account, product, complaint)"
expect 2 "$R" generate t.retort --set topic=cars
says "has no 'topic' of the value 'cars'"
expect 3 "$R" generate t.retort --per-label 70 --budget 0.0001
says 'the budget of $0.0001 is used up ($0 spent; the next request could cost $0.0'
expect 3 "$R" generate t.retort --per-label 70 --budget-tokens 100
says 'the limit of 100 tokens is reached (0 used; the next request could take 3'
expect 0 "$R" teacher t.retort add recorded --replay "$example/replies.jsonl"
prints 'changed recorded'

# ---- reading again
expect 0 "$R" new r.retort --from "$example"
sed 's/^count: 10$/&\nfilters: {min_words: 12}/' "$example/support-tickets.prompty" >strict.prompty
expect 0 "$R" template r.retort set support-tickets strict.prompty
expect 0 "$R" generate r.retort --per-label 20 --json
json 'd["dropped"]["too_short"] > 3 and d["kept"] + d["dropped"]["too_short"] == 120'
expect 2 "$R" restore r.retort --id 1 --text2 "and another"
says 'the texts of this project are no pairs (leave out --text2)'
expect 0 "$R" reparse r.retort --dry-run --json
json 'd["dry_run"] and d["kept"] == 0 and d["before"] == d["after"] and d["replies"] == 12'
expect 0 "$R" template r.retort set support-tickets "$example/support-tickets.prompty"
expect 0 "$R" reparse r.retort --template support-tickets@2 --json
json 'd["kept"] == 0'
expect 0 "$R" reparse r.retort --dry-run
prints 'would come in'
expect 0 "$R" reparse r.retort --json
json 'd["kept"] == d["before"]["too_short"] > 3 and d["after"] == {} and d["jobs"] == 1'
expect 0 "$R" dropped r.retort --json
[ -s out ] && bad "texts that came in are still in the list"
expect 0 "$R" undo r.retort
prints 'reparse'
expect 0 "$R" reparse r.retort --json
json 'd["kept"] > 3'
expect 0 "$R" reparse r.retort --json
json 'd["kept"] == 0'
expect 2 "$R" reparse r.retort --job 9
says 'there is no job 9'

# ---- attributes from a teacher who has no recording of it
expect 2 "$R" template r.retort propose
says 'no recording of this request'

exit $failed
