#!/bin/sh
# Texts with every control byte, escape sequences and other mischief, looked at in every page of Curate in a real terminal
# (tmux): what the workbench writes holds nothing but text and sequences of its own. Then the same without UTF-8.
srcdir=${srcdir:-$(dirname "$0")/..}
retort=${builddir:-.}/retort
checker=${builddir:-.}/tests/terminal-bytes
command -v tmux >/dev/null || { echo "skipped: tmux is not installed"; exit 77; }
[ -x "$retort" ] || { echo "skipped: $retort is not built"; exit 77; }

dir=$(mktemp -d) || exit 99
server="retort-bytes-$$"
tmux() { command tmux -L "$server" -f /dev/null "$@"; }
trap 'tmux kill-server 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 99' INT TERM
export XDG_STATE_HOME="$dir" HOME="$dir" LC_ALL=C.UTF-8 INPUTRC=/dev/null EDITOR=true VISUAL=

fail() { echo "FAILED: $1"; tmux capture-pane -p -t main 2>/dev/null; exit 1; }
screen() { tmux capture-pane -p -t main; }
keys() { tmux send-keys -t main "$@"; }
await() {
  n=0
  until screen | grep -qF -- "$1"; do
    n=$((n + 1)); [ $n -gt 400 ] && fail "'$1' does not come ($2)"
    sleep 0.05
  done
}

# A text for each control byte and each of C1; then the rest.
n=1
while [ $n -lt 160 ]; do
  case $n in
  9|10|13) ;;
  *) [ $n -lt 32 ] || [ $n -gt 126 ] && printf '{"text":"t%s before \\u%04x[31m after","label":"a"}\n' $n $n ;;
  esac
  n=$((n + 1))
done >"$dir/bad.jsonl"
cat >>"$dir/bad.jsonl" <<'END'
{"text":"osc \u001b]52;c;aGVsbG8=\u0007 \u001b]0;title\u001b\\ \u009d52;c;aGk=\u009c dcs \u001bP+q544e\u001b\\ apc \u001b_x\u001b\\","label":"b"}
{"text":"bidi \u202aa\u202bb\u202cc\u202dd\u202ee \u2066f\u2067g\u2068h\u2069 \u200e\u200f\u061c end","label":"b"}
{"text":"join a\u200d\u200d\u200d\u200d\u200db\u200c\u200b\u2060\ufeffc \udb40\udc41\udb40\udc7f e\ufe0f\ufe0f","label":"b"}
{"text":"zalgo Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a\u030b\u030c\u030d\u030e\u0310a\u0334\u0335\u0336\u0337l","label":"b"}
{"text":"lines one\ntwo\r\nthree\ttab \u2028ls \u2029ps \u0085nel","label":"b"}
{"text":"last \u001b[2J\u001b[H\u001b[?1049l\u001b[8mhidden","label":"a"}
END
"$retort" new "$dir/p.retort" --label a --label b >/dev/null 2>"$dir/err" || fail "new: $(cat "$dir/err")"
"$retort" import "$dir/p.retort" "$dir/bad.jsonl" >/dev/null 2>"$dir/err" || fail "import: $(cat "$dir/err")"
"$retort" edit "$dir/p.retort" 1 --text "$(printf 'edited \033]52;c;aGk=\a \302\233 end')" >/dev/null 2>"$dir/err" ||
  fail "edit: $(cat "$dir/err")"
"$retort" train "$dir/p.retort" >/dev/null 2>&1  # for the map
total=$("$retort" list "$dir/p.retort" --limit 0 --json | wc -l)
[ "$total" -eq 67 ] || fail "$total texts came in, not 67"

# Each key, and what must stand on the screen then.
look() {
  keys F3; await 'F3 Curate' "$1: Curate"
  keys g; await '31m after' "$1: the table"
  for i in 1 2 3; do keys PageDown; done
  await 't141 before' "$1: the middle of the table"
  keys G; await '^[[?1049l' "$1: the last one"
  keys k k k; await 'join a' "$1: joiners"
  keys k k; await 'osc ^[]52;c;aGVsbG8=^G' "$1: the pane"
  keys c; await 'left' "$1: the card"
  keys c; await 'label' "$1: the table again"
  keys e; await 'editing' "$1: the editor"
  keys C-a X C-o Y; await 'it was' "$1: the editor"
  keys Escape; await 'brings your text back' "$1: given up"
  keys H; await 'History' "$1: history"
  keys j; await 'samples' "$1: history"
  keys /; keys 'edit'; keys Enter; await '/edit' "$1: history by words"
  keys g; await 'edited ^[]52;c;aGk=^G' "$1: what was edited"
  keys q; await 'F3 Curate' "$1: history closed"
  keys M; await 'Map' "$1: the map"
  keys G; keys Space; keys g Right Right Right Right Right Right
  keys q; await 'F3 Curate' "$1: the map closed"
  keys / 't27 before' Enter; await 't27' "$1: a filter"
  keys ':' 'list --filter t27'; keys Enter; await 'split  text' "$1: a page"
  keys q; await 't27 before' "$1: the page closed"
  keys q
}
run() {
  tmux new-session -d -s main -x 100 -y 30 "env PS1='ready> ' ENV= sh -i" || { echo "skipped: tmux cannot start"; exit 77; }
  await 'ready>' 'shell'
  tmux pipe-pane -t main "cat >'$dir/$1.bytes'"
  keys "clear; $2 '$retort' '$dir/p.retort'; echo 'en'ded" Enter
  await '4 Train' "$1: start"
  look "$1"
  await 'ended' "$1: end"
  tmux kill-server
  "$checker" "$dir/$1.bytes" || fail "$1: the terminal was sent what it must not be sent"
}
run utf8 ''
# The checker itself: it finds each of these among what was sent.
for bad in '\033]52;c;aGk=\a' '\033[8m' '\302\233' '\001' '\342\200\256' '\033P+q544e\033\\'; do
  { cat "$dir/utf8.bytes"; printf "$bad"; cat "$dir/utf8.bytes"; } >"$dir/with.bytes"
  "$checker" "$dir/with.bytes" >/dev/null 2>&1 && fail "the checker does not find $bad"
done
run ascii 'LC_ALL=C'
grep -q "$(printf '[\200-\377]')" "$dir/ascii.bytes" && fail "without UTF-8 something else than ASCII was sent"
run plain 'NO_COLOR=1'
grep -q "$(printf '\033')"'\[[0-9;]*3[0-9]m' "$dir/plain.bytes" && fail "NO_COLOR: a colour was sent"
exit 0
