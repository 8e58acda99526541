#include "student/svm.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pool.h"
#include "student/kernel.h"

size_t
svm_lanes(size_t n_classes)
{
  return n_classes <= 8 ? 8 : n_classes <= 16 ? 16 : 32;
}

struct svm *
svm_new(const struct rows *rows, const float *values, const float *squares, uint32_t n_features, const struct example *x,
        const uint32_t *which, size_t n, size_t n_classes, double cost, int max_epochs, uint64_t seed)
{
  struct svm *s = xcalloc(1, sizeof *s);

  *s = (struct svm){.rows = rows, .values = values, .squares = squares, .x = x, .n_features = n_features,
                    .n_classes = n_classes, .lanes = svm_lanes(n_classes), .cost = cost, .n = n};
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

/* A shard of a solver, in one step. */
struct piece {
  const struct svm_turn *turn;
  size_t shard;
  double moved;
};
struct step {
  const struct kernels *kernels;
  struct piece *pieces;
  size_t n;
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
solve_piece(const struct kernels *kernels, struct piece *p)
{
  struct svm *s = p->turn->svm;
  size_t lanes = s->lanes, stride = svm_stride(s), shard = p->shard;
  float signs[KERNEL_MAX_LANES], scores[KERNEL_MAX_LANES], fresh[KERNEL_MAX_LANES];

  for (size_t k = 0; k < lanes; k++)  /* a lane without a class never moves its weights */
    signs[k] = shard * lanes + k < s->n_classes ? -1 : 0;
  for (size_t q = 0; q < p->turn->n; q++) {
    uint32_t i = s->order[s->at + q];
    const struct example *x = &s->x[i];
    struct kernel_row row = row_of(s->rows, s->values, i);
    float ridge = (float)(1 / (2 * s->cost * (x->weight > 0 ? x->weight : 1)));
    struct kernel_solve k = {.weights = s->weights + shard * s->n_features * lanes, .bias = s->bias + shard * lanes,
                             .alpha = s->alpha ? s->alpha + (shard * s->rows->n + i) * lanes : fresh, .signs = signs,
                             .ridge = ridge,
                             .inverse = 1 / (s->squares[i] + 1 + ridge),
                             .scores = p->turn->scores ? p->turn->scores + q * stride + shard * lanes : scores};

    if (!s->alpha)
      memset(fresh, 0, lanes * sizeof *fresh);
    set_signs(signs, x, shard * lanes, lanes, 1);
    p->moved += kernels->solve(&k, &row, lanes);
    set_signs(signs, x, shard * lanes, lanes, -1);
  }
}

static void
solve_pieces(void *arg, int thread, int n_threads)
{
  struct step *step = arg;
  size_t i;

  (void)thread, (void)n_threads;
  while ((i = atomic_fetch_add(&step->next, 1)) < step->n)
    solve_piece(step->kernels, &step->pieces[i]);
}

static void
begin_turn(struct svm_turn *turn)
{
  struct svm *s = turn->svm;

  if (s->at == s->n)
    s->at = 0;
  if (s->at == 0) {
    rng_shuffle(&s->rng, s->order, s->n);
    s->moved = 0;
  }
  turn->n = s->n - s->at < turn->n ? s->n - s->at : turn->n;
}

static void
end_turn(const struct svm_turn *turn)
{
  struct svm *s = turn->svm;

  s->at += turn->n;
  if (s->at < s->n)
    return;
  s->last_moved = s->moved;
  if (s->epochs++ == 0)
    s->first_moved = s->moved;
}

void
svm_steps(struct svm_turn *turns, size_t n_turns, int threads)
{
  struct step step = {.kernels = kernels_best()};
  size_t n = 0;

  for (size_t i = 0; i < n_turns; i++) {
    begin_turn(&turns[i]);
    n += turns[i].svm->n_shards;
  }
  step.pieces = xcalloc(n + 1, sizeof *step.pieces);
  for (size_t i = 0; i < n_turns; i++)
    for (size_t k = 0; k < turns[i].svm->n_shards; k++)
      step.pieces[step.n++] = (struct piece){&turns[i], k, 0};
  pool_run(n < (size_t)threads ? (int)n : threads, solve_pieces, &step);
  for (size_t i = 0; i < n; i++)
    step.pieces[i].turn->svm->moved += step.pieces[i].moved;
  free(step.pieces);
  for (size_t i = 0; i < n_turns; i++)
    end_turn(&turns[i]);
}

size_t
svm_step(struct svm *s, size_t n, int threads, float *scores)
{
  struct svm_turn turn = {s, n, scores};

  svm_steps(&turn, 1, threads);
  return turn.n;
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
