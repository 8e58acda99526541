#!/bin/sh
# A job's whole way (planned on disk, sent, raw reply on disk, read, filtered, in the corpus and on disk; every
# transaction synchronous) against the tests' server on this machine, which answers at once with 2 KB: one long text a
# reply, and ten short ones; beside wrk (apt-get install wrk) on the same server. BENCH_REQUESTS (40000) is how many.
dir=${builddir:-.}/tests/bench
n=${BENCH_REQUESTS:-40000}
out=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/retort-bench.XXXXXX") || exit 1
server=
trap 'kill $server 2>/dev/null; rm -rf "$out"' EXIT INT TERM
cat >"$out/post.lua" <<'END'
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"model":"m","messages":[{"role":"user","content":"' .. string.rep("Write different messages that customers of a shop send. ", 10) .. '"}]}'
END

serve() {  # TEXTS: sets url
  [ -z "$server" ] || { kill "$server"; wait "$server"; }
  rm -f "$out/url"
  "$dir/serve" 0 2048 "$1" >"$out/url" &
  server=$!
  while [ ! -s "$out/url" ]; do sleep 0.05; done
  url=$(cat "$out/url")
}
for texts in 1 10; do
  serve $texts
  ours=$("$dir/generate-bench" "$out" "$url" "$n" 64 $texts) || exit 1
  echo "$ours $texts" | awk '{printf "whole way, 64 in flight, %2d texts a reply: %7.0f requests/s; %.1f us of CPU a request; planned in %.1f s; %d texts kept\n",
                              $5, $1, $2, $3, $4}'
  command -v wrk >/dev/null || continue
  wrk -t1 -c64 -d3s -s "$out/post.lua" "$url/chat/completions" >"$out/wrk" || exit 1
  awk -v ours="${ours%% *}" '/Requests\/sec/ {printf "  wrk -t1 -c64:                            %7.0f requests/s; ours are %.2f of it\n", $2, ours / $2}' \
    "$out/wrk"
done
