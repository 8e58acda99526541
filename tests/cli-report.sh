#!/bin/sh
# retort report: which files it writes, what it says where it cannot, the same bytes each time, never half a report.
. "${srcdir:-..}/tests/cli.sh"

expect 0 "$R" new t.retort --from "$example"
expect 2 "$R" report t.retort -o r.html
says "there is no experiment to report (first: retort experiment PROJECT)"
[ -e r.html ] && bad "a report of nothing"
expect 0 "$R" generate t.retort --per-label 20 --quiet
expect 0 "$R" experiment t.retort --seeds 2 --quiet

# The ending decides.
expect 2 "$R" report t.retort
says "needs a file to write"
for name in r.pdf r html .html; do
  expect 2 "$R" report t.retort -o "$name"
  says "is neither .html nor .md"
  [ -e "$name" ] && bad "$name was written"
done
expect 2 "$R" report t.retort -o r.html --experiment nix
says "no experiment 'nix'"
expect 0 "$R" report t.retort -o r.html
expect 0 "$R" report t.retort -o r.md
grep -q '<h1>t: was the generated data worth it?</h1>' r.html || bad "no title in r.html"
grep -q '^# t: was the generated data worth it?' r.md || bad "no title in r.md"
sed 's,xmlns="http://www.w3.org/2000/svg",,g' r.html | grep -qiE 'https?://|<script|<link|@import|url\(' \
  && bad "r.html asks for something"

# The same bytes each time.
expect 0 "$R" report t.retort -o again.html
same r.html again.html

# All or nothing: where it cannot be written what was there stays.
mkdir closed
printf 'old\n' >closed/r.html
chmod 500 closed
if [ "$(id -u)" -ne 0 ]; then
  expect 1 "$R" report t.retort -o closed/r.html
  [ "$(cat closed/r.html)" = old ] || bad "half a report"
fi
expect 1 "$R" report t.retort -o nowhere/r.html
says "nowhere/r.html"
[ "$(ls -A . | grep -c 'r\.html')" -eq 1 ] || bad "something was left: $(ls -A .)"

# JSON: every number.
expect 0 "$R" report t.retort --json
json 'd["project"] == "t" and d["findings"]["test"] == 240 and len(d["findings"]["arms"]) == 3'
json 'sum(l["generated"] for l in d["data_card"]["labels"]) == 120 and d["data_card"]["jobs"][0]["kept"] == 120'
json '"Write {{ count }} different messages" in d["recipe"]["templates"][0]["source"] and len(d["model_cards"]) == 1'
exit $failed
