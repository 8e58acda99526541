#include "corpus/casing.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"

#define LAST_CASED 0x1ffffu       /* the planes beyond hold ideographs, tags and private use, which have no case */

/* small << 32 | capital: all code points that have another small letter, in order. */
static uint64_t *pairs;
static size_t n_pairs;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int
compare(const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

  return x < y ? -1 : x > y;
}

static void
drop(void)
{
  free(pairs);
}

static void
collect(void)
{
  size_t cap = 0;

  for (uint32_t c = 0; c <= LAST_CASED; c++) {
    uint32_t small = utf8_tolower(c);

    if (small == c)
      continue;
    GROW(pairs, cap, n_pairs + 1);
    pairs[n_pairs++] = (uint64_t)small << 32 | c;
  }
  qsort(pairs, n_pairs, sizeof *pairs, compare);
  atexit(drop);
}

size_t
casing_variants(uint32_t c, uint32_t out[CASING_MAX])
{
  size_t low = 0, high, n = 0;

  pthread_once(&once, collect);
  if (utf8_tolower(c) == c)
    out[n++] = c;
  for (high = n_pairs; low < high;) {
    size_t mid = (low + high) / 2;

    if (pairs[mid] >> 32 < c)
      low = mid + 1;
    else
      high = mid;
  }
  for (; low < n_pairs && pairs[low] >> 32 == c; low++) {
    if (n == CASING_MAX)
      return 0;
    out[n++] = (uint32_t)pairs[low];
  }
  return n;
}
