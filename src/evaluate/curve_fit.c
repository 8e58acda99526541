#include "evaluate/curve_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "evaluate/power_law.h"
#include "evaluate/resample.h"

#define SHRINK_DF 16.
#define NORMAL_95 1.959963984540054
#define ADVICE_MAX 1000
#define REGION_LEAST 5  /* points */
#define SURE .05
#define SAME 1e-12      /* a variance that is only rounding */

/* What is known of a curve's points for the fit. */
struct shape_of_curve {
  struct power_point *all, *points;  /* by x; points: those of the law's region */
  size_t n;              /* of points */
  double se_df;          /* of their standard errors; 0: these are all the same, and say nothing */
  size_t n_last;         /* texts beside the seeds, in the largest point */
  const struct found_point *first, *last;  /* of those with the least and the most texts */
};

static double
variance_of_all(const struct found_curve *c, double *df)
{
  double sum = 0;

  *df = 0;
  for (size_t i = 0; i < c->n_points; i++) {
    const struct found_point *p = &c->points[i];

    if (p->n_seeds < 2 || p->n + c->n_seed == 0)
      continue;
    *df += (double)(p->n_seeds - 1);
    sum += (double)(p->n_seeds - 1) * variance_of(p->seeds, p->n_seeds);
  }
  return *df > 0 ? sum / *df : 0;
}

static int
by_x(const void *a, const void *b)
{
  const struct power_point *p = a, *q = b;

  return (p->x > q->x) - (p->x < q->x);
}

static struct shape_of_curve
shape_of_curve(const struct found_curve *c, size_t n_test)
{
  struct shape_of_curve s = {.all = xcalloc(c->n_points + 1, sizeof *s.all)};
  double all = variance_of_all(c, &s.se_df), least = n_test > 0 ? 1 / (12. * (double)n_test * (double)n_test) : 0;

  if (!(all > SAME))  /* one seed a point, or all the same */
    s.se_df = 0;
  for (size_t i = 0; i < c->n_points; i++) {
    const struct found_point *p = &c->points[i];
    double seeds = (double)(p->n_seeds > 0 ? p->n_seeds : 1), own = seeds - 1, variance = 1;

    if (p->n + c->n_seed == 0 || !isfinite(p->mean))
      continue;
    if (s.se_df > 0) {
      variance = own > 0 ? own * variance_of(p->seeds, p->n_seeds) : 0;
      variance = (variance + SHRINK_DF * all) / (own + SHRINK_DF) / seeds;
      variance += least;  /* a share of n_test texts has an error of rounding at least */
    }
    s.all[s.n++] = (struct power_point){(double)(p->n + c->n_seed), p->mean, sqrt(variance)};
    if (!s.last || p->n > s.last->n)
      s.last = p;
    if (!s.first || p->n < s.first->n)
      s.first = p;
  }
  qsort(s.all, s.n, sizeof *s.all, by_x);
  s.points = s.all;
  s.n_last = s.last ? s.last->n : 0;
  return s;
}

/* Fits the law to its region: the smallest sizes are left out while the rest lies on no law, but for REGION_LEAST. What
 * is said of growth at all is said of all points. */
static int
fit_region(struct shape_of_curve *s, uint64_t seed, struct power_law *law)
{
  struct power_law whole;

  if (power_law_fit(s->points, s->n, s->se_df, seed, law) != 0)
    return -1;
  whole = *law;
  while (law->lacks && s->n > REGION_LEAST && power_law_fit(s->points + 1, s->n - 1, s->se_df, seed, law) == 0) {
    s->points++;
    s->n--;
  }
  law->grow_p = whole.grow_p;
  law->fall_p = whole.fall_p;
  return 0;
}

static void
widen(struct interval *ci, double middle, double variance)
{
  double more = NORMAL_95 * NORMAL_95 * variance;

  ci->lo = middle - sqrt((middle - ci->lo) * (middle - ci->lo) + more);
  ci->hi = middle + sqrt((ci->hi - middle) * (ci->hi - middle) + more);
}

/* What the test texts put into the last point's accuracy: its interval without what its seeds put there. */
static double
variance_of_texts(const struct shape_of_curve *s)
{
  double half = (s->last->ci95.hi - s->last->ci95.lo) / 2, se = half / NORMAL_95, of_seeds = 0;

  if (s->last->n_seeds > 1)
    of_seeds = variance_of(s->last->seeds, s->last->n_seeds) / (double)s->last->n_seeds;
  return isfinite(se) ? fmax(0, se * se - of_seeds) : 0;
}

static struct found_law *
law_found(const struct power_law *law, const struct shape_of_curve *s)
{
  struct found_law *out = xcalloc(1, sizeof *out);

  *out = (struct found_law){.ceiling = law->ceiling, .scale = law->scale, .rate = law->rate, .residual = law->residual,
                            .rate_p = law->grow_p, .ceiling_ci95 = power_law_ceiling(law, s->points, s->n)};
  widen(&out->ceiling_ci95, law->ceiling, variance_of_texts(s));
  out->ceiling_ci95.lo = fmax(0, out->ceiling_ci95.lo);
  out->ceiling_ci95.hi = fmin(1, out->ceiling_ci95.hi);
  return out;
}

static void
look_ahead(struct found_curve *c, const struct power_law *law, const struct shape_of_curve *s, double samples,
           double usd_per_sample)
{
  struct found_outlook *o = &c->next[c->n_next++];
  double x = (double)(s->n_last + c->n_seed);

  o->samples = samples;
  o->usd = usd_per_sample > 0 ? samples * usd_per_sample : NAN;
  o->gain = power_law_at(law, x + samples) - power_law_at(law, x);
  o->ci95 = power_law_gain(law, s->points, s->n, x, x + samples);
  o->ci95.hi = fmin(1 - fmin(power_law_at(law, x), 1), o->ci95.hi);
}

/* "2 of the 4 sizes" and the like: numbers as a person reads them. */
static void
add_count(struct buf *b, double n)
{
  buf_addf(b, "%.0f", n);
}

static double
points_of(double share)
{
  return share * 100;
}

static void
add_money(struct buf *b, double usd)
{
  if (!isfinite(usd))
    return;
  if (usd < .005)
    buf_adds(b, ", less than $0.01");
  else
    buf_addf(b, ", about $%.2f", usd);
}

static const char *
kind_of(const struct found_curve *c)
{
  return c->of && *c->of ? c->of : "training";
}

static void
advise_no_law(const struct shape_of_curve *s, struct buf *b)
{
  buf_addf(b, "too few sizes to say what more would bring: %zu, and a curve needs %d", s->n, POWER_POINTS_LEAST);
}

static void
advise_fall(const struct found_curve *c, const struct shape_of_curve *s, struct buf *b)
{
  buf_addf(b, "stop here: accuracy fell from %.1f %% with %zu %s texts to %.1f %% with %zu", points_of(s->first->mean),
           s->first->n, kind_of(c), points_of(s->last->mean), s->last->n);
}

/* All that the outlook speaks of: "500 more generated texts, about $0.01, ... ; $1 buys 16000, ..." */
static void
add_outlook(const struct found_curve *c, const struct shape_of_curve *s, const char *verb, struct buf *b)
{
  for (size_t i = 0; i < c->n_next; i++) {
    const struct found_outlook *o = &c->next[i];

    if (i == 0) {
      add_count(b, o->samples);
      buf_addf(b, " more %s texts", kind_of(c));
      add_money(b, o->usd);
      buf_addf(b, "%s %s ", isfinite(o->usd) ? "," : "", verb);
    } else {
      bool is_capped = o->samples >= CURVE_AHEAD_MOST * (double)s->n_last;

      buf_adds(b, is_capped ? "; " : "; for $1, ");
      add_count(b, o->samples);
      if (is_capped)
        buf_addf(b, " more (%d times what there is, and no outlook goes further)", CURVE_AHEAD_MOST);
      else
        buf_adds(b, " more");
      if (is_capped)
        add_money(b, o->usd);
      buf_adds(b, ", ");
    }
    buf_addf(b, "%+.1f points (%.1f to %.1f)", points_of(o->gain), points_of(o->ci95.lo), points_of(o->ci95.hi));
  }
}

static void
add_most(const struct found_curve *c, struct buf *b)
{
  for (size_t i = 0; i < c->n_next; i++) {
    const struct found_outlook *o = &c->next[i];

    if (i > 0)
      buf_adds(b, " and ");
    add_count(b, o->samples);
    if (i == 0)
      buf_addf(b, " more %s texts should bring", kind_of(c));
    buf_addf(b, " at most %.1f%s", points_of(o->ci95.hi), i == 0 ? " points" : "");
  }
}

static double
most_of(const struct found_curve *c)
{
  double most = 0;

  for (size_t i = 0; i < c->n_next; i++)
    most = fmax(most, c->next[i].ci95.hi);
  return most;
}

static void
advise(struct found_curve *c, const struct power_law *law, const struct shape_of_curve *s, double detectable,
       size_t n_test, struct buf *b)
{
  double most = most_of(c);
  bool is_hidden = isfinite(detectable) && most < detectable;

  c->stop = true;
  if (law->fall_p < SURE) {
    advise_fall(c, s, b);
  } else if (most < CURVE_WORTHLESS || is_hidden) {
    buf_adds(b, most < CURVE_WORTHLESS ? "stop here: " : "stop here, or add test texts: ");
    add_most(c, b);
    if (is_hidden)
      buf_addf(b, "; %zu test texts cannot show less than %.1f", n_test, points_of(detectable));
  } else {
    c->stop = false;
    if (law->grow_p >= SURE)
      buf_adds(b, "no growth is shown yet, nor ruled out: ");
    add_outlook(c, s, law->grow_p >= SURE ? "might bring" : "should bring", b);
  }
}

static void
forget(struct found_curve *c)
{
  free(c->law);
  free(c->next);
  free(c->advice);
  c->law = NULL;
  c->next = NULL;
  c->n_next = 0;
  c->stop = false;
}

void
curve_conclude(struct found_curve *c, double usd_per_sample, double detectable, size_t n_test, uint64_t seed)
{
  struct shape_of_curve s = shape_of_curve(c, n_test);
  struct buf advice;
  struct power_law law;

  forget(c);
  buf_init(&advice, ADVICE_MAX);
  if (fit_region(&s, seed, &law) != 0) {
    advise_no_law(&s, &advice);
  } else {
    double ahead_most = CURVE_AHEAD_MOST * (double)s.n_last;

    c->law = law_found(&law, &s);
    c->next = xcalloc(2, sizeof *c->next);
    look_ahead(c, &law, &s, CURVE_SAMPLES, usd_per_sample);
    if (usd_per_sample > 0 && fmin(CURVE_USD / usd_per_sample, ahead_most) >= 1)
      look_ahead(c, &law, &s, floor(fmin(CURVE_USD / usd_per_sample, ahead_most)), usd_per_sample);
    advise(c, &law, &s, detectable, n_test, &advice);
  }
  c->advice = buf_take(&advice);
  free(s.all);
}
