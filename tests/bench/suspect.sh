#!/bin/sh
# How many planted label errors stand at the top of each order. 8 % of the labels become another one, at random, with several
# seeds; an order is judged by the share of them among its first 8 %: chance is .08, all is 1. Default student, 5 folds.
# RETORT_DATA names the folder with the public sets; BENCH_SEEDS (5) says how many plantings.
bench=${builddir:-.}/tests/bench/suspect-bench
retort=${builddir:-.}/retort
seeds=${BENCH_SEEDS:-5}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT INT TERM
"$retort" new "$dir/t.retort" --from "${srcdir:-.}/examples/support-tickets" >/dev/null \
  && "$retort" generate "$dir/t.retort" --quiet >/dev/null \
  && "$retort" export "$dir/t.retort" --filter origin:generated --format jsonl -o "$dir/tickets.jsonl" >/dev/null || exit 1

echo "8 % of the labels wrong, $seeds seeds; found among the first 8 % of each order: mean, least"
printf '%-16s %7s %6s %7s  %-9s  %-9s  %-9s  %-9s  %-9s  %-9s %8s %7s\n' set texts labels planted "self conf" margin \
  "entropy" AUM "mean conf" SUSPECT "est.wrong" seconds
"$bench" support-tickets "$dir/tickets.jsonl" "$seeds" || exit 1
[ -d "${RETORT_DATA:-}" ] || { echo "the public sets are left out: RETORT_DATA names no folder"; exit 0; }
for set in trec sst2 snips7-llm banking77; do
  "$bench" $set "$RETORT_DATA/$set/train.jsonl" "$seeds" || exit 1
done
cat <<'END'
Published, for comparison; each on other data and models, so that only the tendency compares:
  self confidence, margin, entropy: cleanlab's documentation (rank.py) says that the margin is better for errors where another
    class fits clearly, self confidence for texts of no class or several. Here, with labels wrong at random, self confidence
    finds at least as many as the margin on every set (with two labels they are the same order).
  AUM (Pleiss et al. 2020) and mean confidence (Swayamdipta et al. 2020, "hard to learn" samples are often mislabelled) are for
    networks that learn over many epochs; the linear student is near its end after two, so both are below the out-of-fold
    scores here, but cost nothing.
  Confident learning (Northcutt et al. 2021) estimates how many are wrong: compare est.wrong with planted (real errors that the
    sets have anyway count, too).
END
