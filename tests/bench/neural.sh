# Networks beside libtorch's (torch-peer.cpp), in one run, in turns: samples a second in medians, and their ratios beside
# what was aimed at. Run by `make bench`. ROUNDS and SECONDS_EACH may be given in the environment.
#
# The peer is compiled here, where libtorch and a C++ compiler are installed (apt-get install libtorch-dev g++); else ours
# is shown alone. It is given the OpenBLAS that uses OpenMP (libopenblas0-openmp), as libtorch does itself: with the other
# one two pools of threads fight for the processors, and it is many times slower. +bf16: ours with products in bfloat16,
# beside the same fp32 peer.
rounds=${ROUNDS:-5}
seconds=${SECONDS_EACH:-1.5}
ours=$builddir/tests/bench/neural-bench
peer=$builddir/tests/bench/torch-peer

for d in /usr/include/torch/csrc/api/include; do
  [ -d "$d" ] && command -v c++ >/dev/null || continue
  [ "$peer" -nt "$srcdir/tests/bench/torch-peer.cpp" ] ||
    c++ -O2 -std=c++17 -I"$d" "$srcdir/tests/bench/torch-peer.cpp" -o "$peer" -ltorch -ltorch_cpu -lc10 || rm -f "$peer"
done
blas=
for d in /usr/lib/*/openblas-openmp; do
  [ ! -d "$d" ] || blas=$d
done
[ -n "$blas" ] || echo "no OpenBLAS with OpenMP: the peer is slower than it could be (apt-get install libopenblas0-openmp)"
[ -x "$peer" ] || echo "no libtorch: retort alone"

read -r load rest </proc/loadavg
echo "$load" | awk '$1 > 0.7 {print "the machine is busy (load " $1 "): OpenMP, which waits without sleeping, suffers more than we do"}'

median() { tr ' ' '\n' | grep . | sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

printf '%-18s%-9s%6s%8s%12s%12s%8s%6s\n' model what batch threads retort libtorch ratio aim
# NAME WHAT BATCH THREADS AIM
while read -r name what batch threads aim; do
  a= b=
  for round in $(seq "$rounds"); do
    a="$a $("$ours" "$name" "$what" "$batch" "$threads" "$seconds" | cut -d ' ' -f 1)"
    [ ! -x "$peer" ] || b="$b $(OMP_NUM_THREADS=$threads LD_LIBRARY_PATH=$blas${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} \
      "$peer" "${name%+bf16}" "$what" "$batch" "$threads" "$seconds")"
  done
  printf '%s %s %s %s %s %s %s\n' "$name" "$what" "$batch" "$threads" "$aim" "$(echo "$a" | median)" \
    "$(echo "${b:-0}" | median)" | awk '{
      peer = "-"
      ratio = "-"
      if ($7 > 0) {
        peer = sprintf("%.0f", $7)
        ratio = sprintf("%.2f", $6 / $7)
      }
      printf "%-18s%-9s%6d%8d%12.0f%12s%8s%6s\n", $1, $2, $3, $4, $6, peer, ratio, $5
    }'
done <<END
cnn train 32 2 4.5
bilstm train 32 2 3
transformer train 32 2 2.7
transformer-mean train 32 2 -
cnn+bf16 train 32 2 -
bilstm+bf16 train 32 2 -
transformer+bf16 train 32 2 -
cnn predict 32 2 1.5
bilstm predict 32 2 2
transformer predict 32 2 1.9
transformer-mean predict 32 2 -
cnn+bf16 predict 32 2 -
bilstm+bf16 predict 32 2 -
transformer+bf16 predict 32 2 -
cnn predict 1 1 2
bilstm predict 1 1 3
transformer predict 1 1 1.7
transformer-mean predict 1 1 -
END
