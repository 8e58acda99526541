/* mix: which combinations of attribute values a round asks for. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "generate/round.h"

#define LOOK_AHEAD 64   /* places in which another value is looked for, to make a combination that is new */

static const char *
name_cell(struct round *u, uint32_t label, const uint32_t *values)
{
  buf_clear(&u->key);
  buf_addf(&u->key, "%u", label);
  for (size_t a = 0; a < u->t->n_attributes; a++)
    buf_addf(&u->key, " %u", values[a]);
  return u->key.s;
}

int64_t
mix_sample(struct round *u, uint32_t label, const uint32_t *values)
{
  name_cell(u, label, values);
  return strmap_get(&u->used, u->key.s, u->key.n, 0);
}

void
mix_used(struct round *u, uint32_t label, const uint32_t *values, int64_t sample)
{
  if (mix_sample(u, label, values) <= sample)
    strmap_put(&u->used, u->key.s, u->key.n, sample + 1);
}

/* The weights of an attribute's values; all 0 only if nothing comes of any. */
static void
weigh(const struct round *u, uint32_t label, size_t attribute, bool topping_up, double *weights)
{
  size_t n = u->t->attributes[attribute].n;
  double sum = 0;

  if (topping_up)
    round_lacks(u, label, attribute, weights);
  for (size_t v = 0; v < n; v++) {
    const struct steer_cell *cell = steer_cell(&u->steer, label, attribute, v);

    if (!topping_up)
      weights[v] = 1;
    if (u->o->steer)
      weights[v] *= cell->score;
    if (cell->barren || !round_allows(u, attribute, v))
      weights[v] = 0;
    sum += weights[v];
  }
  /* what the barren ones lack goes to the others; and where all are, the plan's values are gone through once more */
  for (int pass = 0; pass < 2 && sum <= 0; pass++)
    for (size_t v = 0; v < n; v++) {
      weights[v] = round_allows(u, attribute, v) && (pass == 1 || !steer_cell(&u->steer, label, attribute, v)->barren);
      sum += weights[v];
    }
}

static void
deal_values(const struct round *u, struct mix *m, size_t attribute, bool topping_up)
{
  size_t n_values = u->t->attributes[attribute].n, at = 0;
  size_t *shares = xcalloc(n_values + 1, sizeof *shares);
  uint32_t *out = xcalloc(m->n + 1, sizeof *out);
  struct rng rng;

  m->dealt[attribute] = out;
  m->weights[attribute] = xcalloc(n_values + 1, sizeof *m->weights[attribute]);
  weigh(u, m->label, attribute, topping_up, m->weights[attribute]);
  asking_deal(m->weights[attribute], n_values, m->n, shares);
  for (size_t v = 0; v < n_values; v++)
    for (size_t k = 0; k < shares[v]; k++)
      out[at++] = (uint32_t)v;
  rng_seed(&rng, hash_mix((u->o->seed ? u->o->seed : 1) ^ hash_mix(m->label + 1)) ^
                   hash_mix(u->number * PROMPTY_ATTRIBUTES + attribute));
  rng_shuffle(&rng, out, m->n);
  free(shares);
}

void
mix_init(struct mix *m, struct round *u, uint32_t label, size_t n, bool topping_up)
{
  *m = (struct mix){.label = label, .n = n, .n_anywhere = topping_up ? (size_t)round_needs(u, label) : n};
  for (size_t a = 0; a < u->t->n_attributes; a++)
    deal_values(u, m, a, topping_up);
}

void
mix_release(struct mix *m)
{
  for (size_t a = 0; a < PROMPTY_ATTRIBUTES; a++) {
    free(m->dealt[a]);
    free(m->weights[a]);
  }
}

/* One of the values dealt for later, in exchange. */
static bool
exchange(struct round *u, struct mix *m, size_t attribute, size_t k, uint32_t *values)
{
  uint32_t *dealt = m->dealt[attribute], before = dealt[k];

  for (size_t i = k + 1; i < m->n && i <= k + LOOK_AHEAD; i++) {
    values[attribute] = dealt[i];
    if (mix_sample(u, m->label, values) == 0) {
      dealt[k] = dealt[i];
      dealt[i] = before;
      return true;
    }
  }
  values[attribute] = before;
  return false;
}

/* The value with the largest weight with which the combination is new. */
static bool
replace(struct round *u, const struct mix *m, size_t attribute, size_t k, uint32_t *values)
{
  const double *weights = m->weights[attribute];
  uint32_t before = values[attribute], best = UINT32_MAX;

  for (uint32_t v = 0; v < u->t->attributes[attribute].n; v++) {
    bool will_do = weights[v] > 0 || (k < m->n_anywhere && round_allows(u, attribute, v) &&
                                      !steer_cell(&u->steer, m->label, attribute, v)->barren);

    values[attribute] = v;
    if (will_do && (best == UINT32_MAX || weights[v] > weights[best]) && mix_sample(u, m->label, values) == 0)
      best = v;
  }
  values[attribute] = best == UINT32_MAX ? before : best;
  return best != UINT32_MAX;
}

void
mix_values(struct round *u, struct mix *m, size_t k, uint32_t *values)
{
  bool is_new;

  for (size_t a = 0; a < u->t->n_attributes; a++)
    values[a] = m->dealt[a][k];
  is_new = mix_sample(u, m->label, values) == 0;
  for (size_t a = u->t->n_attributes; a-- > 0 && !is_new;)
    is_new = exchange(u, m, a, k, values);
  for (size_t a = u->t->n_attributes; a-- > 0 && !is_new;)
    is_new = replace(u, m, a, k, values);
}
