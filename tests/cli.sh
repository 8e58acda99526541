# Sourced by the tests of the command line (cli-*.sh): a scratch folder that is the current one, and a few words to test with.
: "${builddir:=.}" "${srcdir:=..}"
R=$builddir/retort
example=$srcdir/examples/support-tickets
D=$(mktemp -d "${TMPDIR:-/tmp}/retort-test.XXXXXX") || exit 99
trap 'cd /; chmod -R u+w "$D" 2>/dev/null; rm -rf "$D"' EXIT
trap 'exit 1' HUP INT TERM
cd "$D" || exit 99
failed=0

bad() {
  echo "FAILED: $*"
  failed=1
}

# expect STATUS COMMAND...: runs it, out and err hold what it printed.
expect() {
  want=$1
  shift
  "$@" >out 2>err </dev/null
  got=$?
  [ "$got" -eq "$want" ] && return 0
  bad "exit status $got, not $want: $*"
  sed 's/^/    /' err
  return 1
}

# says TEXT: the one line on standard error holds this.
says() {
  [ "$(wc -l <err)" -eq 1 ] || { bad "standard error is not one line:"; sed 's/^/    /' err; }
  grep -qF -- "$1" err || { bad "standard error does not say: $1"; sed 's/^/    /' err; }
}

# prints TEXT: standard output holds this.
prints() {
  grep -qF -- "$1" out || { bad "standard output does not hold: $1"; sed 's/^/    /' out | head -20; }
}

same() {
  cmp -s "$1" "$2" || { bad "$1 and $2 differ:"; diff "$1" "$2" | head -10; }
}

# json EXPRESSION: true of the document in out (d), or of its lines (l). Passes where there is no python3.
json() {
  command -v python3 >/dev/null || return 0
  python3 - "$1" <<'PY' || bad "not so in the JSON: $1: $(head -c 600 out)"
import json, sys
l = [json.loads(x) for x in open("out", encoding="utf-8") if x.strip()]
d = l[0] if len(l) == 1 else None
sys.exit(0 if eval(sys.argv[1]) else 1)
PY
}

# kill_when CONDITION COMMAND...: kills the command (-9) as soon as the condition, a line of shell, holds, however fast the
# machine is; false if it came to its end before that. What it printed is in the file killed.
kill_when() {
  condition=$1
  shift
  "$@" >killed 2>&1 </dev/null &
  pid=$!
  while grep -q '^State:[[:space:]]*[^Z[:space:]]' /proc/$pid/status 2>/dev/null && ! eval "$condition"; do
    sleep 0.02
  done
  kill -9 $pid 2>/dev/null
  ! wait $pid 2>/dev/null
}

# A small project: two labels, eight texts, four test texts.
small() {
  "$R" new "$1" --label good=pleased --label 'bad=not pleased' >/dev/null || exit 1
  cat >rows.jsonl <<'ROWS'
{"text":"what a lovely warm day","label":"good"}
{"text":"this is the best of them all","label":"good"}
{"text":"I am so glad that it works","label":"good"}
{"text":"thank you, it is wonderful","label":"good"}
{"text":"it broke on the first evening","label":"bad"}
{"text":"never again, what a waste","label":"bad"}
{"text":"it is ugly and it smells","label":"bad"}
{"text":"I want my money back","label":"bad"}
{"text":"glad and thankful for this lovely thing","label":"good","split":"test"}
{"text":"best evening of them all","label":"good","split":"test"}
{"text":"a waste of money, it broke","label":"bad","split":"test"}
{"text":"ugly, and it smells again","label":"bad","split":"test"}
ROWS
  "$R" import "$1" rows.jsonl --origin seed --quiet >/dev/null || exit 1
}
