#include "generate/examples.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"

/* The ids of a label's examples. */
struct shelf {
  uint32_t *ids;
  size_t n, cap;
};

struct examples {
  const struct corpus *corpus;
  uint64_t seed;
  struct shelf *shelves;   /* by label */
  size_t n_shelves;
  struct prompt_text drawn[EXAMPLES_MAX];
};

struct examples *
examples_new(const struct corpus *c, uint64_t seed)
{
  struct examples *x = xcalloc(1, sizeof *x);
  struct sample s;

  x->corpus = c;
  x->seed = seed;
  x->n_shelves = labels_count(corpus_labels(c));
  x->shelves = xcalloc(x->n_shelves + 1, sizeof *x->shelves);
  for (uint32_t id = 1, n = corpus_count(c); id <= n; id++) {
    if (!corpus_get(c, id, &s) || s.split != SPLIT_TRAIN || !sample_usable(&s) || sample_label(&s) >= x->n_shelves)
      continue;
    struct shelf *shelf = &x->shelves[sample_label(&s)];
    GROW(shelf->ids, shelf->cap, shelf->n + 1);
    shelf->ids[shelf->n++] = id;
  }
  return x;
}

void
examples_free(struct examples *x)
{
  for (size_t i = 0; i < x->n_shelves; i++)
    free(x->shelves[i].ids);
  free(x->shelves);
  free(x);
}

void
examples_draw(struct examples *x, uint16_t label, size_t i, struct prompt_scope *scope)
{
  struct shelf *shelf = &x->shelves[label];
  uint32_t ids[EXAMPLES_MAX];
  size_t n = shelf->n < EXAMPLES_MAX ? shelf->n : EXAMPLES_MAX;
  struct rng rng;
  struct sample s;

  rng_seed(&rng, x->seed ^ hash_mix(i + 1));
  for (size_t k = 0; k < n;) {   /* few of many: draw again what was drawn */
    size_t same = 0;

    ids[k] = shelf->ids[rng_below(&rng, shelf->n)];
    while (same < k && ids[same] != ids[k])
      same++;
    k += same == k;
  }
  for (size_t k = 0; k < n; k++) {
    corpus_get(x->corpus, ids[k], &s);
    x->drawn[k] = (struct prompt_text){s.text, s.text2, label_name(corpus_labels(x->corpus), label)};
  }
  scope->seeds = x->drawn;
  scope->n_seeds = n;
}
