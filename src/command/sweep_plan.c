#include "command/sweep_plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"

/* ---- ranges ---- */

static int
wrong(const char *text, struct err *e)
{
  return err_set(e, ERR_INPUT, "'%.100s' is not like lr=1e-4..1e-2:log, dropout=.1,.3,.5 or epochs=5..20", text);
}

static int
take_value(const struct option *o, const char *text, size_t n, double *value, struct err *e)
{
  char *word = xstrndup(text, n);
  int r = option_check(o, word, value, e);

  free(word);
  return r;
}

static int
take_list(struct sweep_range *r, const struct option *o, const char *text, struct err *e)
{
  for (;; text++) {
    size_t n = strcspn(text, ",");

    if (r->n_list == SWEEP_MAX_LIST)
      return err_set(e, ERR_INPUT, "'%s' has more than %d values", o->name, SWEEP_MAX_LIST);
    if (take_value(o, text, n, &r->list[r->n_list++], e) < 0)
      return -1;
    text += n;
    if (!*text)
      return 0;
  }
}

static int
take_range(struct sweep_range *r, const struct option *o, const char *text, const char *dots, struct err *e)
{
  const char *to = dots + 2, *colon = strchr(to, ':');

  if (colon && strcmp(colon, ":log") != 0 && strcmp(colon, ":lin") != 0)
    return err_set(e, ERR_INPUT, "'%s' can be spread as :log or :lin, not '%.40s'", o->name, colon);
  r->logarithmic = colon && strcmp(colon, ":log") == 0;
  if (o->type != OPTION_REAL && o->type != OPTION_INT)
    return err_set(e, ERR_INPUT, "'%s' is no number: give its values as a list, with commas", o->name);
  if (take_value(o, text, (size_t)(dots - text), &r->from, e) < 0 ||
      take_value(o, to, colon ? (size_t)(colon - to) : strlen(to), &r->to, e) < 0)
    return -1;
  if (r->from >= r->to)
    return err_set(e, ERR_INPUT, "'%s': %g is not less than %g", o->name, r->from, r->to);
  if (r->logarithmic && r->from <= 0)
    return err_set(e, ERR_INPUT, "'%s': a range by its logarithm begins above 0", o->name);
  return 0;
}

int
sweep_space_add(struct sweep_space *s, const char *text, struct err *e)
{
  const char *equal = strchr(text, '='), *dots;
  struct sweep_range *r = &s->ranges[s->n];
  const struct option *o;
  char *name;

  if (!equal || equal == text || !equal[1])
    return wrong(text, e);
  name = xstrndup(text, (size_t)(equal - text));
  o = option_find(s->kind->params, name);
  free(name);
  if (!o)
    return err_set(e, ERR_INPUT, "the student '%s' has no parameter '%.*s' to sweep", s->kind->name,
                   (int)(equal - text < 60 ? equal - text : 60), text);
  if (s->n == SWEEP_MAX_RANGES)
    return err_set(e, ERR_INPUT, "more than %d parameters to sweep", SWEEP_MAX_RANGES);
  for (size_t i = 0; i < s->n; i++)
    if (&s->kind->params[s->ranges[i].param] == o)
      return err_set(e, ERR_INPUT, "'%s' is swept twice", o->name);
  *r = (struct sweep_range){.param = (size_t)(o - s->kind->params)};
  dots = strstr(equal, "..");
  if ((dots ? take_range(r, o, equal + 1, dots, e) : take_list(r, o, equal + 1, e)) < 0)
    return -1;
  s->n++;
  return 0;
}

/* ---- trials ---- */

/* The value at u of 0..1; as many digits as a person would give it. */
static double
value_at(const struct sweep_space *s, const struct sweep_range *r, double u)
{
  const struct option *o = &s->kind->params[r->param];
  double x = r->logarithmic ? r->from * pow(r->to / r->from, u) : r->from + (r->to - r->from) * u;
  double unit;

  if (o->type == OPTION_INT)
    return fmin(fmax(round(x), r->from), r->to);
  if (x == 0)
    return 0;
  unit = pow(10, floor(log10(fabs(x))) - 2);  /* three of them */
  x = unit < 1 ? round(x / unit) / round(1 / unit) : round(x / unit) * unit;
  return fmin(fmax(x, r->from), r->to);
}

void
sweep_random(const struct sweep_space *s, uint64_t seed, size_t trial, double *values)
{
  struct rng rng;

  rng_seed(&rng, hash_mix(seed ^ hash_mix(trial + 1)));
  for (size_t i = 0; i < s->n; i++) {
    const struct sweep_range *r = &s->ranges[i];

    values[r->param] = r->n_list ? r->list[rng_below(&rng, r->n_list)] : value_at(s, r, rng_unit(&rng));
  }
}

static size_t
range_size(const struct sweep_range *r, const struct option *o, size_t points)
{
  double whole = r->to - r->from + 1;

  if (r->n_list)
    return r->n_list;
  return o->type == OPTION_INT && whole < (double)points ? (size_t)whole : points;
}

size_t
sweep_grid_size(const struct sweep_space *s, size_t points)
{
  size_t n = 1;

  for (size_t i = 0; i < s->n && n <= SWEEP_MAX_TRIALS; i++)
    n *= range_size(&s->ranges[i], &s->kind->params[s->ranges[i].param], points);
  return n;
}

void
sweep_grid(const struct sweep_space *s, size_t points, size_t trial, double *values)
{
  for (size_t i = s->n; i-- > 0;) {
    const struct sweep_range *r = &s->ranges[i];
    size_t n = range_size(r, &s->kind->params[r->param], points), k = trial % n;

    trial /= n;
    values[r->param] = r->n_list ? r->list[k] : n == 1 ? r->from : value_at(s, r, (double)k / (double)(n - 1));
  }
}

/* ---- the rule ---- */

static double
best_until(const struct sweep_curve *c, size_t epoch)
{
  double best = -INFINITY;

  for (size_t i = 0; i < epoch && i < c->n; i++)
    best = c->figure[i] > best ? c->figure[i] : best;
  return best;
}

static double
mean_until(const struct sweep_curve *c, size_t epoch)
{
  size_t n = c->n < epoch ? c->n : epoch;
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += c->figure[i];
  return sum / (double)n;
}

static int
by_size(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

bool
sweep_median_stops(const struct sweep_curve *curves, size_t k, size_t epoch)
{
  double *means = xcalloc(k + 1, sizeof *means), median;
  size_t n = 0;

  for (size_t i = 0; i < k; i++)
    if (curves[i].n && (curves[i].n >= epoch || curves[i].ended))
      means[n++] = mean_until(&curves[i], epoch);
  qsort(means, n, sizeof *means, by_size);
  median = n == 0 ? -INFINITY : n % 2 ? means[n / 2] : (means[n / 2 - 1] + means[n / 2]) / 2;
  free(means);
  return n >= SWEEP_LEAST_OTHERS && best_until(&curves[k], epoch) < median;
}
