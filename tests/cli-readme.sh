#!/bin/sh
# The five minutes of README, each command as it stands there, but for the last, which opens the workbench; then those
# of curating, of training those that need no crash, no pool and no validation texts, and of the answer with one seed.
. "${srcdir:-..}/tests/cli.sh"

cp -r "$example" support-tickets
chmod -R u+w support-tickets
mkdir bin
ln -s "$R" bin/retort
PATH=$D/bin:$PATH
awk '/^Five minutes/ { on = 1 } /^$/ { if (seen) exit } on && /^  (retort|echo) / { seen = 1; sub(/^  /, ""); sub(/   .*/, ""); print }' \
  "$srcdir/README" >lines
[ "$(wc -l <lines)" -ge 7 ] || bad "too few lines in README: $(cat lines)"
[ "$(tail -n 1 lines)" = "retort tickets.retort" ] || bad "the last line does not open the workbench: $(tail -n 1 lines)"
sed -i '$d' lines
while IFS= read -r line; do
  sh -c "$line" >out 2>err </dev/null || { bad "$line"; sed 's/^/    /' err; }
  case $line in
    *experiment*) prints "raised test accuracy by" ;;
    *predict*) prints "shipping" ;;
  esac
done <lines

# The commands of "Curating", on the project that came of it.
awk '/^Curating/ { on = 1 } /^Training/ { exit } on && /^  retort / { sub(/^  /, ""); sub(/   .*/, ""); print }' \
  "$srcdir/README" >lines
[ "$(wc -l <lines)" -ge 7 ] || bad "too few lines under Curating: $(cat lines)"
P=tickets.retort
while IFS= read -r line; do
  sh -c "$(printf '%s\n' "$line" | sed "s/ P\( \|;\|$\)/ $P\1/g")" >out 2>err </dev/null || { bad "$line"; sed 's/^/    /' err; }
  case $line in
    *suspect\ --limit*) prints "suggested" ;;
    *"edit P"*) prints "changed" ;;
  esac
done <lines

awk '/^Training/ { on = 1 } /^The answer/ { exit } /--resume|sweep|--pool/ { next }
  on && /^  (retort|echo) / { sub(/^  /, ""); sub(/   .*/, ""); print }' "$srcdir/README" >lines
[ "$(wc -l <lines)" -ge 4 ] || bad "too few lines under Training: $(cat lines)"
while IFS= read -r line; do
  sh -c "$(printf '%s\n' "$line" | sed "s/ P\( \|;\|$\)/ $P\1/g")" >out 2>err </dev/null || { bad "$line"; sed 's/^/    /' err; }
  case $line in
    *predict*) prints "parcel" ;;
  esac
done <lines

awk '/^The answer/ { on = 1 } /^What to know/ { exit } /linear,cnn/ { next }
  on && /^  retort / { sub(/^  /, ""); sub(/   .*/, ""); print }' "$srcdir/README" >lines
[ "$(wc -l <lines)" -ge 6 ] || bad "too few lines under The answer: $(cat lines)"
while IFS= read -r line; do
  case $line in
    *experiment*) line="$line --seeds 1" ;;
  esac
  sh -c "$(printf '%s\n' "$line" | sed "s/ P\( \|;\|$\)/ $P\1/g")" >out 2>err </dev/null || { bad "$line"; sed 's/^/    /' err; }
  case $line in
    *dry-run*) prints "can show differences above" ;;
    *worth*) prints "would lose without it" ;;
    *report*) grep -q "^## Arms and students" answer.md || bad "no report: $line" ;;
  esac
done <lines
exit $failed
