#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "curate/similar_best.h"
#include "curate/similar_index.h"

#define SLACK 1e-4f              /* for what sums of floats are off by */

/* A term of the question that is in the index. */
struct part {
  uint32_t term, n;              /* n: texts in its list */
  float length;                  /* in the vector of the question, not yet divided by its norm */
  float weight;                  /* length * idf: times 1 + ln count of a text, what it adds */
};
struct seeker {
  const struct similar *x;
  float *sums;                   /* (texts) */
  uint32_t *met;                 /* those with a sum */
  size_t n_met, cap_sums, cap_met;
  float *weights;                /* (terms) of the question, 0 otherwise */
  size_t cap_weights;
  struct part *parts;
  size_t n_parts, cap_parts;
  float norm;                    /* of the question */
};

struct seeker *
seeker_new(const struct similar *x)
{
  struct seeker *s = xcalloc(1, sizeof *s);

  s->x = x;
  return s;
}

void
seeker_free(struct seeker *s)
{
  if (!s)
    return;
  free(s->sums);
  free(s->met);
  free(s->weights);
  free(s->parts);
  free(s);
}

/* Room for all texts and terms that there are by now, zeroed where it is new. */
static void
room(float **p, size_t *cap, size_t n)
{
  size_t before = *cap;

  GROW(*p, *cap, n);
  for (size_t i = before; i < *cap; i++)
    (*p)[i] = 0;
}

/* The seldom ones first. */
static int
by_frequency(const void *a, const void *b)
{
  const struct part *x = a, *y = b;

  return (x->term < y->term) - (x->term > y->term);
}

static void
take_question(struct seeker *s, const struct terms *t)
{
  const struct similar *x = s->x;

  room(&s->sums, &s->cap_sums, x->n + 1);
  room(&s->weights, &s->cap_weights, (size_t)x->w->n + x->more->n + 1);
  GROW(s->met, s->cap_met, (size_t)x->n + 1);
  GROW(s->parts, s->cap_parts, t->n + 1);
  s->norm = (float)weights_norm(x->w, t);
  s->n_parts = s->n_met = 0;
  for (size_t i = 0; i < t->n; i++) {
    uint32_t term = similar_term(x, t->v[i].key);
    float idf, length;

    if (term == TERM_UNKNOWN)
      continue;
    idf = similar_idf(x, term, t->v[i].key);
    length = idf * weights_often(t->v[i].count);
    s->weights[term] = length * idf;
    s->parts[s->n_parts++] = (struct part){term, term < x->n_lists ? x->list_start[term + 1] - x->list_start[term] : 0,
                                           length, length * idf};
  }
  qsort(s->parts, s->n_parts, sizeof *s->parts, by_frequency);
}

static void
read_list(struct seeker *s, const struct part *p)
{
  const uint32_t *list = p->n ? s->x->lists + s->x->list_start[p->term] : NULL;

  for (uint32_t i = 0; i < p->n; i++) {
    uint32_t text = PACKED_NUMBER(list[i]);

    if (s->sums[text] == 0)
      s->met[s->n_met++] = text;
    s->sums[text] += p->weight * weights_often(PACKED_COUNT(list[i]));
  }
}

/* The least similarity, by what was read, of the `max` most similar of the texts met; 0 if there are fewer. */
static float
level(const struct seeker *s, uint32_t but, size_t max)
{
  struct best b = best_of(max);

  for (size_t i = 0; i < s->n_met; i++)
    if (s->x->ids[s->met[i]] != but)
      best_add(&b, s->x->ids[s->met[i]], s->sums[s->met[i]] * s->x->texts[s->met[i]].shrink / s->norm);
  return b.n == max ? b.v[0].similarity : 0;
}

/* What a text has in common with the question by the terms below `below`, beside the sum that it has. */
static float
in_full(const struct seeker *s, uint32_t text, uint32_t below)
{
  const struct similar *x = s->x;
  const uint32_t *f = x->forward + x->start[text], *end = x->forward + x->start[text + 1];
  float sum = s->sums[text];

  for (; f < end && PACKED_NUMBER(*f) < below; f++)
    sum += s->weights[PACKED_NUMBER(*f)] * weights_often(PACKED_COUNT(*f));
  sum *= x->texts[text].shrink / s->norm;
  return sum < 1 ? sum : 1;
}

/* Reads lists until no other text can be among the best; *rest: what a text may still gain, by terms below *below.
 * Returns the level. It only ever rises, so it is taken anew only where twice as many texts were met as the last
 * time. */
static float
read_lists(struct seeker *s, uint32_t but, size_t max, float *rest, uint32_t *below)
{
  double left = 0;
  float reached = 0;
  size_t i, seen = 0;

  for (i = 0; i < s->n_parts; i++)
    left += (double)s->parts[i].length * (double)s->parts[i].length;
  for (i = 0; i < s->n_parts; i++) {
    *rest = (float)sqrt(left > 0 ? left : 0) / s->norm;
    *below = s->parts[i].term + 1;
    if (s->parts[i].n > s->n_met / 2 && s->n_met >= 2 * seen) {
      reached = level(s, but, max);
      seen = s->n_met;
    }
    if (reached > *rest + SLACK)
      return reached;
    read_list(s, &s->parts[i]);
    left -= (double)s->parts[i].length * (double)s->parts[i].length;
  }
  *rest = 0;
  *below = 0;
  return level(s, but, max);
}

size_t
similar_find(const struct similar *x, struct seeker *s, const struct terms *t, uint32_t but, size_t max,
             struct neighbour *out)
{
  struct best b = best_of(max);
  float rest = 0, reached;
  uint32_t below;
  int cut;

  take_question(s, t);
  if (s->n_parts) {
    reached = read_lists(s, but, b.max, &rest, &below);
    for (cut = 0; cut < N_CUTS && CUT(cut) < below; cut++)
      ;
    for (size_t i = 0; i < s->n_met; i++) {
      uint32_t text = s->met[i];
      const struct similar_text *d = &x->texts[text];
      float gain = cut < N_CUTS ? rest * (float)d->frequent[cut] / 255 : rest;

      if (s->sums[text] * d->shrink / s->norm + gain >= reached - SLACK && x->ids[text] != but)
        best_add(&b, x->ids[text], in_full(s, text, below));
      s->sums[text] = 0;
    }
    for (uint32_t text = x->n_listed; text < x->n; text++)
      if (x->ids[text] != but)
        best_add(&b, x->ids[text], in_full(s, text, TERM_UNKNOWN));
  }
  for (size_t i = 0; i < s->n_parts; i++)
    s->weights[s->parts[i].term] = 0;
  return best_take(&b, out);
}
