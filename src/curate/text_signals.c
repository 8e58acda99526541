#include "curate/text_signals.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "corpus/diversity.h"
#include "corpus/hashset.h"
#include "corpus/neardup.h"
#include "corpus/normal.h"
#include "curate/language.h"
#include "curate/leak.h"
#include "curate/similar.h"

#define PIECE 64u                /* samples that a thread takes at once */
#define DENSE 10u                /* nearest texts that density is the mean of */
#define WORK_READ 1u             /* of a text, in the same unit: to read it, */
#define WORK_NEAR 4u             /* and to find the nearest */
#define MAX_READ ((size_t)1 << 16)  /* bytes of a text that are looked at for openings and names */

const char *const text_signal_names[N_TEXT_SIGNALS] = {"novel", "density", "cluster", "language", "leaks", "opening"};

struct scratch;
struct work {
  const struct corpus *c;
  const struct text_signals_options *o;
  uint32_t n;
  float *values[N_TEXT_SIGNALS];
  struct leaks *leaks;
  uint64_t *openings;            /* (n) hash of the first words; 0: none */
  uint32_t *twin;                /* (n) a near-duplicate of it; 0: none */
  const struct similar *similar;
  void (*look)(struct work *w, struct scratch *s, uint32_t id);
  unsigned weight;
  atomic_uint next;              /* piece */
  atomic_ullong done;
  uint64_t total;
};
struct scratch {
  struct buf normal;
  struct leak_scratch *leak;
  struct terms terms, twin;
  struct seeker *seeker;
};

/* ---- over all samples, on all threads ---- */

static void
take_pieces(void *arg, int i, int n)
{
  struct work *w = arg;
  struct scratch s = {.normal = BUF_INIT, .leak = leak_scratch_new(w->leaks)};

  (void)n;
  if (w->similar)
    s.seeker = seeker_new(w->similar);
  while (!stop_wanted(w->o->stop)) {
    uint64_t from = (uint64_t)atomic_fetch_add(&w->next, 1) * PIECE, to = from + PIECE < w->n ? from + PIECE : w->n;

    if (from >= w->n)
      break;
    for (uint64_t at = from; at < to; at++)
      w->look(w, &s, (uint32_t)at + 1);
    atomic_fetch_add(&w->done, (to - from) * w->weight);
    if (i == 0 && w->o->progress)
      w->o->progress(w->o->arg, w->done, w->total);
  }
  leak_scratch_free(s.leak);
  seeker_free(s.seeker);
  terms_release(&s.terms);
  terms_release(&s.twin);
  buf_release(&s.normal);
}

static void
look_at_all(struct work *w, void (*look)(struct work *, struct scratch *, uint32_t), unsigned weight)
{
  w->look = look;
  w->weight = weight;
  w->next = 0;
  pool_run(pool_threads(w->o->threads), take_pieces, w);
}

/* ---- what a text says by itself ---- */

static void
set(struct work *w, enum text_signal signal, uint32_t id, double value)
{
  w->values[signal][id - 1] = (float)value;
}

/* The hash of the first three words of a normal text; 0: it has fewer. */
static uint64_t
opening_of(const char *s, size_t n)
{
  const char *end = s + n, *stop = s;

  for (int i = 0; i < OPENING_WORDS; i++) {
    if (stop >= end)
      return 0;
    stop = memchr(stop + (i > 0), ' ', (size_t)(end - stop) - (i > 0));
    if (!stop)
      stop = end;
  }
  return hash_bytes(s, (size_t)(stop - s), 0) | 1;
}

/* The normal form of a text as far as it is looked at. */
static void
read_normal(struct buf *out, const char *text, size_t n)
{
  if (n > MAX_READ)
    for (n = MAX_READ; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
      ;
  normal_add(out, text, n);
}

static void
look_at_text(struct work *w, struct scratch *scratch, uint32_t id)
{
  struct sample s;
  size_t begin = 0;
  int language;

  if (!corpus_get(w->c, id, &s))
    return;
  buf_clear(&scratch->normal);
  read_normal(&scratch->normal, s.text, s.n_text);
  if (s.text2) {
    buf_addc(&scratch->normal, ' ');
    begin = scratch->normal.n;
    read_normal(&scratch->normal, s.text2, s.n_text2);
  }
  language = s.text2 ? language_guess(s.text2, s.n_text2) : language_guess(s.text, s.n_text);
  if (language != LANGUAGE_NONE)
    set(w, TEXT_LANGUAGE, id, language);
  w->openings[id - 1] = opening_of(buf_str(&scratch->normal) + begin, scratch->normal.n - begin);
  if (s.n_labels)
    set(w, TEXT_LEAKS, id, leaks_count(w->leaks, scratch->leak, &s, buf_str(&scratch->normal), scratch->normal.n));
}

/* Names that stand in the text, once it is known which are telling. */
static void
look_at_leak(struct work *w, struct scratch *scratch, uint32_t id)
{
  struct sample s;

  if (!(w->values[TEXT_LEAKS][id - 1] > 0) || !corpus_get(w->c, id, &s))
    return;
  buf_clear(&scratch->normal);
  read_normal(&scratch->normal, s.text, s.n_text);
  if (s.text2) {
    buf_addc(&scratch->normal, ' ');
    read_normal(&scratch->normal, s.text2, s.n_text2);
  }
  set(w, TEXT_LEAKS, id,
      leaks_in(w->leaks, scratch->leak, &s, buf_str(&scratch->normal), scratch->normal.n) != LABEL_NONE);
}

static void
count_openings(struct work *w)
{
  struct hashset counts = {0};
  struct sample s;

  for (uint32_t id = 1; id <= w->n; id++)
    if (w->openings[id - 1] && corpus_get(w->c, id, &s) && s.status != STATUS_REJECTED)
      ++*hashset_at(&counts, w->openings[id - 1]);
  for (uint32_t id = 1; id <= w->n; id++)
    if (w->openings[id - 1] && corpus_get(w->c, id, &s)) {
      uint32_t n = hashset_get(&counts, w->openings[id - 1]);

      set(w, TEXT_OPENING, id, n + (s.status == STATUS_REJECTED));
    }
  hashset_release(&counts);
}

/* ---- what others say of it ---- */

static uint32_t *
ids_of(const struct work *w, bool rejected, size_t *n)
{
  uint32_t *ids = xmalloc(((size_t)w->n + 1) * sizeof *ids);
  struct sample s;

  *n = 0;
  for (uint32_t id = 1; id <= w->n; id++)
    if (corpus_get(w->c, id, &s) && (rejected || s.status != STATUS_REJECTED))
      ids[(*n)++] = id;
  return ids;
}

static void
find_clusters(struct work *w)
{
  struct neardup_pair *pairs;
  size_t n, n_pairs;
  uint32_t *ids = ids_of(w, true, &n);

  n_pairs = neardup_among(w->c, ids, n, NULL, 0, NEARDUP_THRESHOLD, &pairs);
  for (size_t i = 0; i < n_pairs; i++) {
    uint32_t id = pairs[i].id, of = pairs[i].of;

    set(w, TEXT_CLUSTER, id, of);
    set(w, TEXT_CLUSTER, of, of);
    w->twin[id - 1] = of;
    if (!w->twin[of - 1])
      w->twin[of - 1] = id;
  }
  free(pairs);
  free(ids);
}

/* How like its near-duplicate it is: the sample that the index holds of many texts may lack that. */
static double
like_twin(const struct work *w, struct scratch *scratch, uint32_t id)
{
  struct sample s;

  if (!w->twin[id - 1] || !corpus_get(w->c, w->twin[id - 1], &s) || s.status == STATUS_REJECTED)
    return 0;
  terms_of(&scratch->twin, s.text, s.n_text, s.text2, s.n_text2);
  return weights_cosine(similar_weights(w->similar), &scratch->terms, &scratch->twin);
}

static void
look_at_others(struct work *w, struct scratch *scratch, uint32_t id)
{
  struct neighbour near[DENSE];
  double sum = 0, nearest;
  size_t n, others = similar_count(w->similar);
  struct sample s;

  if (!corpus_get(w->c, id, &s))
    return;
  terms_of(&scratch->terms, s.text, s.n_text, s.text2, s.n_text2);
  if (!scratch->terms.n)
    return;
  n = similar_find(w->similar, scratch->seeker, &scratch->terms, id, DENSE, near);
  for (size_t i = 0; i < n; i++)
    sum += (double)near[i].similarity;
  nearest = fmax(n ? (double)near[0].similarity : 0, like_twin(w, scratch, id));
  set(w, TEXT_NOVEL, id, 1 - nearest);
  others -= others > 0 && s.status != STATUS_REJECTED;
  if (others)
    set(w, TEXT_DENSITY, id, sum / (double)(others < DENSE ? others : DENSE));
}

static void
compare_all(struct work *w)
{
  size_t n;
  uint32_t *ids = ids_of(w, false, &n);
  struct similar *x = similar_of(w->c, ids, n, w->o->stop);

  w->similar = x;
  if (x)
    look_at_all(w, look_at_others, WORK_NEAR);
  w->similar = NULL;
  similar_free(x);
  free(ids);
}

/* ---- all of it ---- */

static void
advance(struct work *w, uint64_t done)
{
  w->done = done;
  if (w->o->progress)
    w->o->progress(w->o->arg, done, w->total);
}

static void
run(struct work *w)
{
  w->total = (uint64_t)w->n * (2 * WORK_READ + WORK_NEAR);
  look_at_all(w, look_at_text, WORK_READ);
  look_at_all(w, look_at_leak, 0);
  if (stop_wanted(w->o->stop))
    return;
  count_openings(w);
  find_clusters(w);
  advance(w, (uint64_t)w->n * 2 * WORK_READ);
  if (stop_wanted(w->o->stop))
    return;
  compare_all(w);
}

int
text_signals_run(const struct corpus *c, const struct text_signals_options *o, struct text_signals *out,
                 struct err *e)
{
  struct work w = {.c = c, .o = o, .n = corpus_count(c), .leaks = leaks_new(c)};

  w.openings = xcalloc((size_t)w.n + 1, sizeof *w.openings);
  w.twin = xcalloc((size_t)w.n + 1, sizeof *w.twin);
  for (int k = 0; k < N_TEXT_SIGNALS; k++) {
    w.values[k] = xmalloc(((size_t)w.n + 1) * sizeof *w.values[k]);
    for (uint32_t i = 0; i < w.n; i++)
      w.values[k][i] = NAN;
  }
  run(&w);
  leaks_free(w.leaks);
  free(w.openings);
  free(w.twin);
  *out = (struct text_signals){.n = w.n};
  memcpy(out->values, w.values, sizeof w.values);
  if (!stop_wanted(o->stop))
    return 0;
  text_signals_release(out);
  return err_set(e, ERR_INTERRUPTED, "stopped");
}

void
text_signals_release(struct text_signals *s)
{
  for (int k = 0; k < N_TEXT_SIGNALS; k++)
    free(s->values[k]);
  *s = (struct text_signals){0};
}
