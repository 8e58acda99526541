#!/bin/sh
# The examples of all man pages, run in the order of the commands, each as it stands there.
. "${srcdir:-..}/tests/cli.sh"

cp -r "$example" support-tickets
chmod -R u+w support-tickets
printf 'text\nmy parcel is late\n"wrong size, can I change it?"\n' >more.csv
printf 'where is my parcel\nI want my money back\n' >texts.txt
mkdir bin
ln -s "$R" bin/retort
PATH=$D/bin:$PATH
"$R" help --examples >examples || bad "no examples"
[ "$(wc -l <examples)" -gt 40 ] || bad "too few examples"
while IFS= read -r line; do
  case $line in :*) continue ;; esac  # typed in the workbench: tests/ui-tmux.sh
  sh -c "$line" >out 2>err </dev/null || { bad "$line"; sed 's/^/    /' err; }
done <examples

# Each command has an example and a page, and each page is one of a command.
for command in $("$R" help --names); do
  grep -q "retort $command \|^:$command " examples || bad "no example of $command"
  [ -f "$builddir/man/retort-$command.1" ] || bad "no man page of $command"
done
for page in "$builddir"/man/retort-*.1; do
  name=${page##*/retort-}
  "$R" help --names | grep -qx "${name%.1}" || bad "a page of no command: $page"
done

# The pages are clean roff.
if command -v groff >/dev/null && echo .TH x 1 | groff -man -Tutf8 >/dev/null 2>&1; then
  for page in "$builddir"/man/*.1; do
    groff -man -Tutf8 -ww -z "$page" >out 2>err || bad "groff: $page"
    [ -s err ] && bad "groff: $page: $(cat err)"
  done
fi
if command -v mandoc >/dev/null; then
  mandoc -T lint -W warning "$builddir"/man/*.1 >out 2>&1 || bad "mandoc: $(cat out)"
fi
exit $failed
