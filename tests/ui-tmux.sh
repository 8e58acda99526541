#!/bin/sh
# The workbench in a real terminal (tmux): start, resize, type, suspend and come back, quit, end by signals; each time the
# terminal must be as it was.
srcdir=${srcdir:-$(dirname "$0")/..}
retort=${builddir:-.}/retort
command -v tmux >/dev/null || { echo "skipped: tmux is not installed"; exit 77; }
[ -x "$retort" ] || { echo "skipped: $retort is not built"; exit 77; }

dir=$(mktemp -d) || exit 99
server="retort-test-$$"
tmux() { command tmux -L "$server" -f /dev/null "$@"; }
trap 'tmux kill-server 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 99' INT TERM
printf '#!/bin/sh\nstty -a | grep -q " icanon" && echo EDITED >"$1"\n' >"$dir/editor"
chmod +x "$dir/editor"
export EDITOR="$dir/editor" VISUAL=
export XDG_STATE_HOME="$dir" HOME="$dir" LC_ALL=C.UTF-8 INPUTRC=/dev/null

fail() { echo "FAILED: $1"; tmux capture-pane -p -t main 2>/dev/null; exit 1; }
screen() { tmux capture-pane -p -t main; }
keys() { tmux send-keys -t main "$@"; }
# Waits until a fixed text stands on the screen.
await() {
  n=0
  until screen | grep -qF -- "$1"; do
    n=$((n + 1)); [ $n -gt 400 ] && fail "'$1' does not come ($2)"
    sleep 0.05
  done
}
await_gone() {
  n=0
  while screen | grep -qF -- "$1"; do
    n=$((n + 1)); [ $n -gt 400 ] && fail "'$1' does not go ($2)"
    sleep 0.05
  done
}
# The number of the process that is the workbench (a bare machine has no ps).
workbench() {
  for p in /proc/[0-9]*; do
    [ "$(tr '\0' ' ' <"$p/cmdline" 2>/dev/null)" = "$retort $dir/p.retort " ] && echo "${p#/proc/}"
  done
}
count() { "$retort" list "$dir/p.retort" --filter "$1" --json | wc -l; }

# Without a terminal, or on one that cannot be drawn on: one polite line and exit 2.
"$retort" new "$dir/p.retort" --from "$srcdir/examples/support-tickets" >/dev/null 2>"$dir/err" || fail "new: $(cat "$dir/err")"
"$retort" "$dir/p.retort" </dev/null >"$dir/out" 2>"$dir/err"
[ $? -eq 2 ] && [ "$(wc -l <"$dir/err")" -eq 1 ] && [ ! -s "$dir/out" ] || fail "no terminal: $(cat "$dir/err")"

tmux new-session -d -s main -x 80 -y 24 "env PS1='ready> ' ENV= sh -i" || { echo "skipped: tmux cannot start"; exit 77; }
await 'ready>' 'shell'
keys "TERM=dumb '$retort' '$dir/p.retort'; echo dumb=\$?" Enter
await 'dumb=2' 'TERM=dumb'
keys "clear; stty -a >'$dir/before'; echo 'be'fore" Enter
await 'before' 'stty'

# A project without generated texts begins in Templates.
start() { keys "clear" Enter; keys "'$retort' '$dir/p.retort'" Enter; await '3 Curate' "start $1"; keys F3; await 'F3 Curate' "Curate $1"; }
ended() {
  await_gone 'F3 Curate' "end of $1"
  keys "echo end=\$?; stty -a >'$dir/after'; echo 'done'-$1" Enter
  await "done-$1" "a shell after $1"
  [ -z "$2" ] || screen | grep -qF "end=$2" || fail "$1: exit status is not $2"
  cmp -s "$dir/before" "$dir/after" || fail "$1: the terminal is not as it was"
  screen | grep -qF 'Templates' && fail "$1: the workbench is still on the screen"
  tmux display -p -t main '#{alternate_on}#{mouse_any_flag}#{cursor_flag}' | grep -qx '001' || fail "$1: screen, mouse or cursor is not as it was"
}

start quit
tmux resize-window -t main -x 100 -y 30
await '300 samples' 'a wider screen has room for the word'
tmux resize-window -t main -x 50 -y 10
await 'retort needs 60x16' 'a small screen'
tmux resize-window -t main -x 80 -y 24
await 'F3 Curate' 'back to 80x24'
keys j x
await '2 rejected' 'a decision'
keys C-z
await 'ready>' 'suspended'
keys "stty -a >'$dir/after'; echo 'stop'ped" Enter
await 'stopped' 'a shell while suspended'
cmp -s "$dir/before" "$dir/after" || fail "suspended: the terminal is not as it was"
keys fg Enter
await 'F3 Curate' 'fg'
keys ':' 'rej' Tab
await ':reject' 'completion'
keys Escape
keys / 'parcel' Enter
await 'parcel' 'filter'
# The screen as a file, without the line that asks for it.
keys ':' "screenshot $dir/curate.txt" Enter
await 'the screen is in' 'a screenshot'
grep -q 'F3 Curate' "$dir/curate.txt" && ! grep -q ':screenshot' "$dir/curate.txt" \
  && [ "$(wc -l <"$dir/curate.txt")" -eq 24 ] || fail "the screenshot: $(cat "$dir/curate.txt")"
keys ':' "screenshot $dir/curate.svg" Enter
await 'curate.svg' 'a picture'
tail -n 1 "$dir/curate.svg" | grep -qx '</svg>' || fail "the picture: $(cat "$dir/curate.svg")"
keys E  # the screen goes to an editor and comes back
await 'EDITED' 'what the editor wrote'
keys q
ended quit 0
[ "$(count status:rejected)" -eq 1 ] || fail "the decision is not on disk"

# Curate: the card, the columns, an order by its head, a replacement that is shown first, many samples at once.
start curate
keys c
await 'done 0' 'the card'
keys a
await 'done 1' 'a decision on the card'
keys c
await 'label' 'the table again'
keys C
await 'words of the text' 'the page of columns'
keys j j j j j Space Escape
await_gone 'words of the text' 'the page closed'
await 'words' 'another column'
printf '\033[<0;52;4M\033[<0;52;4m' >"$dir/click"  # the head of the texts
keys -H $(od -An -v -tx1 "$dir/click")
await 'by text' 'a click on a head'
keys '<' '>' Right Left
keys r
await 'find and replace in' 'the form'
keys 'parcel' Down 'PARCEL' Enter
await 'would change' 'what a replacement would do'
keys Escape
await_gone 'would change' 'left as it was'
[ "$(count '/PARCEL/')" -eq 0 ] || fail "a replacement that was only looked at was made"
keys r Enter
await 'would change' 'the same again'
keys Enter
await 'u undoes it' 'the replacement'
[ "$(count '/PARCEL/')" -gt 0 ] || fail "the replacement is not on disk"
keys u
await 'undid' 'the replacement undone'
keys '*' x
await '300 samples: reject them?' 'a question before many are touched'
keys n
await 'nothing was changed' 'the answer no'
keys Escape
await_gone '300 marked' 'no marks'
keys / 'status:accepted parcel' Enter
await 'status:accepted parcel' 'a filter to keep'
keys F 'lost' Enter
await 'saved' 'a filter with a name'
keys f
await 'saved filters (F' 'the filters with names'
keys Escape
await_gone 'saved filters' 'the menu closed'
keys q
ended curate 0

# Editing with a paste, its history, back and forward; the map.
start pages
keys e
await 'editing' 'the editor'
tmux set-buffer "$(printf 'pasted one\npasted two ')"
tmux paste-buffer -p -t main
keys Enter
await_gone 'editing' 'kept'
[ "$(count '"pasted two"')" -eq 1 ] || fail "the pasted text is not on disk"
keys H
await 'edit sample' 'history'
keys j j Enter
await '1 change back' 'gone back'
keys F3
await 'M-r comes forward' 'it is told everywhere'
[ "$(count '"pasted two"')" -eq 0 ] || fail "the edit is not undone"
keys M-r
await_gone 'M-r comes forward' 'forward again'
[ "$(count '"pasted two"')" -eq 1 ] || fail "the edit is not made again"
keys M
await 'no run has left how it learned yet' 'the map'
keys q
await 'F3 Curate' 'closed'
keys q
ended pages 0

# How long the keys took, and nothing of what was typed.
keys "clear" Enter
keys "'$retort' '$dir/p.retort' --latency-log '$dir/latency'" Enter
await '3 Curate' 'start with a log of latencies'
keys F3
await 'F3 Curate' 'Curate with a log of latencies'
keys / zebra Enter
await 'no sample passes' 'a filter with a log of latencies'
keys Escape
await_gone 'no sample passes' 'the filter given up'
keys q
ended latency 0
grep -q '"key":"3"' "$dir/latency" && grep -q '"key":"typed","handled_us"' "$dir/latency" && grep -q '"frame_p99_us"' "$dir/latency" \
  || fail "the log of latencies: $(cat "$dir/latency")"
grep -q zebra "$dir/latency" && fail 'what was typed is in the log of latencies'
keys "'$retort' '$dir/p.retort' --latency-log '$dir/no/file'; echo log=\$?" Enter
await 'log=2' 'a log that cannot be written'

start term
keys x
await '1 rejected' 'a decision before the end'
pid=$(workbench)
kill -TERM "$pid" || fail "no process to end"
ended term 0
[ "$(count status:rejected)" -eq 2 ] || fail "the decision before SIGTERM is not on disk"

start abort
pid=$(workbench)
kill -ABRT "$pid"
ended abort ''
exit 0
