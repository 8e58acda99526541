#!/bin/sh
# The report of the example in a real browser: no word on its console, and no wider than a telephone's or a desk's
# window.
. "${srcdir:-..}/tests/cli.sh"

chromium=$(command -v chromium || command -v chromium-browser) || exit 77

# browse WIDTH FILE ARGUMENT...: headless, without a network; what it says on its console comes to the file console.
browse() {
  window=$1 file=$2
  shift 2
  rm -rf "$D/profile"
  timeout 120 "$chromium" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync --disable-extensions \
    --allow-file-access-from-files --user-data-dir="$D/profile" --window-size="$window",900 --enable-logging=stderr \
    "$@" "file://$D/$file" 2>log
  grep -i 'CONSOLE' log >console
}

printf '<!DOCTYPE html><p>here</p>' >probe.html
browse 400 probe.html --dump-dom >dom
grep -q here dom || exit 77   # it does not start here

expect 0 "$R" new t.retort --from "$example"
expect 0 "$R" generate t.retort --per-label 40 --quiet
expect 0 "$R" annotate t.retort --filter split:test --quiet
expect 0 "$R" train t.retort --name seeds --quiet
expect 0 "$R" evaluate t.retort --run seeds --quiet
expect 0 "$R" experiment t.retort --seeds 2 --quiet --curve --arm seed --arm both \
  --arm 'a_name_without_any_space_in_it_that_goes_on_and_on_and_on_on=origin:generated'
expect 0 "$R" report t.retort -o report.html
[ -s report.html ] || bad "no report"

# The page lies in a frame of the window's width; the page around it, not the report, has a script, and says how much
# wider than the frame that is.
for width in 400 1400; do
  cat >around.html <<HTML
<!DOCTYPE html><meta charset="utf-8"><body style="margin:0">
<iframe id="f" src="report.html" style="border:0;width:${width}px;height:900px"></iframe>
<p id="said">nothing</p>
<script>addEventListener("load", () => {
  const d = document.getElementById("f").contentDocument, e = d.documentElement;
  said.textContent = "too wide by " + (e.scrollWidth - e.clientWidth)
    + " sections " + d.querySelectorAll("section").length
    + " charts " + d.querySelectorAll("svg.chart").length + " scripts " + d.scripts.length;
})</script>
HTML
  browse "$width" around.html --dump-dom >dom
  said=$(sed -n 's/.*id="said">\([^<]*\)<.*/\1/p' dom)
  case $said in
    "too wide by 0 sections 10 charts "[1-9]*" scripts 0") ;;
    *) bad "at $width: $said" ;;
  esac
  [ -s console ] && bad "the console at $width: $(head -3 console)"
  browse "$width" report.html --screenshot="$D/shot-$width.png"
  [ -s console ] && bad "the console at $width, alone: $(head -3 console)"
  [ -s "shot-$width.png" ] || bad "no picture at $width"
done
exit $failed
