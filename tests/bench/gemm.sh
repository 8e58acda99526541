#!/bin/sh
# Our matrix products beside those of OpenBLAS and oneDNN, one thread each. BENCH_RUNS (21) says how often.
# The OpenBLAS that uses OpenMP, where it is installed: the other one keeps a pool of threads of its own.
for d in /usr/lib/*/openblas-openmp; do
  [ ! -d "$d" ] || LD_LIBRARY_PATH=$d${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
done
export LD_LIBRARY_PATH
OMP_NUM_THREADS=1 "${builddir:-.}/tests/bench/gemm-bench" "${BENCH_RUNS:-21}"
