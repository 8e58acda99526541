#!/bin/sh
# The change log from the shell: going to any point and coming forward again, and what a change did.
. "${srcdir:-..}/tests/cli.sh"

export_is() {
  "$R" export t.retort >now.jsonl
  same "$1" now.jsonl
}

small t.retort                                            # change 1
"$R" export t.retort >at1
expect 0 "$R" reject t.retort 1-3                         # 2
expect 0 "$R" relabel t.retort 2 --to bad                 # 3
"$R" export t.retort >at3
printf '{"text":"one more","label":"good"}\n' >more.jsonl
expect 0 "$R" import t.retort more.jsonl                  # 4
expect 0 "$R" edit t.retort --filter '' --find 'it' --replace 'this' # 5
"$R" export t.retort >at5

# What a change did.
expect 0 "$R" log t.retort --change 3 --json
json 'd == {"id": 2, "field": "labels", "before": "good", "after": "bad"}'
expect 0 "$R" log t.retort --change 2 --json
json '[(x["id"], x["field"], x["before"], x["after"]) for x in l] == [(i, "status", "accepted", "rejected") for i in (1, 2, 3)]'
expect 0 "$R" log t.retort --change 2 --limit 1 --json
json 'd["id"] == 1'
expect 0 "$R" log t.retort --change 4
prints "one more"
expect 0 "$R" log t.retort --change 4 --json
json 'd == {"id": 13, "field": "text", "before": None, "after": "one more"}'
expect 2 "$R" log t.retort --change 6
says "there is no change 6"

# Back, and forward again: the same bytes.
expect 0 "$R" undo t.retort --to 3 --json                 # 6, 7
json 'd["changes"] == 2 and len(d["undone"]) == 2 and d["undone"][0].startswith("undid: edit")'
export_is at3
expect 0 "$R" undo t.retort --to 3 --json
json 'd == {"undone": [], "changes": 0}'
expect 0 "$R" log t.retort --change 7 --json
json 'd == {"id": 13, "field": "text", "before": "one more", "after": None}'
expect 0 "$R" redo t.retort --to 4
expect 0 "$R" undo t.retort --to 1
export_is at1
expect 0 "$R" redo t.retort --all
export_is at5
expect 0 "$R" undo t.retort --all
expect 0 "$R" list t.retort --json
[ -s out ] && bad "samples are left after undo --all"
expect 0 "$R" redo t.retort --to 5
export_is at5
expect 1 "$R" redo t.retort
says "nothing to redo"
expect 0 "$R" redo t.retort --all
prints "the corpus stands there already"

# Where one does not come to it that way.
expect 2 "$R" redo t.retort --to 3
says "change 3 is in force (undo --to 3 goes back to it)"
expect 0 "$R" undo t.retort --to 4
expect 2 "$R" undo t.retort --to 5
says "change 5 is undone (redo --to 5 comes forward to it)"
expect 2 "$R" undo t.retort --to 999
says "there is no change 999"
expect 2 "$R" undo t.retort --to 6
says "change 6 is none of samples"
expect 2 "$R" undo t.retort --to 3 --all
says "one of --count, --to and --all"

# What is out of redo's reach can be made again where it still fits: 5 changed the text of six samples.
expect 2 "$R" redo t.retort --change 5
says "redo --to 5 makes it again"
expect 0 "$R" edit t.retort 3 --text 'so glad that works'
expect 2 "$R" redo t.retort --to 5
says "redo --change 5 makes it again"
expect 0 "$R" redo t.retort --change 5 --dry-run --json
json 'd == {"would_change": 5, "left": 1}'
expect 0 "$R" redo t.retort --change 5 --json
json 'd == {"changed": 5, "left": 1}'
expect 0 "$R" log t.retort --limit 1
prints "again: edit 6 samples"
expect 0 "$R" undo t.retort
expect 2 "$R" redo t.retort --change 2
says "change 2 is in force"

# Of an import, too.
expect 0 "$R" undo t.retort --to 3
expect 0 "$R" accept t.retort 1
expect 0 "$R" redo t.retort --change 4 --json
json 'd == {"changed": 1, "left": 0}'
expect 0 "$R" list t.retort --filter id:13 --json
json 'd["text"] == "one more"'
expect 0 "$R" undo t.retort
expect 0 "$R" list t.retort --filter id:13 --json
[ -s out ] && bad "sample 13 is there after undo"
expect 0 "$R" redo t.retort
expect 0 "$R" check t.retort
exit $failed
