#!/bin/sh
# signals: planted errors stand at the top of `suspect`, what changed since has none, an interrupt leaves the old ones, the
# same bytes on any number of threads.
. "${srcdir:-..}/tests/cli.sh"

# plant PROJECT FILTER: gives 8 % of the samples another label, at random; their ids go to `planted`, one a line.
plant() {
  "$R" list "$1" --filter "$2" --columns id,label >rows || bad "list --columns"
  awk 'function random() { x = (x * 16807) % 2147483647; return x / 2147483647 }
    BEGIN { x = 20261128 } NR > 1 { id[++n] = $1; label[n] = $2; if (!($2 in seen)) { seen[$2] = 1; name[m++] = $2 } }
    END { for (want = int(n * 0.08); want > 0;) {
      i = 1 + int(random() * n); if (i in done) continue
      do { to = name[int(random() * m)] } while (to == label[i])
      done[i] = 1; want--; print id[i], to } }' rows >flips
  cut -d ' ' -f 1 flips >planted
  for label in $(cut -d ' ' -f 2 flips | sort -u); do
    "$R" relabel "$1" --to "$label" --id "$(awk -v to="$label" '$2 == to { printf "%s%s", n++ ? "," : "", $1 }' flips)" \
      >out || bad "relabel"
  done
}

# finds PROJECT FILTER: the share of them at the top of `suspect`, in hundredths, to the standard output.
finds() {
  n=$(wc -l <planted)
  "$R" list "$1" --filter "$2" --sort suspect --limit "$n" --columns id,suspect >rows || bad "list --sort suspect"
  awk 'NR == FNR { planted[$1] = 1; n++; next } FNR > 1 { found += $1 in planted }
    END { printf "%d\n", 100 * found / n }' planted rows
}

expect 0 "$R" new t.retort --from "$example"
expect 0 "$R" generate t.retort --accept --quiet
expect 2 "$R" list t.retort --sort suspect
says "'suspect' is not computed yet"
expect 2 "$R" list t.retort --filter 'label:billing issue'
says "'issue' is not computed yet"
expect 2 "$R" list t.retort --sort aum
says "no run has kept 'aum' yet"
plant t.retort origin:generated
expect 0 "$R" signals t.retort --only student --json --quiet
json 'd["n"] == 1500 and d["folds"] == 5 and d["student"] == "linear" and d["issues"] >= d["issues_both"] > 30'
json '60 <= d["estimated_wrong"] < 400 and d["pairs"][0]["given"] != d["pairs"][0]["suggested"] and d["seconds"] > 0'
json 'sum(p["estimated"] for p in d["pairs"]) == d["estimated_wrong"] and sum(p["n"] for p in d["pairs"]) == d["issues"]'
found=$(finds t.retort origin:generated)
[ "$found" -ge 60 ] || bad "support-tickets: only $found % of the planted errors stand among the first 8 %"
"$R" list t.retort --sort suspect --json >first

# The same on one thread; the table says what it is sorted by, and what would be the label.
expect 0 "$R" signals t.retort --only student --threads 1 --quiet
"$R" list t.retort --sort suspect --json >second
same first second
expect 0 "$R" list t.retort --sort suspect --limit 1
prints "suspect  suggested"
cp first out
json 'all(0 <= s["suspect"] <= 1 and s["suggested_p"] > 0 for s in l if s["split"] == "train")'
json 'all("suspect" not in s for s in l if s["split"] == "test")'
json 'all(s["disagrees"] == (s["suggested"] != s["label"]) for s in l if s["split"] == "train")'
expect 2 "$R" list t.retort --columns id,suspekt
says "did you mean 'suspect'?"

# What a person changes is suspect no more; what is suggested stays while the text does.
id=$(head -1 first | sed 's/.*"id":\([0-9]*\).*/\1/')
to=$("$R" list t.retort --filter "id:$id" --columns suggested | tail -1 | tr -d ' ')
expect 0 "$R" relabel t.retort --id "$id" --to "$to"
expect 0 "$R" list t.retort --filter "id:$id" --json
json '"suspect" not in l[0] and "issue" not in l[0] and l[0]["suggested"] == l[0]["label"] and not l[0]["disagrees"]'
expect 0 "$R" edit t.retort --id "$id" --text "another text"
expect 0 "$R" list t.retort --filter "id:$id" --json
json '"suggested" not in l[0]'
expect 0 "$R" undo t.retort
expect 0 "$R" undo t.retort
"$R" list t.retort --sort suspect --json >second
same first second

# A run keeps how it learned; without --dynamics it does not; nothing else differs.
expect 0 "$R" train t.retort --name with --quiet --json
expect 0 "$R" list t.retort --sort aum --limit 5 --json
json 'all(-5 < s["aum"] < 5 and 0 <= s["correctness"] <= 1 and s["forgetting"] >= 0 and s["variability"] >= 0 for s in l)'
json '[s["aum"] for s in l] == sorted(s["aum"] for s in l)'
expect 0 "$R" train t.retort --name without --dynamics no --quiet
expect 0 "$R" list t.retort --filter 'with.correctness<=1' --sort with.aum --limit 1
expect 0 "$R" list t.retort --filter 'correctness<=1' --limit 1 --json
json '"aum" in l[0]'
expect 2 "$R" list t.retort --filter 'without.aum>0'
says "no run has kept 'aum' yet"

# Stopped, it leaves what there was.
"$R" list t.retort --filter origin:generated --json >before
"$R" signals t.retort --folds 50 >out 2>err &
pid=$!
sleep 1
kill -INT $pid
wait $pid
[ $? -eq 130 ] || bad "signals: not stopped: $(cat err)"
"$R" list t.retort --filter origin:generated --json >after
same before after

# There must be something to judge.
expect 0 "$R" new empty.retort --label a --label b
expect 2 "$R" signals empty.retort --only student
says "there is nothing to judge"
printf '{"text":"one","label":"a"}\n{"text":"two","label":"a"}\n{"text":"three","label":"a"}\n' >one.jsonl
expect 0 "$R" import empty.retort one.jsonl
expect 2 "$R" signals empty.retort --only student
says "the same label"

if [ -d "${RETORT_DATA:-}" ]; then
  expect 0 "$R" new trec.retort $(sed 's/.*"label": *"\([a-z]*\)".*/--label \1/' "$RETORT_DATA/trec/train.jsonl" | sort -u)
  expect 0 "$R" import trec.retort "$RETORT_DATA/trec/train.jsonl" --split train
  plant trec.retort split:train
  expect 0 "$R" signals trec.retort --only student --quiet
  found=$(finds trec.retort split:train)
  [ "$found" -ge 60 ] || bad "trec: only $found % of the planted errors stand among the first 8 %"
fi
exit $failed
