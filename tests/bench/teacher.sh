#!/bin/sh
# The HTTP engine alone, without disk, against the tests' server on this machine: 64 and 1 024 requests in flight where
# a reply takes 200 ms, as a share of the ideal; and replies of 2 KB that come at once, beside wrk (apt-get install wrk)
# on the same server. BENCH_SECONDS (4) is how long each runs.
dir=${builddir:-.}/tests/bench
seconds=${BENCH_SECONDS:-4}
out=$(mktemp -d) || exit 1
server=
trap 'kill $server 2>/dev/null; rm -rf "$out"' EXIT INT TERM

serve() {  # DELAY_MS BYTES: sets url
  [ -z "$server" ] || { kill "$server"; wait "$server"; }
  rm -f "$out/url"
  "$dir/serve" "$@" >"$out/url" &
  server=$!
  while [ ! -s "$out/url" ]; do sleep 0.05; done
  url=$(cat "$out/url")
}
share() {  # IN_FLIGHT IDEAL
  # shellcheck disable=SC2046
  set -- "$1" "$2" $("$dir/teacher-bench" "$url" "$1" "$seconds")
  echo "$*" | awk '{printf "%5d in flight, replies after 200 ms: %7.0f requests/s, %5.1f %% of %d; %.1f us of CPU a request\n",
                    $1, $3, 100 * $3 / $2, $2, $4}'
}
serve 200 2048
share 64 320
share 1024 5120
serve 0 2048
ours=$("$dir/teacher-bench" "$url" 64 "$seconds") || exit 1
echo "$ours" | awk '{printf "   64 in flight, replies at once:     %7.0f requests/s; %.1f us of CPU a request (%.1f on the network'\''s thread)\n",
                     $1, $2, $3}'
command -v wrk >/dev/null || { echo "   beside wrk: skipped, there is no wrk (apt-get install wrk)"; exit 0; }
cat >"$out/post.lua" <<'END'
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"model":"m","messages":[{"role":"user","content":"' .. string.rep("Write different messages that customers of a shop send. ", 11) .. '"}]}'
END
sh -c 'wrk -t1 -c64 -d"$1"s -s "$2" "$3/chat/completions" && times' sh "$seconds" "$out/post.lua" "$url" >"$out/wrk" || exit 1
echo "$ours" | cat - "$out/wrk" | awk '
function minutes(s) { split(s, x, /[ms]/); return 60 * x[1] + x[2] }
NR == 1 { speed = $1; cpu = $2 }
/requests in/ { n = $1 }
/Requests\/sec/ { theirs = $2 }
/^[0-9]+m[0-9.]+s / { s = minutes($1) + minutes($2) }  # of the children, in the second line
END { printf "   wrk -t1 -c64:                      %7.0f requests/s; %.1f us of CPU a request\n", theirs, s / n * 1e6
      printf "   ours are %.2f of its requests at %.1f times its CPU\n", speed / theirs, cpu / (s / n * 1e6) }'
