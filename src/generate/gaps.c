/* gaps: how many requests a round needs: what labels and cells lack, and what can be expected of a request. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "generate/round.h"
#include "generate/topup.h"

bool
round_allows(const struct round *u, size_t attribute, size_t value)
{
  const struct prompty_attribute *a = &u->t->attributes[attribute];

  return plan_allows(u->o->restrictions, u->o->n_restrictions, a->name, a->values[value]);
}

/* Texts wished of each value of an attribute: its share of the label's, as planned. To be freed. */
static double *
wished_of_values(const struct round *u, uint32_t label, size_t attribute)
{
  double *wished = xcalloc(u->t->attributes[attribute].n + 1, sizeof *wished);
  size_t seen = 0;

  for (size_t i = 0; i < u->asking.plan.n && seen < u->asking.requests[label]; i++)
    if (u->asking.plan.requests[i].label == label) {
      wished[u->asking.plan.requests[i].values[attribute]] +=
        (double)u->asking.texts[label] / (double)u->asking.requests[label];
      seen++;
    }
  return wished;
}

double
round_lacks(const struct round *u, uint32_t label, size_t attribute, double *lacks)
{
  double *wished = wished_of_values(u, label, attribute), requests = 0;

  for (size_t v = 0; v < u->t->attributes[attribute].n; v++) {
    const struct steer_cell *cell = steer_cell(&u->steer, label, attribute, v);

    lacks[v] = cell->barren || wished[v] <= cell->kept ? 0 : wished[v] - cell->kept;
    requests += round(lacks[v] / (cell->yield * u->t->count));
  }
  free(wished);
  return requests;
}

/* True if something can still come of the label. */
static bool
bears(const struct round *u, uint32_t label)
{
  if (u->t->n_attributes == 0)
    return !steer_label(&u->steer, label)->barren;
  for (size_t a = 0; a < u->t->n_attributes; a++) {
    bool any = false;

    for (size_t v = 0; v < u->t->attributes[a].n; v++)
      any = any || (round_allows(u, a, v) && !steer_cell(&u->steer, label, a, v)->barren);
    if (!any)
      return false;
  }
  return true;
}

/* The yield to be expected of a label: of all that was asked for, or of what is still asked for, if that is better:
 * what a barren value cost is no forecast. */
static double
expected_yield(const struct round *u, uint32_t label)
{
  double yield = steer_label(&u->steer, label)->yield;

  for (size_t a = 0; a < u->t->n_attributes; a++) {
    double sum = 0;
    size_t n = 0;

    for (size_t v = 0; v < u->t->attributes[a].n; v++)
      if (round_allows(u, a, v) && !steer_cell(&u->steer, label, a, v)->barren) {
        sum += steer_cell(&u->steer, label, a, v)->yield;
        n++;
      }
    if (n > 0 && n < u->t->attributes[a].n)
      yield = fmax(yield, sum / (double)n);
  }
  return yield;
}

double
round_needs(const struct round *u, uint32_t label)
{
  double lack = (double)u->asking.texts[label] - steer_label(&u->steer, label)->kept;

  return lack > 0 ? ceil(lack / (expected_yield(u, label) * u->t->count) - 1e-9) : 0;
}

size_t
round_top_up(const struct round *u, uint32_t label)
{
  const struct steer_cell *all = steer_label(&u->steer, label);
  double wished = (double)u->asking.texts[label], lack = wished - all->kept, count = u->t->count;
  double waste = u->o->waste_max > 0 ? u->o->waste_max : TOPUP_WASTE;
  double left = ceil(waste * wished / count - 1e-9) - all->asked / count;
  double n = round_needs(u, label), perfect = ceil(lack / count - 1e-9);

  for (size_t a = 0; a < u->t->n_attributes; a++) {
    double *lacks = xcalloc(u->t->attributes[a].n + 1, sizeof *lacks), sum = 0;

    n = fmax(n, round_lacks(u, label, a, lacks));
    for (size_t v = 0; v < u->t->attributes[a].n; v++)
      sum += lacks[v];
    perfect = fmax(perfect, ceil(sum / count - 1e-9));
    free(lacks);
  }
  n = fmin(fmin(n, all->kept > 0 || all->asked == 0 ? 2 * perfect : 1), left);
  return n >= 1 && bears(u, label) ? (size_t)n : 0;
}

size_t
round_steer(const struct round *u, uint32_t label)
{
  size_t wished = u->asking.requests[label], asked = u->asking.dealt[label], left;

  if (!u->o->steer || asked >= wished)
    return 0;
  left = wished - asked;
  return left <= TOPUP_LEAST ? left : (left + 1) / 2;
}
