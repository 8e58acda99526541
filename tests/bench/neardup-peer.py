"""The peer of near-duplicates: datasketch over 3-word shingles of the lines on stdin, 128 permutations, threshold 0.8."""
import re
import sys
import time

from datasketch import MinHash, MinHashLSH

lines = [line.rstrip("\n") for line in sys.stdin]
start = time.time()
sets = []
for line in lines:
    w = re.findall(r"\w+", line.lower())
    sets.append([" ".join(w[i:i + 3]).encode() for i in range(max(1, len(w) - 2))])
index = MinHashLSH(threshold=0.8, num_perm=128)
found = 0
for i, m in enumerate(MinHash.bulk(sets, num_perm=128)):
    if index.query(m):
        found += 1
    else:
        index.insert(i, m)
seconds = time.time() - start
print(f"datasketch: {len(lines)} texts in {seconds:.1f} s, {len(lines) / seconds:.0f} texts/s, {found} candidates")
