#include "student/vat.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "net/loss.h"
#include "student/batches.h"

#define PROBE 0.1   /* length of the change that finds the worst direction (xi), in the unit of the loss' one */

struct vat {
  struct pass *pass;
  size_t E, C, parts, max_rows;
  bool multilabel;
  float *change;     /* (max rows, E) */
  float *p, *d;      /* (B, C) what it thinks without a change; gradients of scores */
  double *unit;      /* (B) root mean square length of a token's vector */
};

struct vat *
vat_new(const struct network *n, const struct encoded *c, bool multilabel, size_t max_texts, const struct team *team)
{
  struct vat *v = xcalloc(1, sizeof *v);
  struct batch_limits b = batches_limits(c, max_texts);
  struct pass_limits limits = {.max_texts = max_texts, .max_rows = b.rows, .max_length = c->longest,
                               .max_token_rows = b.token_rows};

  *v = (struct vat){.E = n->shape.E, .C = n->shape.C, .parts = n->shape.parts, .multilabel = multilabel};
  v->max_rows = limits.max_token_rows;
  v->pass = pass_new(n, &limits, team);
  v->change = xcalloc(v->pass->limits.max_rows * v->E, sizeof *v->change);
  v->p = xcalloc(max_texts * v->C, sizeof *v->p);
  v->d = xcalloc(max_texts * v->C, sizeof *v->d);
  v->unit = xcalloc(max_texts, sizeof *v->unit);
  return v;
}

void
vat_free(struct vat *v)
{
  if (!v)
    return;
  pass_free(v->pass);
  free(v->change);
  free(v->p);
  free(v->d);
  free(v->unit);
  free(v);
}

size_t
vat_max_rows(const struct vat *v)
{
  return v->max_rows;
}

/* ---- what it thinks ------------------------------------------------------------------------------------------------ */

static void
think(const struct vat *v)
{
  size_t C = v->C;

  for (size_t b = 0; b < v->pass->B; b++) {
    const float *s = v->pass->scores + b * C;
    float *p = v->p + b * C;
    double top = s[0], sum = 0;

    for (size_t i = 1; i < C; i++)
      top = s[i] > top ? s[i] : top;
    for (size_t i = 0; i < C; i++)
      sum += exp(s[i] - top);
    for (size_t i = 0; i < C; i++)
      p[i] = (float)(v->multilabel ? 1 / (1 + exp(-(double)s[i])) : exp(s[i] - top) / sum);
  }
}

static double
entropy(const struct vat *v, const float *p)
{
  double sum = 0;

  for (size_t i = 0; i < v->C; i++) {
    sum -= p[i] > 0 ? p[i] * log(p[i]) : 0;
    sum -= v->multilabel && p[i] < 1 ? (1 - p[i]) * log1p(-(double)p[i]) : 0;
  }
  return sum;
}

/* d: weight times the gradients of KL(p, what it thinks now). Returns the sum of these. */
static double
difference(const struct vat *v, double weight)
{
  struct loss l = {.kind = LOSS_CE, .multilabel = v->multilabel};
  double sum = 0;

  for (size_t b = 0; b < v->pass->B; b++) {
    const float *p = v->p + b * v->C;
    float *d = v->d + b * v->C;

    sum += loss_row(&l, v->C, v->pass->scores + b * v->C, p, NULL, 1, d) - entropy(v, p);
    for (size_t i = 0; i < v->C; i++)
      d[i] *= (float)weight;
  }
  return sum;
}

/* ---- changes of token vectors ---------------------------------------------------------------------------------------- */

/* The floats of part k of the batch. */
static size_t
part_begin(const struct vat *v, size_t k)
{
  return v->pass->batch.start[k] * v->E;
}

static double
sum_squares(const struct vat *v, size_t text, const float *x)
{
  double sum = 0;

  for (size_t part = 0; part < v->parts; part++) {
    size_t k = v->pass->place[text * v->parts + part];

    for (size_t i = part_begin(v, k); i < part_begin(v, k + 1); i++)
      sum += (double)x[i] * x[i];
  }
  return sum;
}

/* Rows of padding are zeros and do not count. */
static void
measure(struct vat *v)
{
  for (size_t b = 0; b < v->pass->B; b++) {
    size_t rows = 0;

    for (size_t part = 0; part < v->parts; part++) {
      size_t k = v->pass->place[b * v->parts + part];

      for (size_t r = v->pass->batch.start[k]; r < v->pass->batch.start[k + 1]; r++) {
        size_t i = 0;

        while (i < v->E && v->pass->x[r * v->E + i] == 0)
          i++;
        rows += i < v->E;
      }
    }
    v->unit[b] = rows > 0 ? sqrt(sum_squares(v, b, v->pass->x) / (double)rows) : 0;
  }
}

/* change = from, made `size` units long in each text; no direction, no change. */
static void
set_change(struct vat *v, const float *from, double size)
{
  for (size_t b = 0; b < v->pass->B; b++) {
    double squares = sum_squares(v, b, from), by = squares > 0 ? size * v->unit[b] / sqrt(squares) : 0;

    for (size_t part = 0; part < v->parts; part++) {
      size_t k = v->pass->place[b * v->parts + part];

      for (size_t i = part_begin(v, k); i < part_begin(v, k + 1); i++)
        v->change[i] = (float)(by * from[i]);
    }
  }
}

static void
set_random_change(struct vat *v, uint64_t key)
{
  struct rng r;

  rng_seed(&r, key);
  for (size_t i = 0; i < v->pass->batch.T * v->E; i++)
    v->change[i] = (float)rng_normal(&r);
  set_change(v, v->change, PROBE);
}

double
vat_step(struct vat *v, const struct network *n, struct team *team, const struct encoded *c, const uint32_t *which,
         size_t B, const struct vat_how *how, struct gradients *g)
{
  double sum;

  pass_set(v->pass, n, c, which, B, 0, how->key);
  pass_forward(v->pass, n, team, &(struct pass_how){.key = how->key});
  think(v);
  measure(v);
  set_random_change(v, how->key);
  pass_forward(v->pass, n, team, &(struct pass_how){.key = how->key, .change = v->change});
  difference(v, 1);
  pass_backward(v->pass, n, team, v->d);
  set_change(v, v->pass->dx, how->size);
  pass_forward(v->pass, n, team, &(struct pass_how){.dropout = how->dropout, .key = how->key, .change = v->change});
  sum = difference(v, how->weight / (double)B);
  pass_backward(v->pass, n, team, v->d);
  pass_gradients(v->pass, n, team, g, true);
  return sum / (double)B;
}

const float *
vat_change(const struct vat *v)
{
  return v->change;
}

const struct pass *
vat_pass(const struct vat *v)
{
  return v->pass;
}
