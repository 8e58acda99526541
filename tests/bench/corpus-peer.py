"""The peer of import: pandas merely reads the file. Prints the seconds that read_json took."""
import sys
import time

import pandas

start = time.time()
n = len(pandas.read_json(sys.argv[1], lines=True))
print(f"{time.time() - start:.3f} {n}")
