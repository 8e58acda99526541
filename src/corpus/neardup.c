#include "corpus/neardup.h"

#include <stdlib.h>

#include "base/err.h"
#include "corpus/neardup_index.h"
#include "corpus/tagmap.h"

struct item {
  struct form form;
  uint32_t id;
  uint32_t seen;            /* number of the search that looked at it last */
};

struct neardup {
  double threshold;
  bool borrows;
  struct item *items;
  size_t n_items, cap_items;
  struct tagmap lanes[N_LANES];
  uint32_t search;
  struct arena arena;       /* what the items point to */
  struct neardup_text *text;
};

struct neardup_text {
  struct minhash minhash;
  struct shingler shingler;
  struct form form;
  struct probe probe;
};

struct neardup *
neardup_new(double threshold)
{
  struct neardup *d = xcalloc(1, sizeof *d);

  ensure(threshold > 0 && threshold <= 1);
  d->threshold = threshold;
  arena_init(&d->arena);
  d->text = neardup_text_new(threshold);
  return d;
}

void
neardup_free(struct neardup *d)
{
  if (!d)
    return;
  free(d->items);
  for (int lane = 0; lane < N_LANES; lane++)
    tagmap_release(&d->lanes[lane]);
  arena_release(&d->arena);
  neardup_text_free(d->text);
  free(d);
}

void
neardup_borrow(struct neardup *d)
{
  d->borrows = true;
}

double
neardup_threshold(const struct neardup *d)
{
  return d->threshold;
}

/* ---- probes ---- */

#define LANE_BIT(lane) ((uint64_t)1 << (lane))
/* Goes through the lanes whose bit is set. */
#define EACH_LANE(lane, bits) \
  (uint64_t left_ = (bits), lane; left_ && (lane = (uint64_t)__builtin_ctzll(left_), true); left_ &= left_ - 1)

/* A pair is looked up by its second text, which in such data differs more often than the first. */
static const struct form_part *
key_part(const struct form *f)
{
  return f->second ? f->second : &f->first;
}

void
probe_make(const struct minhash *m, struct shingler *h, const struct sample *s, struct form *f, struct probe *p)
{
  form_make(h, s->text, s->n_text, s->text2, s->n_text2, f);
  p->form = f;
  p->lanes = LANE_BIT(LANE_EXACT);
  p->tags[LANE_EXACT] = (uint32_t)(f->exact >> 32);
  for (int kind = 0; kind < N_SHINGLE_KINDS; kind++) {
    const struct shingles *sh = &key_part(f)->by[kind];

    if (!sh->n)
      continue;
    minhash_bands(m, sh->v, sh->n, p->tags + kind * MINHASH_BANDS);
    p->lanes |= (LANE_BIT(m->n_bands) - 1) << kind * MINHASH_BANDS;
  }
}

void
probe_prefetch(const struct neardup *d, const struct probe *p)
{
  for EACH_LANE(lane, p->lanes)
    tagmap_prefetch(&d->lanes[lane], p->tags[lane]);
}

/* The oldest item with the same normal text; SIZE_MAX: none. */
static size_t
find_exact(const struct neardup *d, const struct probe *p)
{
  const struct tagmap *m = &d->lanes[LANE_EXACT];
  size_t found = SIZE_MAX;

  if (!(p->lanes & LANE_BIT(LANE_EXACT)))
    return SIZE_MAX;
  for (tagmap_entry e = tagmap_get(m, p->tags[LANE_EXACT]); e; e = tagmap_next(m, e)) {
    const struct form *f = &d->items[tagmap_number(m, e)].form;

    if (f->exact == p->form->exact && !f->second == !p->form->second)
      found = tagmap_number(m, e);
  }
  return found;
}

size_t
neardup_add_item(struct neardup *d, uint32_t id, const struct probe *p)
{
  size_t number = d->n_items;

  /* One of several equal texts is enough to be found: the oldest. */
  if (find_exact(d, p) != SIZE_MAX)
    return SIZE_MAX;
  GROW(d->items, d->cap_items, d->n_items + 1);
  d->items[d->n_items++] = (struct item){.form = *p->form, .id = id};
  if (!d->borrows)
    form_copy(&d->arena, p->form, &d->items[number].form);
  if (p->lanes & LANE_BIT(LANE_EXACT))
    tagmap_add(&d->lanes[LANE_EXACT], p->tags[LANE_EXACT], (uint32_t)number);
  return number;
}

void
neardup_add_lane(struct neardup *d, int lane, uint32_t tag, size_t number)
{
  tagmap_add(&d->lanes[lane], tag, (uint32_t)number);
}

void
probe_add(struct neardup *d, uint32_t id, const struct probe *p)
{
  size_t number = neardup_add_item(d, id, p);

  if (number != SIZE_MAX)
    for EACH_LANE(lane, p->lanes & ~LANE_BIT(LANE_EXACT))
      neardup_add_lane(d, (int)lane, p->tags[lane], number);
}

struct best {
  size_t item;              /* SIZE_MAX: none */
  double similarity;
};

/* Looks at every item with that tag. */
static void
look(struct neardup *d, struct form *f, const struct tagmap *lane, uint32_t tag, struct best *best)
{
  for (tagmap_entry e = tagmap_get(lane, tag); e; e = tagmap_next(lane, e)) {
    size_t i = tagmap_number(lane, e);
    double x;

    if (d->items[i].seen == d->search)
      continue;
    d->items[i].seen = d->search;
    x = form_similarity(f, &d->items[i].form, d->threshold);
    if (x >= d->threshold && (x > best->similarity || (x >= best->similarity && i < best->item)))
      *best = (struct best){i, x};
  }
}

bool
probe_find(struct neardup *d, const struct probe *p, uint32_t *id, double *similarity)
{
  struct best best = {find_exact(d, p), 1};

  if (best.item == SIZE_MAX) {
    best.similarity = 0;
    d->search++;
    for EACH_LANE(lane, p->lanes & ~LANE_BIT(LANE_EXACT))
      look(d, p->form, &d->lanes[lane], p->tags[lane], &best);
  }
  if (best.item == SIZE_MAX)
    return false;
  if (id)
    *id = d->items[best.item].id;
  if (similarity)
    *similarity = best.similarity;
  return true;
}

/* ---- one text ---- */

struct neardup_text *
neardup_text_new(double threshold)
{
  struct neardup_text *t = xcalloc(1, sizeof *t);

  minhash_init(&t->minhash, threshold, BANDS_OF_INDEX);
  shingler_init(&t->shingler, threshold);
  return t;
}

void
neardup_text_free(struct neardup_text *t)
{
  if (!t)
    return;
  shingler_release(&t->shingler);
  free(t);
}

void
neardup_text_set(struct neardup_text *t, const char *text, size_t n, const char *text2, size_t n2)
{
  struct sample s = {.text = text, .n_text = (uint32_t)n, .text2 = text2, .n_text2 = (uint32_t)n2};

  shingler_clear(&t->shingler);
  probe_make(&t->minhash, &t->shingler, &s, &t->form, &t->probe);
}

void
neardup_text_add(struct neardup *d, uint32_t id, const struct neardup_text *t)
{
  probe_add(d, id, &t->probe);
}

bool
neardup_text_find(struct neardup *d, const struct neardup_text *t, uint32_t *id, double *similarity)
{
  probe_prefetch(d, &t->probe);
  return probe_find(d, &t->probe, id, similarity);
}

void
neardup_add(struct neardup *d, uint32_t id, const char *text, size_t n, const char *text2, size_t n2)
{
  neardup_text_set(d->text, text, n, text2, n2);
  neardup_text_add(d, id, d->text);
}

bool
neardup_find(struct neardup *d, const char *text, size_t n, const char *text2, size_t n2, uint32_t *id,
             double *similarity)
{
  neardup_text_set(d->text, text, n, text2, n2);
  return neardup_text_find(d, d->text, id, similarity);
}

double
neardup_similarity(const char *a, size_t na, const char *b, size_t nb)
{
  struct shingler h;
  struct form fa, fb;
  double x;

  shingler_init(&h, NEARDUP_THRESHOLD);
  form_make(&h, a, na, NULL, 0, &fa);
  form_make(&h, b, nb, NULL, 0, &fb);
  x = form_similarity(&fa, &fb, 0);
  shingler_release(&h);
  return x;
}
