#!/bin/sh
# predict: streams in order, pipes, bad lines; what an interrupt keeps.
. "${srcdir:-..}/tests/cli.sh"

small p.retort
expect 0 "$R" train p.retort --quiet

# As many lines out as in, in order, whatever the number of threads and however they come.
awk 'BEGIN { for (i = 0; i < 20000; i++) print (i % 3 == 0 ? "lovely and best, number " : i % 3 == 1 ? "ugly waste, it broke, number " : "") i }' >in
"$R" predict p.retort --threads 1 <in >one
"$R" predict p.retort --threads 2 in >two
same one two
cut -f1 one | sort -u | tr '\n' ' ' >labels
[ "$(cat labels)" = "bad good " ] || bad "labels: $(cat labels)"
[ "$(wc -l <one)" -eq 20000 ] || bad "not a line for each line"
awk -F '\t' 'NR % 3 == 1 && $1 != "good" || NR % 3 == 2 && $1 != "bad" || $2 < 0.5 || $2 > 1 { exit 1 }' one || bad "wrong labels, or not in order"
"$R" predict p.retort --json <in | head -3 >out 2>err
json 'len(l) == 3 and l[0]["label"] == "good" and abs(sum(l[0]["probabilities"].values()) - 1) < 1e-4 and l[0]["probability"] == max(l[0]["probabilities"].values())'
printf '{"text":"lovely"}\n{"text":"ugly","note":"lovely lovely best lovely best"}' | "$R" predict p.retort --format jsonl >out
[ "$(cut -f1 out | tr '\n' ' ')" = "good bad " ] || bad "jsonl: $(cat out)"
printf '{"text":"lovely"}\n{"text":"ugly","note":"lovely lovely best lovely best"}' | "$R" predict p.retort >out
[ "$(cut -f1 out | tr '\n' ' ')" = "good bad " ] || bad "JSON lines without a word: $(cat out)"
printf '{ lovely\n{"text":"ugly"}\n' | "$R" predict p.retort >out || bad "a text may begin with a brace"
printf '' | "$R" predict p.retort >out || bad "an empty stream is no error"
[ -s out ] && bad "an empty stream has no labels"

# Below a confidence there is no label; how many is said at the end.
printf 'lovely best glad\nxyzzy\nugly waste, it broke\n' >three
"$R" predict p.retort three --abstain 0.9999 >out 2>err
[ "$(cut -f1 out | tr '\n' ' ')" = "- - - " ] || bad "abstains: $(cat out)"
says "no label below 0.9999: 3 of 3 texts"
"$R" predict p.retort three --json --abstain 0.51 >out 2>err
json 'l[0]["label"] == "good" and l[1]["label"] is None and l[2]["label"] == "bad" and all((x["label"] is None) == (x["probability"] < 0.51) for x in l) and len(l[1]["probabilities"]) == 2'
"$R" predict p.retort three >out 2>err
[ -s err ] && bad "nothing is said of abstaining where nobody asked: $(cat err)"

# The words that it goes by.
"$R" predict p.retort three --explain >out || bad "explain"
[ "$(sed -n '1p' out | awk -F '\t' '{ print NF }')" -eq 3 ] || bad "no third column: $(cat out)"
sed -n '1p' out | cut -f3 | grep -q 'lovely +[01]\.' || bad "lovely does not speak for good: $(cat out)"
"$R" predict p.retort three --explain --json --threads 2 >out
json 'all(max(abs(w["weight"]) for w in x["explain"]) in (0, 1) for x in l) and [w["text"] for w in l[2]["explain"]] == ["ugly", "waste", "it", "broke"] and [w["at"] for w in l[2]["explain"]] == [0, 5, 12, 15] and l[2]["explain"][1]["n"] == 5'

# Each line is answered before the next one comes.
mkfifo pipe
"$R" predict p.retort <pipe >answers 2>/dev/null &
pid=$!
exec 3>pipe
echo lovely >&3
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  [ -s answers ] && break
  sleep 0.2
done
[ -s answers ] || bad "no answer while the stream is open"
kill -INT $pid
wait $pid
[ $? -eq 130 ] || bad "an interrupted stream ends with 130"
exec 3>&-

# A bad line: what was before it is answered, and it is named.
printf 'lovely\nbad \377 line\nugly\n' | "$R" predict p.retort >out 2>err
[ $? -eq 2 ] || bad "a bad line is status 2"
says "standard input:2: not UTF-8"
[ "$(wc -l <out)" -eq 1 ] || bad "the lines before a bad one are answered"

# A reader that has enough.
"$R" predict p.retort in 2>err | head -1 >/dev/null
[ -s err ] && bad "a closed pipe is told: $(cat err)"
"$R" list p.retort 2>err | head -1 >/dev/null
[ -s err ] && bad "a closed pipe is told: $(cat err)"
if [ -e /dev/full ]; then
  "$R" list p.retort >/dev/full 2>err
  [ $? -eq 1 ] || bad "a full output is status 1"
  says "cannot write the output"
fi

# Closed standard streams, and an output that is no file, do no harm to anything.
"$R" export p.retort >before
"$R" list p.retort >&- 2>&- <&-
"$R" reject p.retort 1 >&- 2>&- <&-
"$R" undo p.retort --quiet >/dev/null
"$R" export p.retort >after
same before after
mkfifo spout
cat spout >spouted &
expect 0 "$R" export p.retort -o spout --format jsonl
wait $!
same before spouted
[ -p spout ] || bad "export replaces a pipe by a file"
echo mine >x.jsonl.part
expect 0 "$R" export p.retort -o x.jsonl
same before x.jsonl
[ "$(cat x.jsonl.part)" = mine ] || bad "export writes over another file"

# Interrupted training keeps what it has; the project stays whole.
"$R" train p.retort --name long --epochs 1000 --cost 10000 --quiet >/dev/null 2>err &
pid=$!
sleep 0.3
kill -INT $pid 2>/dev/null
wait $pid
case $? in 130 | 0) ;; *) bad "an interrupted training: $(cat err)" ;; esac
expect 0 "$R" check p.retort
expect 0 "$R" evaluate p.retort --json
exit $failed
