#include "evaluate/draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

const struct draw_limits draw_all = {SIZE_MAX, SIZE_MAX, SIZE_MAX, INFINITY};

void
draw_release(struct draw *d)
{
  free(d->examples);
  free(d->ids);
  *d = (struct draw){0};
}

bool
draw_is_enough(const struct draw *d, const struct student_task *task)
{
  return d->n > 0 && (task->multilabel || task->n_classes - d->n_skipped > 1);
}

void
draw_balance(struct example *examples, size_t n, const struct student_task *task)
{
  size_t *count, n_seen = 0;

  for (size_t i = 0; i < n; i++)
    examples[i].weight = 1;
  if (task->multilabel)
    return;
  count = xcalloc(task->n_classes, sizeof *count);
  for (size_t i = 0; i < n; i++)
    n_seen += count[examples[i].labels[0]]++ == 0;
  for (size_t i = 0; i < n; i++)
    examples[i].weight = fminf((float)n / (float)(n_seen * count[examples[i].labels[0]]), DRAW_WEIGHT_MAX);
  free(count);
}

/* ---- the order in which texts are taken ---- */

struct turn {
  size_t turn;               /* how many of its label came before */
  uint32_t place, item;      /* in the shuffled order; in the arm */
};

static int
by_turn(const void *a, const void *b)
{
  const struct turn *x = a, *y = b;

  return x->turn != y->turn ? (x->turn > y->turn) - (x->turn < y->turn) : (x->place > y->place) - (x->place < y->place);
}

static int
by_number(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return (x > y) - (x < y);
}

static size_t
label_of(const struct arms *a, const struct example *x)
{
  return x->n_labels ? x->labels[0] : a->task.n_classes;
}

/* Puts places in the arm into a random order in which labels take turns. */
static void
take_turns(const struct arms *a, const struct arm *arm, uint64_t seed, uint32_t *items, size_t n)
{
  size_t *had = xcalloc((size_t)a->task.n_classes + 1, sizeof *had);
  struct turn *turns = xcalloc(n + 1, sizeof *turns);
  struct rng random;

  rng_seed(&random, seed);
  rng_shuffle(&random, items, n);
  for (size_t i = 0; i < n; i++)
    turns[i] = (struct turn){had[label_of(a, &arm->examples[items[i]])]++, (uint32_t)i, items[i]};
  qsort(turns, n, sizeof *turns, by_turn);
  for (size_t i = 0; i < n; i++)
    items[i] = turns[i].item;
  free(had);
  free(turns);
}

/* ---- taking them ---- */

/* The first n of items that leave each label at most `most`. */
static size_t
first_of_each(const struct arms *a, const struct arm *arm, uint32_t *items, size_t n, size_t most)
{
  size_t *had = xcalloc((size_t)a->task.n_classes + 1, sizeof *had), kept = 0;

  for (size_t i = 0; i < n; i++)
    if (had[label_of(a, &arm->examples[items[i]])]++ < most)
      items[kept++] = items[i];
  free(had);
  return kept;
}

/* How many of n texts, in their order, the money is enough for. */
static size_t
affordable(struct arms *a, const struct arm *arm, const uint32_t *items, size_t n, double usd)
{
  uint32_t *requests = xcalloc(n + 1, sizeof *requests);
  size_t lo = 0, hi = n;

  for (size_t i = 0; i < n; i++)
    requests[i] = arm->requests[items[i]];
  while (lo < hi) {
    size_t middle = lo + (hi - lo + 1) / 2;

    if (arms_cost(a, requests, middle) <= usd)
      lo = middle;
    else
      hi = middle - 1;
  }
  free(requests);
  return lo;
}

/* Which texts of the arm, ascending; seeds and others are drawn apart: how many there are of the one moves none of the
 * other. */
static size_t
choose(struct arms *a, const struct arm *arm, const struct draw_limits *l, uint64_t seed, uint32_t *chosen)
{
  size_t n = 0;

  for (int seeds = 1; seeds >= 0; seeds--) {
    uint32_t *items = chosen + n;
    size_t k = 0;

    for (size_t i = 0; i < arm->n; i++)
      if ((arm->origins[i] == ORIGIN_SEED) == seeds)
        items[k++] = (uint32_t)i;
    take_turns(a, arm, seed, items, k);
    if (seeds)
      n += first_of_each(a, arm, items, k, l->per_label);
    else
      n += k < l->size ? k : l->size;
  }
  if (n > l->rows || !isinf(l->usd))  /* where not all are taken seeds do not come first, but in their turn */
    take_turns(a, arm, seed, chosen, n);
  n = n < l->rows ? n : l->rows;
  n = isinf(l->usd) ? n : affordable(a, arm, chosen, n, l->usd);
  qsort(chosen, n, sizeof *chosen, by_number);
  return n;
}

struct draw
draw_make(struct arms *a, const struct arm *arm, const struct draw_limits *limits, uint64_t seed)
{
  uint32_t *chosen = xcalloc(arm->n + 1, sizeof *chosen), *requests = xcalloc(arm->n + 1, sizeof *requests);
  uint8_t *seen = xcalloc((size_t)a->task.n_classes + 1, 1);
  struct draw d = {.n = choose(a, arm, limits, seed, chosen), .n_skipped = a->task.n_classes};

  d.examples = xcalloc(d.n + 1, sizeof *d.examples);
  d.ids = xcalloc(d.n + 1, sizeof *d.ids);
  for (size_t i = 0; i < d.n; i++) {
    d.examples[i] = arm->examples[chosen[i]];
    d.ids[i] = arm->ids[chosen[i]];
    requests[i] = arm->requests[chosen[i]];
    d.n_of[arm->origins[chosen[i]]]++;
    for (size_t l = 0; l < d.examples[i].n_labels; l++) {
      d.n_skipped -= !seen[d.examples[i].labels[l]];
      seen[d.examples[i].labels[l]] = 1;
    }
  }
  draw_balance(d.examples, d.n, &a->task);
  d.cost_usd = arms_cost(a, requests, d.n);
  free(chosen);
  free(requests);
  free(seen);
  return d;
}
