#include "prompt/plan.h"

#include <stdio.h>
#include <string.h>

#include "base/nearest.h"

#define CELLS_MAX ((uint64_t)1 << 50)

/* The values that the restrictions leave of each attribute. */
struct grid {
  const struct prompty *t;
  uint32_t *values[PROMPTY_ATTRIBUTES];
  uint64_t n[PROMPTY_ATTRIBUTES];
  uint64_t before[PROMPTY_ATTRIBUTES];  /* cells of all attributes before this one */
  uint64_t n_cells;
};

static int
unknown(struct err *e, const struct prompty *t, const char *what, struct nearest *near)
{
  char hint[80];

  return err_set(e, ERR_INPUT, "template '%s' has no %s '%s'%s", t->name, what, near->word, nearest_hint(near, hint));
}

/* Both names of a restriction must be known. */
static int
check_restriction(const struct prompty *t, const struct plan_restriction *r, struct err *e)
{
  int i = prompty_attribute(t, r->attribute);
  struct nearest near = nearest_to(r->attribute);
  char what[160];

  if (i < 0) {
    for (size_t k = 0; k < t->n_attributes; k++)
      nearest_try(&near, t->attributes[k].name);
    return unknown(e, t, "attribute", &near);
  }
  if (prompty_value(&t->attributes[i], r->value) >= 0)
    return 0;
  near = nearest_to(r->value);
  for (size_t k = 0; k < t->attributes[i].n; k++)
    nearest_try(&near, t->attributes[i].values[k]);
  snprintf(what, sizeof what, "'%s' of the value", r->attribute);
  return unknown(e, t, what, &near);
}

bool
plan_allows(const struct plan_restriction *restrictions, size_t n, const char *attribute, const char *value)
{
  bool restricted = false;

  for (size_t i = 0; i < n; i++)
    if (strcmp(restrictions[i].attribute, attribute) == 0) {
      if (strcmp(restrictions[i].value, value) == 0)
        return true;
      restricted = true;
    }
  return !restricted;
}

static int
make_grid(struct grid *g, struct arena *a, const struct prompty *t, const struct plan_wish *wish, struct err *e)
{
  *g = (struct grid){.t = t, .n_cells = 1};
  for (size_t i = 0; i < wish->n_restrictions; i++)
    if (check_restriction(t, &wish->restrictions[i], e) < 0)
      return -1;
  for (size_t i = 0; i < t->n_attributes; i++) {
    const struct prompty_attribute *attribute = &t->attributes[i];

    g->values[i] = arena_alloc(a, attribute->n * sizeof *g->values[i]);
    for (size_t k = 0; k < attribute->n; k++)
      if (plan_allows(wish->restrictions, wish->n_restrictions, attribute->name, attribute->values[k]))
        g->values[i][g->n[i]++] = (uint32_t)k;
    g->before[i] = g->n_cells;
    g->n_cells *= g->n[i];
    if (g->n_cells > CELLS_MAX)
      return err_set(e, ERR_INPUT, "template '%s' has too many combinations of attribute values", t->name);
  }
  return 0;
}

static uint64_t
gcd(uint64_t a, uint64_t b)
{
  while (b) {
    uint64_t rest = a % b;

    a = b;
    b = rest;
  }
  return a;
}

/* The values of cell k. All attributes step on together, and one is shifted by one each time that it and those before
 * it have come round together (after their least common multiple): so each cell comes once, and each value equally
 * often. */
static void
cell(const struct grid *g, uint64_t k, uint32_t *values)
{
  for (size_t i = g->t->n_attributes; i-- > 0; ) {
    uint64_t round = g->before[i] / gcd(g->before[i], g->n[i]) * g->n[i];

    values[i] = g->values[i][(k + k / round) % g->n[i]];
    k %= g->before[i];
  }
}

static int
check_wish(const struct prompty *t, size_t n_labels, const struct plan_wish *wish, struct err *e)
{
  if (t->kind == PROMPTY_ANNOTATE)
    return err_set(e, ERR_INPUT, "template '%s' is for %s, not for generate", t->name, prompty_kind_name(t->kind));
  if (!n_labels || (wish->labels && !wish->n_labels))
    return err_set(e, ERR_INPUT, "there are no labels to write texts for");
  if (!wish->per_label == !wish->total)
    return err_set(e, ERR_INPUT, "the plan needs a number of texts, for each label or in all");
  for (size_t i = 0; wish->labels && i < wish->n_labels; i++)
    ensure(wish->labels[i] < n_labels);
  return 0;
}

int
plan_make(struct plan *p, const struct prompty *t, const struct prompt_label *labels, size_t n_labels,
          const struct plan_wish *wish, struct err *e)
{
  size_t n_used = wish->labels ? wish->n_labels : n_labels, count = (size_t)t->count, wanted, rounds;
  struct grid g;

  (void)labels;
  *p = (struct plan){.n_attributes = t->n_attributes, .count = t->count};
  arena_init(&p->arena);
  if (check_wish(t, n_labels, wish, e) < 0 || make_grid(&g, &p->arena, t, wish, e) < 0)
    return -1;
  wanted = wish->per_label ? wish->per_label : wish->total;
  rounds = wanted / count + (wanted % count != 0);
  if (rounds > PLAN_REQUESTS || (wish->per_label && rounds * n_used > PLAN_REQUESTS))
    return err_set(e, ERR_INPUT, "the plan has more than %d requests", PLAN_REQUESTS);
  p->n = wish->per_label ? rounds * n_used : rounds;
  p->n_cells = (size_t)g.n_cells;
  p->requests = arena_alloc(&p->arena, (p->n + 1) * sizeof *p->requests);
  for (size_t i = 0, k = 0; i < p->n; k++) {
    uint32_t *values = arena_alloc(&p->arena, (t->n_attributes + 1) * sizeof *values);

    cell(&g, k % g.n_cells, values);
    for (size_t l = 0; l < n_used && i < p->n; l++)
      p->requests[i++] = (struct plan_request){wish->labels ? wish->labels[l] : (uint32_t)l, (uint32_t)(k / g.n_cells),
                                               values};
  }
  return 0;
}

void
plan_release(struct plan *p)
{
  arena_release(&p->arena);
  *p = (struct plan){0};
}

void
plan_scope(const struct plan *p, size_t i, const struct prompt_label *labels, struct prompt_scope *s)
{
  s->label = &labels[p->requests[i].label];
  s->values = p->requests[i].values;
  s->count = p->count;
}
