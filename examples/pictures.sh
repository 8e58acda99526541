#!/bin/sh
# The pictures of README, taken of the real workbench: a project is made from support-tickets, the program runs in tmux,
# is led to each view by its keys, and takes its own screen by :screenshot. Run by `make pictures`, which sets srcdir and
# builddir. What is written anew: pictures/*.svg and *.txt, and the screen in README, from the line
# that ends in "Curate:" to the next heading.
#
# All that does not depend on the clock and the machine is the same each time: ages and seconds are not.
srcdir=$(cd "${srcdir:-.}" && pwd) builddir=$(cd "${builddir:-.}" && pwd)
retort=$builddir/retort
command -v tmux >/dev/null || { echo "pictures: tmux is not installed" >&2; exit 1; }

dir=$(mktemp -d) || exit 1
server="retort-pictures-$$"
tmux() { command tmux -L "$server" -f /dev/null "$@"; }
trap 'tmux kill-server 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM
cd "$dir" || exit 1
unset COLORFGBG VTE_VERSION MLTERM KONSOLE_VERSION TERM_PROGRAM NO_COLOR
export XDG_STATE_HOME="$dir" HOME="$dir" LC_ALL=C.UTF-8 INPUTRC=/dev/null

# ---- the project

run() { "$retort" "$@" >out 2>err </dev/null || { echo "pictures: retort $*: $(cat err)" >&2; exit 1; }; }
cp -r "$srcdir/examples/support-tickets" . && chmod -R u+w support-tickets
run new tickets.retort --from support-tickets
run annotate tickets.retort --filter split:test
run generate tickets.retort
run signals tickets.retort

# ---- the workbench

fail() { echo "pictures: $1" >&2; tmux capture-pane -p -t main >&2; exit 1; }
keys() { for key; do tmux send-keys -t main "$key"; done; }
# Waits until the screen has a line of this pattern; $2 of its tenths of seconds, else 20 s.
await() {
  n=0
  until tmux capture-pane -p -t main | grep -q -- "$1"; do
    n=$((n + 1)); [ $n -gt "${2:-200}" ] && fail "'$1' does not come"
    sleep 0.1
  done
}
start() {  # rows: the program on a screen of so many
  tmux new-session -d -s main -x 100 -y "$1" -c "$dir" "'$retort' tickets.retort" || fail "tmux cannot start"
  await '3 Curate'
}
leave() { keys q; while tmux has-session -t main 2>/dev/null; do sleep 0.1; done; }
# The screen as it stands now, as pictures/NAME.svg and .txt.
picture() {
  sleep 0.5   # what is still looked up comes
  for ending in svg txt; do
    keys : "screenshot $1.$ending" Enter
    await "the screen is in $1.$ending"
  done
}

start 22
keys F3
await 'all samples'
keys s suspect Enter
await 'by suspect'
picture curate
leave

run accept tickets.retort --filter 'status:new'
run signals tickets.retort
for student in linear cnn; do
  run train tickets.retort --student $student
  run evaluate tickets.retort
done
run experiment tickets.retort --student linear --student fasttext --curve --worth attribute

start 30
keys F1
await 'support-tickets'
keys j
await '1 440 samples made'
picture templates
keys F2
await 'kept'
picture generate
keys F4
await 'linear#1'
picture train
keys F5
await 'test texts can show'
picture compare
keys j j v x z
picture compare-curve
keys z r
picture compare-sources
keys d
picture compare-texts
keys o
picture compare-cost
leave

# ---- what comes of it

mkdir -p "$srcdir/pictures" && cp ./*.svg ./*.txt "$srcdir/pictures/" || exit 1
awk -v screen=curate.txt '
  skip && /^Five minutes/ { skip = 0 }
  !skip { print }
  /make pictures/ && /Curate:$/ {
    print ""
    while ((getline line < screen) > 0) print (line == "" ? "" : " ") line
    print ""
    skip = done = 1
  }
  END { exit !done || skip }' "$srcdir/README" >README || fail "README has no place for the screen"
cmp -s README "$srcdir/README" || cp README "$srcdir/README"
