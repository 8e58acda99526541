#!/bin/sh
# A job's whole way (planned on disk, sent, raw reply on disk, read, filtered, in the corpus and on disk; every
# transaction synchronous) against the tests' server on this machine: 64 and 1 024 requests in flight where a reply takes
# 200 ms, as a share of the ideal; and replies of 2 KB that come at once, with one long text and with ten short ones,
# beside wrk (apt-get install wrk) on the same server. BENCH_REQUESTS (40000) is how many are answered at once,
# BENCH_SECONDS (6) how long the others run. "whole" is counted from the first request that is sent (connecting is in it)
# to the end of the job (the last replies, when fewer and fewer are in flight, are in it); "steady" from when a tenth of
# the texts is in the corpus until nine tenths are.
dir=${builddir:-.}/tests/bench
n=${BENCH_REQUESTS:-40000}
seconds=${BENCH_SECONDS:-6}
out=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/retort-bench.XXXXXX") || exit 1
server=
trap 'kill $server 2>/dev/null; rm -rf "$out"' EXIT INT TERM
cat >"$out/post.lua" <<'END'
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"model":"m","messages":[{"role":"user","content":"' .. string.rep("Write different messages that customers of a shop send. ", 10) .. '"}]}'
END

serve() {  # DELAY_MS TEXTS: sets url
  [ -z "$server" ] || { kill "$server"; wait "$server"; }
  rm -f "$out/url"
  "$dir/serve" "$1" 2048 "$2" >"$out/url" &
  server=$!
  while [ ! -s "$out/url" ]; do sleep 0.05; done
  url=$(cat "$out/url")
}
share() {  # IN_FLIGHT IDEAL
  ours=$("$dir/generate-bench" "$out" "$url" $(($2 * seconds)) "$1" 1) || exit 1
  echo "$ours $1 $2" | awk '{printf "whole way, %4d in flight, replies after 200 ms: steady %4.0f requests/s, %5.1f %% of %d (whole %4.0f, %5.1f %%); %.1f us of CPU a request\n",
                             $6, $5, 100 * $5 / $7, $7, $1, 100 * $1 / $7, $2}'
}
serve 200 1
share 64 320
share 1024 5120
for texts in 1 10; do
  serve 0 $texts
  ours=$("$dir/generate-bench" "$out" "$url" "$n" 64 $texts) || exit 1
  echo "$ours $texts" | awk '{printf "whole way, 64 in flight, %2d texts a reply: %7.0f requests/s; %.1f us of CPU a request; planned in %.1f s; %d texts kept\n",
                              $6, $1, $2, $3, $4}'
  command -v wrk >/dev/null || continue
  wrk -t1 -c64 -d3s -s "$out/post.lua" "$url/chat/completions" >"$out/wrk" || exit 1
  awk -v ours="${ours%% *}" '/Requests\/sec/ {printf "  wrk -t1 -c64:                            %7.0f requests/s; ours are %.2f of it\n", $2, ours / $2}' \
    "$out/wrk"
done
