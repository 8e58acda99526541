#!/bin/sh
# Bad input of every kind: exit status 2, one line that says what is wrong, and the project as it was.
. "${srcdir:-..}/tests/cli.sh"

small p.retort
"$R" export p.retort >before

# refused TEXT COMMAND...: status 2, one line.
refused() {
  text=$1
  shift
  expect 2 "$@"
  says "$text"
}

# Nothing was changed by what was refused since.
unchanged() {
  "$R" export p.retort >after
  same before after
}

# Usage.
refused "did you mean 'list'" "$R" lits p.retort
refused "did you mean '--filter'" "$R" list p.retort --fliter x
refused "--limit" "$R" list p.retort --limit many
refused "usage: retort import" "$R" import p.retort
refused "needs a project" "$R" list
refused "needs a value" "$R" export p.retort -o
refused "either --id or --filter" "$R" accept p.retort 3 --filter status:new
refused "needs samples" "$R" reject p.retort
refused "there is no sample 99" "$R" reject p.retort 99
refused "is given twice" "$R" list p.retort --limit 1 --limit 2

refused "there is no 'none.retort'" "$R" none.retort
refused "needs a terminal" "$R" p.retort
refused "control character" "$R" train p.retort --name "$(printf 'a\033b')"
refused "control character" "$R" teacher p.retort add "$(printf 'a\377b')" --url http://localhost --model m
refused "is no address" "$R" teacher p.retort add x --url ftp://localhost --model m
refused "no user or password" "$R" teacher p.retort add x --url https://me:secret@localhost --model m
"$R" "$(printf 'x\033[31m\377')" 2>err
LC_ALL=C grep -q "$(printf '[\033\377]')" err && bad "an error reaches the terminal as it came"

# What is no project.
echo 'this is no database, but long enough to be looked at' >text.retort
refused "text.retort" "$R" list text.retort
: >empty.retort
refused "empty.retort" "$R" list empty.retort
refused "there-is-none.retort" "$R" list there-is-none.retort
cp p.retort newer.retort
printf '\377' | dd of=newer.retort bs=1 seek=62 conv=notrunc 2>/dev/null  # the header's user_version, at byte 60
refused "newer retort" "$R" list newer.retort
refused "p.retort" "$R" new p.retort --label a --label b
unchanged

# Files.
printf 'text,label\nfine,good\n"cut off in the mid' >cut.csv
refused "cut.csv:3:" "$R" import p.retort cut.csv
printf '{"text":"\377 is no UTF-8","label":"good"}\n' >latin.jsonl
refused "latin.jsonl:1: not UTF-8" "$R" import p.retort latin.jsonl
printf 'text,label\na fine day,godo\n' >label.csv
refused "label.csv:2: unknown label 'godo' (did you mean 'good'?)" "$R" import p.retort label.csv
printf '{"text":"one","label":"good"}\n{"text":\n' >broken.jsonl
refused "broken.jsonl:2:" "$R" import p.retort broken.jsonl --strict
printf 'a;b\n1;2\n' >columns.csv
refused "columns.csv:1: no column" "$R" import p.retort columns.csv
refused "tells no format" "$R" import p.retort p.retort
refused "no such file" "$R" import p.retort none.jsonl
printf '\377\376t\0' >wide.csv
refused "UTF-16" "$R" import p.retort wide.csv
unchanged

# Filters.
refused "filter:1: unknown field 'lable' (did you mean 'label'?)" "$R" list p.retort --filter lable:good
refused "filter:" "$R" accept p.retort --filter '(status:new'
refused "filter:" "$R" export p.retort --filter '/[/'
unchanged

# Templates.
printf -- '---\nname: t\n---\nuser:\nWrite {{ label\n' >open.prompty
refused "open.prompty:5:" "$R" template p.retort set open.prompty
printf -- '---\nname: t\n---\nuser:\n{%% if label %%}x\n' >unclosed.prompty
refused "unclosed.prompty:" "$R" template p.retort set unclosed.prompty
printf -- '---\nname: unknown\n---\nuser:\nWrite {{ lable }}\n' >unknown.prompty
"$R" template p.retort set unknown.prompty --quiet >/dev/null
refused "lable" "$R" template p.retort render unknown
"$R" teacher p.retort add nowhere --url http://127.0.0.1:1/v1 --model m --quiet >/dev/null
refused "lable" "$R" generate p.retort
"$R" template p.retort rm unknown >/dev/null
refused "no template" "$R" generate p.retort
printf -- '---\nname: t\n---\nuser:\nWrite {{ count }} of {{ label }}\n' >t.prompty
"$R" template p.retort set t.prompty --quiet >/dev/null
refused "no attribute 'topic'" "$R" template p.retort render --set topic=x
unchanged

# Teachers.
refused "connect" "$R" generate p.retort --teacher nowhere --per-label 1
refused "connect" "$R" teacher p.retort test nowhere
"$R" teacher p.retort add keyless --url http://127.0.0.1:1/v1 --model m --key-env RETORT_TEST_NO_SUCH_KEY >/dev/null
refused "RETORT_TEST_NO_SUCH_KEY" "$R" generate p.retort --teacher keyless
refused "which teacher" "$R" generate p.retort
refused "no teacher 'nowhre'" "$R" generate p.retort --teacher nowhre
refused "not the key itself" "$R" teacher p.retort add x --url http://127.0.0.1:1 --model m --key-env sk-12345
printf '{"request":{"messages":[{"role":"user","content":"another"}]},"response":{"choices":[{"message":{"role":"assistant","content":"[]"}}]}}\n' >other.jsonl
"$R" teacher p.retort add other --replay other.jsonl >/dev/null
refused "no recording of this request" "$R" generate p.retort --teacher other
printf 'not JSON\n' >garbage.jsonl
refused "garbage.jsonl" "$R" teacher p.retort add garbage --replay garbage.jsonl
unchanged

# Nothing to learn from.
"$R" new bare.retort --label a --label b >/dev/null
refused "nothing to train on" "$R" train bare.retort
refused "no student is trained yet" "$R" evaluate bare.retort
refused "no student is trained yet" "$R" predict bare.retort
refused "test" "$R" experiment bare.retort
refused "the same label" "$R" train p.retort --data label:good
refused "no labelled sample matches" "$R" train p.retort --data '"no such words"'
refused "no student 'linaer' (did you mean 'linear'?)" "$R" train p.retort --student linaer
refused "--cost" "$R" train p.retort --cost 1e9
refused "no run 'x'" "$R" evaluate p.retort --run x
unchanged

# A project that can only be read, and a full disk: where root may mount, real ones; else as near as an ordinary user gets.
mkdir disk
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=2m retort-test disk 2>/dev/null; then
  trap 'cd /; umount "$D/disk" 2>/dev/null; rm -rf "$D"' EXIT
  cp p.retort disk/full.retort
  "$R" export disk/full.retort >full-before
  # More texts than the disk has room for, all in one change.
  awk 'BEGIN { for (i = 0; i < 40000; i++) print "{\"text\":\"a text to fill the disk with, number " i "\",\"label\":\"good\"}" }' >many.jsonl
  expect 2 "$R" import disk/full.retort many.jsonl
  says "full"
  "$R" export disk/full.retort >full-after
  same full-before full-after
  expect 0 "$R" check disk/full.retort
  mount -o remount,ro disk
  expect 2 "$R" reject disk/full.retort 1
  says "read"
  expect 0 "$R" list disk/full.retort
  umount disk
elif [ "$(id -u)" -ne 0 ]; then
  mkdir locked
  cp p.retort locked/p.retort
  chmod a-w locked locked/p.retort
  expect 2 "$R" reject locked/p.retort 1
  says "read"
  expect 0 "$R" list locked/p.retort
  chmod u+w locked
fi
exit $failed
