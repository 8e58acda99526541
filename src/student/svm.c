#include "student/svm.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pool.h"
#include "student/kernel.h"

static size_t
lanes_for(size_t n_classes)
{
  return n_classes <= 8 ? 8 : n_classes <= 16 ? 16 : 32;
}

struct svm *
svm_new(const struct rows *rows, const float *values, const float *squares, uint32_t n_features, const struct example *x,
        const uint32_t *which, size_t n, size_t n_classes, double cost, int max_epochs, uint64_t seed)
{
  struct svm *s = xcalloc(1, sizeof *s);

  *s = (struct svm){.rows = rows, .values = values, .squares = squares, .x = x, .n_features = n_features,
                    .n_classes = n_classes, .lanes = lanes_for(n_classes), .cost = cost, .n = n};
  s->n_shards = (n_classes + s->lanes - 1) / s->lanes;
  s->order = xmalloc((n + 1) * sizeof *s->order);
  memcpy(s->order, which, n * sizeof *which);
  rng_seed(&s->rng, seed);
  s->weights = huge_new(&s->tables[0], s->n_shards * s->n_features * s->lanes * sizeof *s->weights);
  if (max_epochs > 1)
    s->alpha = huge_new(&s->tables[1], s->n_shards * rows->n * s->lanes * sizeof *s->alpha);
  s->bias = xcalloc(svm_stride(s), sizeof *s->bias);
  return s;
}

void
svm_free(struct svm *s)
{
  if (!s)
    return;
  huge_free(&s->tables[0]);
  huge_free(&s->tables[1]);
  free(s->order);
  free(s->bias);
  free(s);
}

/* ---- a step ----------------------------------------------------------------------------------------------------- */

struct step {
  struct svm *s;
  const struct kernels *kernels;
  size_t n;
  float *scores;
  double *moved;      /* (n_shards) */
  atomic_size_t next;
};

static struct kernel_row
row_of(const struct rows *rows, const float *values, uint32_t i)
{
  return (struct kernel_row){rows->ids + rows->start[i], values + rows->start[i], (uint32_t)(rows->start[i + 1] - rows->start[i])};
}

/* Sets (back) the signs of a row's own labels among the lanes of a shard. */
static void
set_signs(float *signs, const struct example *x, size_t first, size_t lanes, float sign)
{
  for (size_t l = 0; l < x->n_labels; l++)
    if (x->labels[l] - first < lanes)
      signs[x->labels[l] - first] = sign;
}

static void
solve_shard(struct step *p, size_t shard)
{
  struct svm *s = p->s;
  size_t lanes = s->lanes, stride = svm_stride(s);
  float signs[KERNEL_MAX_LANES], scores[KERNEL_MAX_LANES], fresh[KERNEL_MAX_LANES];
  double moved = 0;

  for (size_t k = 0; k < lanes; k++)  /* lanes without a class never move */
    signs[k] = shard * lanes + k < s->n_classes ? -1 : 0;
  for (size_t q = 0; q < p->n; q++) {
    uint32_t i = s->order[s->at + q];
    const struct example *x = &s->x[i];
    struct kernel_row row = row_of(s->rows, s->values, i);
    float ridge = (float)(1 / (2 * s->cost * (x->weight > 0 ? x->weight : 1)));
    struct kernel_solve k = {.weights = s->weights + shard * s->n_features * lanes, .bias = s->bias + shard * lanes,
                             .alpha = s->alpha ? s->alpha + (shard * s->rows->n + i) * lanes : fresh, .signs = signs,
                             .ridge = ridge,
                             .inverse = 1 / (s->squares[i] + 1 + ridge),
                             .scores = p->scores ? p->scores + q * stride + shard * lanes : scores};

    if (!s->alpha)
      memset(fresh, 0, lanes * sizeof *fresh);
    set_signs(signs, x, shard * lanes, lanes, 1);
    moved += p->kernels->solve(&k, &row, lanes);
    set_signs(signs, x, shard * lanes, lanes, -1);
  }
  p->moved[shard] = moved;
}

static void
solve_shards(void *arg, int thread, int n_threads)
{
  struct step *p = arg;
  size_t shard;

  (void)thread, (void)n_threads;
  while ((shard = atomic_fetch_add(&p->next, 1)) < p->s->n_shards)
    solve_shard(p, shard);
}

size_t
svm_step(struct svm *s, size_t n, int threads, float *scores)
{
  struct step p = {.s = s, .kernels = kernels_best(), .scores = scores};

  if (s->at == s->n)
    s->at = 0;
  if (s->at == 0) {
    rng_shuffle(&s->rng, s->order, s->n);
    s->moved = 0;
  }
  p.n = s->n - s->at < n ? s->n - s->at : n;
  p.moved = xcalloc(s->n_shards, sizeof *p.moved);
  pool_run(s->n_shards < (size_t)threads ? (int)s->n_shards : threads, solve_shards, &p);
  for (size_t k = 0; k < s->n_shards; k++)
    s->moved += p.moved[k];
  free(p.moved);
  s->at += p.n;
  if (s->at == s->n) {
    s->last_moved = s->moved;
    if (s->epochs++ == 0)
      s->first_moved = s->moved;
  }
  return p.n;
}

/* ---- scores ----------------------------------------------------------------------------------------------------- */

struct scoring {
  const struct svm *s;
  const struct rows *rows;
  const float *values;
  const uint32_t *which;
  size_t n;
  float *scores;
};

static void
score_share(void *arg, int thread, int n_threads)
{
  struct scoring *p = arg;
  const struct svm *s = p->s;
  const struct kernels *kernels = kernels_best();
  size_t to = p->n * ((size_t)thread + 1) / (size_t)n_threads;

  for (size_t q = p->n * (size_t)thread / (size_t)n_threads; q < to; q++) {
    struct kernel_row row = row_of(p->rows, p->values, p->which[q]);

    for (size_t k = 0; k < s->n_shards; k++)
      kernels->dot(s->weights + k * s->n_features * s->lanes, s->bias + k * s->lanes, &row, s->lanes,
                   p->scores + q * svm_stride(s) + k * s->lanes);
  }
}

void
svm_scores(const struct svm *s, const struct rows *rows, const float *values, const uint32_t *which, size_t n, int threads,
           float *scores)
{
  struct scoring p = {s, rows, values, which, n, scores};

  pool_run(threads, score_share, &p);
}
