/* A stable merge sort that can fail: not everything can be compared. */
#include <string.h>

#include "prompt/run.h"

static int
merge(struct run *r, const struct value *keys, const uint32_t *from, uint32_t *to, size_t low, size_t middle,
      size_t high,
      bool reverse)
{
  size_t i = low, j = middle;
  int order;

  for (size_t k = low; k < high; k++) {
    if (i < middle && j < high) {
      if (operate_order(r, keys[from[j]], keys[from[i]], &order) < 0)
        return -1;
      to[k] = (reverse ? order == 1 : order == -1) ? from[j++] : from[i++];
    } else {
      to[k] = i < middle ? from[i++] : from[j++];
    }
  }
  return 0;
}

int
sort_by(struct run *r, const struct value *items, const struct value *keys, size_t n, bool reverse, struct value out)
{
  uint32_t *a = arena_alloc(&r->arena, (n + 1) * sizeof *a), *b = arena_alloc(&r->arena, (n + 1) * sizeof *b), *swap;

  for (size_t i = 0; i < n; i++)
    a[i] = (uint32_t)i;
  for (size_t width = 1; width < n; width *= 2) {
    for (size_t low = 0; low < n; low += 2 * width) {
      size_t middle = low + width < n ? low + width : n, high = low + 2 * width < n ? low + 2 * width : n;

      if (merge(r, keys, a, b, low, middle, high, reverse) < 0)
        return -1;
    }
    swap = a;
    a = b;
    b = swap;
  }
  for (size_t i = 0; i < n; i++)
    value_push(&r->arena, out, items[a[i]]);
  return run_charge(r, n);
}
