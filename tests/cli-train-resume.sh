#!/bin/sh
# train: a run that is killed (kill -9), anywhere and more than once, and gone on with ends in the same model, byte for
# byte, as one that nobody disturbed, with the changes that were made on the way.
. "${srcdir:-..}/tests/cli.sh"

"$R" new fresh.retort --from "$example" >/dev/null || exit 1
printf 'my parcel is late\nI want my money back\nthe size is wrong, can I change it?\n' >texts

# Everything that a run came to: its model, its changes, its curve but for times.
dump() {
  command -v python3 >/dev/null && python3 - "$1" "$2" <<'PY'
import hashlib, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
run, state, best = db.execute("SELECT id, state, best_epoch FROM run WHERE name=?", (sys.argv[2],)).fetchone()
print(state, best, hashlib.sha256(db.execute("SELECT data FROM model WHERE run=?", (run,)).fetchone()[0]).hexdigest())
print(db.execute("SELECT step, epoch, param, old, new, planned FROM run_change WHERE run=? ORDER BY seq", (run,)).fetchall())
print(db.execute("SELECT epoch, step, n_steps, epoch_end, train_loss, train_accuracy, valid_loss FROM run_point WHERE run=? ORDER BY seq", (run,)).fetchall())
print([hashlib.sha256(x[0]).hexdigest() for x in db.execute("SELECT data FROM signal WHERE run=? ORDER BY name", (run,))])
print(db.execute("SELECT count(*) FROM run_state").fetchone())
PY
  "$R" predict "$1" --run "$2" --json texts
}

# killed PROJECT DELAY COMMAND...: false if it came to its end before that.
killed() {
  delay=$1
  shift
  "$@" --quiet >/dev/null 2>err.killed &
  pid=$!
  sleep "$delay"
  kill -9 $pid 2>/dev/null
  ! wait $pid 2>/dev/null
}

# tries N OPTIONS...: undisturbed, then killed at other moments until that was N times in the middle, and each time once
# more before it comes to its end.
tries() {
  wanted=$1
  shift
  cp fresh.retort whole.retort
  expect 0 "$R" train whole.retort --name run "$@" || return
  dump whole.retort run >expected
  n=0
  for delay in 0.5 0.9 0.3 1.4 0.15 2.2; do
    [ $n -ge $wanted ] && break
    rm -f k.retort*
    cp fresh.retort k.retort
    killed $delay "$R" train k.retort --name run --checkpoint 0 "$@" || continue
    "$R" runs k.retort --json >out
    grep -q '"state":"interrupted"' out || continue
    n=$((n + 1))
    killed 0.4 "$R" train k.retort --resume --checkpoint 0 || continue
    "$R" runs k.retort --json >out
    if grep -q '"state":"interrupted"' out; then
      expect 0 "$R" train k.retort --resume run --threads $((n % 3)) --json
      json 'l[-1]["run"] == "run" and l[-1]["seconds"] > 0'
    fi
    dump k.retort run >got
    same expected got
  done
  [ $n -ge 1 ] || [ $wanted -eq 1 ] || bad "it was never killed in the middle: $*"
}

tries 3 --student cnn --epochs 200 --set-at 12:lr=0.002 --set-at e4:dropout=0.3 --set-at e9:decay=0.1
tries 2 --student bilstm --epochs 200 --set-at e2:lr=0.002 --hidden 32
# Learned again from its start; it may well be over before it is killed.
tries 1 --student linear --epochs 400 --cost 50

# Other texts, a run that has ended, options that would make it another run.
rm -f k.retort*
cp fresh.retort k.retort
for delay in 0.5 1 2; do
  killed $delay "$R" train k.retort --student cnn --epochs 500 --name long --checkpoint 0 && break
done
expect 2 "$R" train k.retort --resume --epochs 3
says "option '--epochs' cannot change with --resume"
expect 0 "$R" edit k.retort --id 3 --text 'something else' --quiet
expect 2 "$R" train k.retort --resume
says "its texts, labels or weights are others than when it began"
expect 0 "$R" undo k.retort
expect 2 "$R" train k.retort long
says "goes on with a run by --resume"
expect 2 "$R" train whole.retort --resume
says "no run was interrupted"
expect 2 "$R" train whole.retort --resume run
says "run 'run' was not interrupted: it is done"
expect 2 "$R" train whole.retort --student cnn --set-at e2:dim=3 --epochs 3
says "dim"
expect 2 "$R" train whole.retort --set-at e2:epochs=3
says "can change while it learns"

# Soft labels and weights.
expect 2 "$R" train whole.retort --student linear --distill run
says "cannot learn from soft labels"
expect 0 "$R" train whole.retort --student cnn --epochs 1 --distill run --name student
expect 0 "$R" train whole.retort --from student --epochs 1 --name on
expect 0 "$R" runs whole.retort --json
json '[(r["student"], r["options"]) for r in d["runs"] if r["run"] == "on"] == [("cnn", {"from": "student"})]'
expect 2 "$R" train whole.retort --from student --student linear
says "run 'student' is of the student 'cnn', not 'linear'"
expect 2 "$R" train whole.retort --student cnn --epochs 1 --teacher nobody
says "no teacher 'nobody'"
expect 2 "$R" train whole.retort --student cnn --epochs 1 --weigh nothing
says "there is no signal 'nothing'"
expect 0 "$R" train whole.retort --student cnn --epochs 1 --weigh run.mean_confidence --name weighed
expect 0 "$R" runs whole.retort --json
json '[r["options"] for r in d["runs"] if r["run"] == "weighed"] == [{"weigh": "run.mean_confidence"}]'
expect 2 "$R" train whole.retort --pool 'label:nothing'
expect 2 "$R" train whole.retort --pool 'split:pool'
says "no text for --pool"
expect 0 "$R" check k.retort
exit $failed
