#include "generate/examples.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "corpus/normal.h"

#define WORDS_MAX 256   /* of a text, looked at for likeness */

const char *const seeds_policy_names[N_SEEDS_POLICIES] = {"random", "balanced", "similar", "hard"};

/* The ids of a label's examples. */
struct shelf {
  uint32_t *ids;
  size_t n, cap;
};

struct examples {
  const struct corpus *corpus;
  struct examples_want want;
  struct shelf *shelves;        /* by label */
  struct shelf *hard;           /* by label, the hardest first, at most HARD_FROM */
  struct shelf *taken;          /* by label: those that the student takes for the other of the confused */
  size_t n_shelves;
  struct buf text;
  struct prompt_text drawn[EXAMPLES_MAX];
};

/* ---- shelves ---- */

static void
put(struct shelf *shelf, uint32_t id)
{
  GROW(shelf->ids, shelf->cap, shelf->n + 1);
  shelf->ids[shelf->n++] = id;
}

/* Its label, or LABEL_NONE if it is not to be shown. */
static uint16_t
label_of(const struct examples *x, uint32_t id)
{
  struct sample s;

  if (!corpus_get(x->corpus, id, &s) || s.split != SPLIT_TRAIN || !sample_usable(&s) ||
      sample_label(&s) >= x->n_shelves)
    return LABEL_NONE;
  return sample_label(&s);
}

static int
harder_first(const void *a, const void *b)
{
  const struct hard_text *x = a, *y = b;

  if (x->p_true != y->p_true)
    return x->p_true < y->p_true ? -1 : 1;
  return x->id < y->id ? -1 : x->id > y->id;
}

static bool
confused(const struct examples *x)
{
  return x->want.confused[0] != x->want.confused[1];
}

static uint16_t
other_of(const struct examples *x, uint16_t label)
{
  return x->want.confused[x->want.confused[0] == label];
}

static void
fill_hard(struct examples *x)
{
  struct hard_text *sorted = xcalloc(x->want.n_hard + 1, sizeof *sorted);

  for (size_t i = 0; i < x->want.n_hard; i++)
    sorted[i] = x->want.hard[i];
  qsort(sorted, x->want.n_hard, sizeof *sorted, harder_first);
  for (size_t i = 0; i < x->want.n_hard; i++) {
    uint16_t label = label_of(x, sorted[i].id);

    if (label == LABEL_NONE)
      continue;
    if (x->hard[label].n < HARD_FROM)
      put(&x->hard[label], sorted[i].id);
    if (confused(x) && sorted[i].said != label && sorted[i].said == other_of(x, label) &&
        x->taken[label].n < HARD_FROM)
      put(&x->taken[label], sorted[i].id);
  }
  free(sorted);
}

struct examples *
examples_new(const struct corpus *c, const struct examples_want *want)
{
  struct examples *x = xcalloc(1, sizeof *x);

  x->corpus = c;
  x->want = *want;
  buf_init(&x->text, BUF_MAX);
  x->n_shelves = labels_count(corpus_labels(c));
  x->shelves = xcalloc(x->n_shelves + 1, sizeof *x->shelves);
  x->hard = xcalloc(x->n_shelves + 1, sizeof *x->hard);
  x->taken = xcalloc(x->n_shelves + 1, sizeof *x->taken);
  for (uint32_t id = 1, n = corpus_count(c); id <= n; id++) {
    uint16_t label = label_of(x, id);

    if (label != LABEL_NONE)
      put(&x->shelves[label], id);
  }
  fill_hard(x);
  return x;
}

void
examples_free(struct examples *x)
{
  if (!x)
    return;
  for (size_t i = 0; i < x->n_shelves; i++) {
    free(x->shelves[i].ids);
    free(x->hard[i].ids);
    free(x->taken[i].ids);
  }
  free(x->shelves);
  free(x->hard);
  free(x->taken);
  buf_release(&x->text);
  free(x);
}

/* ---- drawing ---- */

/* Up to `most` different ids of a shelf. Few of many: what was drawn is drawn again. */
static size_t
draw(const struct shelf *shelf, struct rng *rng, uint32_t *ids, size_t most)
{
  size_t n = shelf->n < most ? shelf->n : most;

  for (size_t k = 0; k < n;) {
    size_t same = 0;

    ids[k] = shelf->ids[rng_below(rng, shelf->n)];
    while (same < k && ids[same] != ids[k])
      same++;
    k += same == k;
  }
  return n;
}

/* One after the other from each shelf in turn, until there are `most` or none is left. */
static size_t
draw_in_turn(const struct shelf *const *shelves, size_t n_shelves, struct rng *rng, uint32_t *ids, size_t most)
{
  size_t used = n_shelves < most ? n_shelves : most, n = 0, have[EXAMPLES_MAX];
  uint32_t of[EXAMPLES_MAX][EXAMPLES_MAX];

  for (size_t i = 0; i < used; i++)
    have[i] = draw(shelves[i], rng, of[i], most);
  for (size_t k = 0; k < most; k++)
    for (size_t i = 0; i < used && n < most; i++)
      if (k < have[i])
        ids[n++] = of[i][k];
  return n;
}

static size_t
draw_balanced(const struct examples *x, uint16_t label, struct rng *rng, uint32_t *ids)
{
  const struct shelf *shelves[EXAMPLES_MAX] = {&x->shelves[label]};
  size_t n = 1, from = (size_t)rng_below(rng, x->n_shelves);

  for (size_t i = 0; i < x->n_shelves && n < EXAMPLES_MAX; i++) {
    size_t l = (from + i) % x->n_shelves;

    if (l != label && x->shelves[l].n > 0)
      shelves[n++] = &x->shelves[l];
  }
  return draw_in_turn(shelves, n, rng, ids, EXAMPLES_MAX);
}

static size_t
draw_confused(const struct examples *x, uint16_t label, struct rng *rng, uint32_t *ids)
{
  uint16_t other = other_of(x, label);
  const struct shelf *shelves[] = {
    x->taken[label].n ? &x->taken[label] : &x->shelves[label],
    x->taken[other].n ? &x->taken[other] : &x->shelves[other],
  };

  return draw_in_turn(shelves, 2, rng, ids, EXAMPLES_MAX);
}

/* ---- likeness ---- */

struct words {
  uint64_t v[WORDS_MAX];   /* hashes, ascending, each once */
  size_t n;
};

static int
compare_hashes(const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

  return x < y ? -1 : x > y;
}

/* Adds the words of a text; words_sort when all are there. */
static void
words_add(struct words *w, struct buf *scratch, const char *s, size_t n)
{
  buf_clear(scratch);
  normal_add(scratch, s, n);
  for (const char *at = buf_str(scratch), *end; *at && w->n < WORDS_MAX; at = *end ? end + 1 : end) {
    end = at + strcspn(at, " ");
    w->v[w->n++] = hash_bytes(at, (size_t)(end - at), 0);
  }
}

static void
words_sort(struct words *w)
{
  size_t n = 0;

  qsort(w->v, w->n, sizeof *w->v, compare_hashes);
  for (size_t i = 0; i < w->n; i++)
    if (n == 0 || w->v[i] != w->v[n - 1])
      w->v[n++] = w->v[i];
  w->n = n;
}

static size_t
words_common(const struct words *a, const struct words *b)
{
  size_t n = 0;

  for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
    uint64_t x = a->v[i], y = b->v[k];

    n += x == y;
    i += x <= y;
    k += y <= x;
  }
  return n;
}

static double
jaccard(const struct words *a, const struct words *b)
{
  size_t common = words_common(a, b), all = a->n + b->n - common;

  return all > 0 ? (double)common / (double)all : 0;
}

static void
words_of_sample(struct examples *x, uint32_t id, struct words *w)
{
  struct sample s;

  w->n = 0;
  if (!corpus_get(x->corpus, id, &s))
    return;
  words_add(w, &x->text, s.text, s.n_text);
  if (s.text2)
    words_add(w, &x->text, s.text2, s.n_text2);
  words_sort(w);
}

static void
words_of_values(struct examples *x, const char *attributes, struct words *w)
{
  const char *name, *value;
  size_t n_name, n_value;

  w->n = 0;
  while (attribute_next(&attributes, &name, &n_name, &value, &n_value))
    words_add(w, &x->text, value, n_value);
  words_sort(w);
}

/* Puts the best of score[from..n) at `from`; the earlier one of equals. */
static void
best_first(uint32_t *ids, double *score, size_t from, size_t n)
{
  size_t best = from;
  uint32_t id;
  double s;

  for (size_t i = from + 1; i < n; i++)
    if (score[i] > score[best])
      best = i;
  id = ids[best];
  s = score[best];
  ids[best] = ids[from];
  score[best] = score[from];
  ids[from] = id;
  score[from] = s;
}

static size_t
draw_similar(struct examples *x, uint16_t label, const char *attributes, struct rng *rng, uint32_t *ids)
{
  struct words *words = xmalloc(3 * sizeof *words), *asked = words, *first = words + 1, *one = words + 2;
  uint32_t from[SIMILAR_FROM];
  double score[SIMILAR_FROM];
  size_t n = draw(&x->shelves[label], rng, from, SIMILAR_FROM), n_taken = n < EXAMPLES_MAX ? n : EXAMPLES_MAX;

  words_of_values(x, attributes, asked);
  for (size_t i = 0; i < n; i++) {
    words_of_sample(x, from[i], one);
    score[i] = asked->n > 0 ? (double)words_common(asked, one) / (double)asked->n : 0;
  }
  if (n > 0)
    best_first(from, score, 0, n);
  words_of_sample(x, n > 0 ? from[0] : 0, first);
  for (size_t i = 1; i < n; i++) {
    words_of_sample(x, from[i], one);
    score[i] += jaccard(first, one);
  }
  for (size_t i = 1; i < n_taken; i++)
    best_first(from, score, i, n);
  memcpy(ids, from, n_taken * sizeof *ids);
  free(words);
  return n_taken;
}

/* ---- one prompt ---- */

void
examples_draw(struct examples *x, uint16_t label, const char *attributes, size_t i, struct prompt_scope *scope)
{
  uint32_t ids[EXAMPLES_MAX];
  struct rng rng;
  struct sample s;
  size_t n;

  rng_seed(&rng, x->want.seed ^ hash_mix(i + 1));
  if (confused(x) && (label == x->want.confused[0] || label == x->want.confused[1]))
    n = draw_confused(x, label, &rng, ids);
  else if (x->want.policy == SEEDS_BALANCED)
    n = draw_balanced(x, label, &rng, ids);
  else if (x->want.policy == SEEDS_SIMILAR)
    n = draw_similar(x, label, attributes, &rng, ids);
  else if (x->want.policy == SEEDS_HARD && x->hard[label].n > 0)
    n = draw(&x->hard[label], &rng, ids, EXAMPLES_MAX);
  else
    n = draw(&x->shelves[label], &rng, ids, EXAMPLES_MAX);
  for (size_t k = 0; k < n; k++) {
    corpus_get(x->corpus, ids[k], &s);
    x->drawn[k] = (struct prompt_text){s.text, s.text2, label_name(corpus_labels(x->corpus), sample_label(&s))};
  }
  scope->seeds = x->drawn;
  scope->n_seeds = n;
}
