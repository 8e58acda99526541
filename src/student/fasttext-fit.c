#include "student/fasttext-fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "student/calibrate.h"

#define TINY 1e-12f
#define TEXTS_A_TASK 4    /* of those that are scored */
#define DIMS_A_TASK 8     /* of the matrix of labels */

/* Eight numbers at once; the compiler makes of it what the machine has. Each is added by itself, so its bits do not
 * depend on that. */
typedef float f8 __attribute__((vector_size(32), aligned(4), may_alias));

static inline void
add_to(float *to, const float *from, float by, size_t n)
{
  for (size_t i = 0; i < n; i += 8)
    *(f8 *)(to + i) += by * *(const f8 *)(from + i);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

/* Uniform in +-1/dim, by seed, row and place. */
static void
begin_table(struct fasttext_fit *f, uint64_t seed)
{
  for (uint32_t row = 0; row < f->texts->n_rows; row++)
    for (size_t d = 0; d < f->dim; d++) {
      uint64_t x = hash_mix(seed + hash_mix((uint64_t)row << 16 | d));

      f->table[row * f->stride + d] = (float)((double)(x >> 11) * 0x1p-52 - 1) / (float)f->dim;
    }
}

void
fasttext_fit_init(struct fasttext_fit *f, const struct fasttext_texts *texts, const struct example *x,
                  const struct student_task *task, size_t dim, const uint32_t *in, size_t n, uint64_t seed)
{
  *f = (struct fasttext_fit){.texts = texts, .x = x, .task = *task, .dim = dim, .stride = (dim + 7) / 8 * 8,
                             .out_stride = ((size_t)task->n_classes + 7) / 8 * 8, .n = n};
  f->table = xcalloc(texts->n_rows * f->stride, sizeof *f->table);
  f->squares = xcalloc(texts->n_rows, sizeof *f->squares);
  f->output = xcalloc(f->stride * f->out_stride, sizeof *f->output);
  f->output_squares = xcalloc(f->stride * f->out_stride, sizeof *f->output_squares);
  f->order = xmalloc((n + 1) * sizeof *f->order);
  memcpy(f->order, in, n * sizeof *in);
  f->h = xcalloc(FASTTEXT_BATCH * f->stride, sizeof *f->h);
  f->errors = xcalloc(FASTTEXT_BATCH * f->out_stride, sizeof *f->errors);
  f->gradients = xcalloc(FASTTEXT_BATCH * f->stride, sizeof *f->gradients);
  f->sizes = xcalloc(FASTTEXT_BATCH, sizeof *f->sizes);
  rng_seed(&f->rng, seed);
  begin_table(f, seed);
}

void
fasttext_fit_release(struct fasttext_fit *f)
{
  free(f->table);
  free(f->squares);
  free(f->output);
  free(f->output_squares);
  free(f->order);
  free(f->h);
  free(f->errors);
  free(f->gradients);
  free(f->sizes);
  *f = (struct fasttext_fit){0};
}

void
fasttext_fit_shuffle(struct fasttext_fit *f)
{
  rng_shuffle(&f->rng, f->order, f->n);
  f->at = 0;
}

/* ---- scores ------------------------------------------------------------------------------------------------------ */

/* The rows of a part: *rows, *n. */
static inline const uint32_t *
rows_of(const struct fasttext_texts *t, uint32_t part, uint32_t *own, size_t *n)
{
  if (part & 1) {
    *own = part / 2;
    *n = 1;
    return own;
  }
  *n = (size_t)(t->unit_start[part / 2 + 1] - t->unit_start[part / 2]);
  return t->unit_rows + t->unit_start[part / 2];
}

static void
mean_of_rows(const struct fasttext_fit *f, uint32_t text, float *h)
{
  const struct fasttext_texts *t = f->texts;
  float by = 1 / (float)t->lengths[text];

  memset(h, 0, f->stride * sizeof *h);
  for (uint64_t i = t->start[text]; i < t->start[text + 1]; i++) {
    uint32_t own;
    size_t n;
    const uint32_t *rows = rows_of(t, t->parts[i], &own, &n);

    for (size_t k = 0; k < n; k++)
      add_to(h, f->table + (size_t)rows[k] * f->stride, 1, f->stride);
  }
  for (size_t d = 0; d < f->stride; d++)
    h[d] *= by;
}

static void
score_text(const struct fasttext_fit *f, uint32_t text, float *h, float *scores)
{
  mean_of_rows(f, text, h);
  memset(scores, 0, f->out_stride * sizeof *scores);
  for (size_t d = 0; d < f->dim; d++)
    add_to(scores, f->output + d * f->out_stride, h[d], f->out_stride);
}

struct scoring {
  const struct fasttext_fit *f;
  const uint32_t *which;
  size_t n;
  float *scores;
};

static void
score_task(void *arg, size_t task, int member)
{
  struct scoring *s = arg;
  float *h = xmalloc(s->f->stride * sizeof *h);
  size_t end = (task + 1) * 64 < s->n ? (task + 1) * 64 : s->n;

  (void)member;
  for (size_t i = task * 64; i < end; i++)
    score_text(s->f, s->which[i], h, s->scores + i * s->f->out_stride);
  free(h);
}

void
fasttext_fit_scores(const struct fasttext_fit *f, struct team *team, const uint32_t *which, size_t n, float *scores)
{
  team_run(team, (n + 63) / 64, score_task, &(struct scoring){f, which, n, scores});
}

/* ---- learning ---------------------------------------------------------------------------------------------------- */

struct step {
  struct fasttext_fit *f;
  const uint32_t *which;   /* (n) texts of the batch */
  size_t n, n_shards;
  float rate;
  float *scores;           /* (n, out_stride) */
};

/* What is to be said, less what is said: errors (out_stride), of a text whose probabilities stand there. */
static void
errors_of(const struct fasttext_fit *f, const struct example *x, float *errors)
{
  size_t n = f->task.n_classes;
  float weight = x->weight > 0 ? x->weight : 1;

  for (size_t c = 0; c < n; c++)
    errors[c] = -errors[c];
  if (x->soft)
    for (size_t c = 0; c < n; c++)
      errors[c] += x->soft[c];
  for (size_t l = 0; l < x->n_labels && !x->soft; l++)
    errors[x->labels[l]] += 1;
  for (size_t c = 0; c < n; c++)
    errors[c] *= weight;
}

static void
probabilities_of(const struct fasttext_fit *f, const float *scores, float *p)
{
  static const struct calibration as_is = {1, 0, 0.5f};

  memset(p, 0, f->out_stride * sizeof *p);
  calibrate_row(&as_is, &f->task, scores, p);
}

/* h, scores, errors and gradient of some texts of the batch. */
static void
forward_task(void *arg, size_t task, int member)
{
  struct step *s = arg;
  struct fasttext_fit *f = s->f;
  size_t end = (task + 1) * TEXTS_A_TASK < s->n ? (task + 1) * TEXTS_A_TASK : s->n;

  (void)member;
  for (size_t b = task * TEXTS_A_TASK; b < end; b++) {
    float *errors = f->errors + b * f->out_stride, *g = f->gradients + b * f->stride, *scores = s->scores + b * f->out_stride;
    float size = 0, by = 1 / (float)f->texts->lengths[s->which[b]];

    score_text(f, s->which[b], f->h + b * f->stride, scores);
    probabilities_of(f, scores, errors);
    errors_of(f, &f->x[s->which[b]], errors);
    for (size_t d = 0; d < f->dim; d++) {
      const float *out = f->output + d * f->out_stride;
      f8 sum = {0};

      for (size_t c = 0; c < f->out_stride; c += 8)
        sum += *(const f8 *)(out + c) * *(const f8 *)(errors + c);
      g[d] = by * (((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7])));
      size += g[d] * g[d];
    }
    f->sizes[b] = size / (float)f->dim;
  }
}

/* Moves those rows of the batch's texts that fall to this shard. */
static void
move_rows(struct step *s, size_t shard)
{
  struct fasttext_fit *f = s->f;
  const struct fasttext_texts *t = f->texts;

  for (size_t b = 0; b < s->n; b++) {
    const float *g = f->gradients + b * f->stride;

    for (uint64_t i = t->start[s->which[b]]; i < t->start[s->which[b] + 1]; i++) {
      uint32_t own;
      size_t n;
      const uint32_t *rows = rows_of(t, t->parts[i], &own, &n);

      for (size_t k = 0; k < n; k++)
        if (rows[k] % s->n_shards == shard) {
          f->squares[rows[k]] += f->sizes[b];
          add_to(f->table + (size_t)rows[k] * f->stride, g, s->rate / sqrtf(f->squares[rows[k]] + TINY), f->stride);
        }
    }
  }
}

/* Moves some dimensions of the matrix of labels. */
static void
move_output(struct step *s, size_t task)
{
  struct fasttext_fit *f = s->f;
  size_t end = (task + 1) * DIMS_A_TASK < f->dim ? (task + 1) * DIMS_A_TASK : f->dim;
  f8 rate = s->rate - (f8){0};

  for (size_t d = task * DIMS_A_TASK; d < end; d++)
    for (size_t c = 0; c < f->out_stride; c += 8) {
      f8 *w = (f8 *)(f->output + d * f->out_stride + c), *q = (f8 *)(f->output_squares + d * f->out_stride + c), sum = {0};

      for (size_t b = 0; b < s->n; b++)
        sum += f->h[b * f->stride + d] * *(const f8 *)(f->errors + b * f->out_stride + c);
      *q += sum * sum;
      for (int i = 0; i < 8; i++)
        (*w)[i] += rate[i] * sum[i] / sqrtf((*q)[i] + TINY);
    }
}

static void
backward_task(void *arg, size_t task, int member)
{
  struct step *s = arg;

  (void)member;
  if (task < s->n_shards)
    move_rows(s, task);
  else
    move_output(s, task - s->n_shards);
}

size_t
fasttext_fit_learn(struct fasttext_fit *f, struct team *team, size_t n, float rate, float *scores)
{
  size_t end = f->at + n < f->n ? f->at + n : f->n, from = f->at;

  for (; f->at < end; f->at += FASTTEXT_BATCH) {
    struct step s = {f, f->order + f->at, end - f->at < FASTTEXT_BATCH ? end - f->at : FASTTEXT_BATCH,
                     (size_t)team_size(team), rate, scores + (f->at - from) * f->out_stride};

    team_run(team, (s.n + TEXTS_A_TASK - 1) / TEXTS_A_TASK, forward_task, &s);
    team_run(team, s.n_shards + (f->dim + DIMS_A_TASK - 1) / DIMS_A_TASK, backward_task, &s);
  }
  f->at = end;
  return end - from;
}
