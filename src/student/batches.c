#include "student/batches.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

#define BUCKET 40   /* batches that are sorted together */

struct item {
  uint32_t length, row;
};

static int
longer_first(const void *a, const void *b)
{
  const struct item *x = a, *y = b;

  if (x->length != y->length)
    return x->length < y->length ? 1 : -1;
  return x->row < y->row ? -1 : x->row > y->row;
}

static void
sort_bucket(uint32_t *rows, size_t n, const struct encoded *texts, struct item *items)
{
  for (size_t i = 0; i < n; i++)
    items[i] = (struct item){(uint32_t)encoded_length(texts, rows[i]), rows[i]};
  qsort(items, n, sizeof *items, longer_first);
  for (size_t i = 0; i < n; i++)
    rows[i] = items[i].row;
}

/* Whole batches in random order; a smaller one stays the last. */
static void
shuffle_batches(uint32_t *rows, size_t n, size_t size, struct rng *r, uint32_t *spare)
{
  for (size_t k = n / size; k > 1; k--) {
    uint32_t *a = rows + rng_below(r, k) * size, *b = rows + (k - 1) * size;

    if (a == b)
      continue;
    memcpy(spare, a, size * sizeof *rows);
    memcpy(a, b, size * sizeof *rows);
    memcpy(b, spare, size * sizeof *rows);
  }
}

void
batches_order(uint32_t *rows, size_t n, size_t size, const struct encoded *texts, uint64_t seed)
{
  size_t bucket = size * BUCKET;
  struct item *items = xmalloc((bucket + 1) * sizeof *items);
  uint32_t *spare = xmalloc(size * sizeof *spare);
  struct rng r;

  rng_seed(&r, seed);
  rng_shuffle(&r, rows, n);
  for (size_t from = 0; from < n; from += bucket)
    sort_bucket(rows + from, n - from < bucket ? n - from : bucket, texts, items);
  shuffle_batches(rows, n, size, &r, spare);
  free(items);
  free(spare);
}

/* ---- limits ------------------------------------------------------------------------------------------------------ */

static int
larger_first(const void *a, const void *b)
{
  size_t x = *(const size_t *)a, y = *(const size_t *)b;

  return x < y ? 1 : x > y ? -1 : 0;
}

static size_t
sum_of_largest(size_t *v, size_t n, size_t most)
{
  size_t sum = 0;

  qsort(v, n, sizeof *v, larger_first);
  for (size_t i = 0; i < n && i < most; i++)
    sum += v[i];
  return sum;
}

struct batch_limits
batches_limits(const struct encoded *texts, size_t size)
{
  size_t *v = xcalloc(texts->n + 1, sizeof *v);
  struct batch_limits l;

  for (size_t i = 0; i < texts->n; i++)
    v[i] = encoded_length(texts, i);
  l.rows = sum_of_largest(v, texts->n, size);
  for (size_t i = 0; i < texts->n; i++) {
    v[i] = 0;
    for (size_t k = texts->start[i * texts->parts]; k < texts->start[(i + 1) * texts->parts]; k++)
      v[i] += texts->row_start[texts->token[k] + 1] - texts->row_start[texts->token[k]];
  }
  l.token_rows = sum_of_largest(v, texts->n, size) + 1;  /* the unknown token may come for one that is left out */
  free(v);
  return l;
}
