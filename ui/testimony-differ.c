/* On which texts two testimonies differ. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/testimony.h"

static bool
says_the_same(const struct testimony *a, const struct statement *x, const struct testimony *b,
              const struct statement *y)
{
  return x->n_labels == y->n_labels
         && memcmp(a->labels + x->from, b->labels + y->from, x->n_labels * sizeof *a->labels) == 0;
}

static double
share_right(const struct testimony *a, const struct statement *x)
{
  return a->n_seeds ? (double)x->n_right / (double)a->n_seeds : 0;
}

static void
add_text(struct difference *d, size_t *cap, const struct testimony *a, size_t i, const struct testimony *b, size_t k)
{
  double before = share_right(a, &a->rows[i]), after = share_right(b, &b->rows[k]);
  enum changed_kind kind = changed_kind_of(a->rows[i].n_right, a->n_seeds, b->rows[k].n_right, b->n_seeds);

  if (before == after && says_the_same(a, &a->rows[i], b, &b->rows[k]))
    return;
  d->count[kind]++;
  GROW(d->texts, *cap, d->n + 1);
  d->texts[d->n++] = (struct difference_text){a->rows[i].id, kind, (uint32_t)i, (uint32_t)k,
                                                (float)fabs(after - before)};
}

static int
by_kind(const void *x, const void *y)
{
  const struct difference_text *a = x, *b = y;

  return a->kind != b->kind ? (int)a->kind - (int)b->kind : a->moved != b->moved ? (a->moved > b->moved ? -1 : 1)
         : a->id < b->id ? -1 : a->id > b->id;
}

/* Pairs of the same text, for the statistics: n_seeds x n_common each. */
static void
estimate(const struct testimony *before, const struct testimony *after, const uint32_t *pairs, struct difference *out)
{
  size_t n_seeds = before->n_seeds < after->n_seeds ? before->n_seeds : after->n_seeds, n = out->n_common;
  uint8_t *a = xcalloc(n * n_seeds + 1, 1), *b = xcalloc(n * n_seeds + 1, 1);

  for (size_t s = 0; s < n_seeds; s++)
    for (size_t i = 0; i < n; i++) {
      a[s * n + i] = before->right[s * before->n + pairs[2 * i]];
      b[s * n + i] = after->right[s * after->n + pairs[2 * i + 1]];
    }
  out->accuracy = (struct estimate){.mean = NAN, .lo = NAN, .hi = NAN, .p = NAN};
  out->p_mcnemar = NAN;
  if (n && n_seeds) {
    out->accuracy = bootstrap_difference(a, b, n_seeds, n, BOOTSTRAP_RESAMPLES, 1);
    out->p_mcnemar = mcnemar_pooled(a, b, n_seeds, n).p_exact;
  }
  free(a);
  free(b);
}

void
difference_find(const struct testimony *before, const struct testimony *after, struct difference *out)
{
  uint32_t *pairs = xcalloc(2 * (before->n < after->n ? before->n : after->n) + 1, sizeof *pairs);
  size_t cap = 0;

  *out = (struct difference){0};
  for (size_t i = 0, k = 0; i < before->n && k < after->n;) {
    uint32_t a = before->rows[i].id, b = after->rows[k].id;

    if (a == b) {
      pairs[2 * out->n_common] = (uint32_t)i;
      pairs[2 * out->n_common++ + 1] = (uint32_t)k;
      add_text(out, &cap, before, i, after, k);
    }
    i += a <= b;
    k += b <= a;
  }
  if (out->n)
    qsort(out->texts, out->n, sizeof *out->texts, by_kind);
  estimate(before, after, pairs, out);
  free(pairs);
}

void
difference_release(struct difference *d)
{
  free(d->texts);
  *d = (struct difference){0};
}
