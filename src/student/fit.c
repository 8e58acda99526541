#include "student/fit.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pool.h"
#include "student/weigh.h"

#define IN_ALL 255

/* Which fit holds out which row; IN_ALL: none. */
static uint8_t *
deal_folds(const struct fits *f, int n_folds, uint64_t seed)
{
  size_t n = f->rows->n;
  uint32_t *order = xmalloc((n + 1) * sizeof *order), *turn = xmalloc((f->n_classes + 1) * sizeof *turn);
  uint8_t *folds = xmalloc(n + 1);
  struct rng r;

  rng_seed(&r, seed ^ 0x666f6c64);
  for (size_t i = 0; i < n; i++)
    order[i] = (uint32_t)i;
  rng_shuffle(&r, order, n);
  for (size_t c = 0; c <= f->n_classes; c++)
    turn[c] = (uint32_t)rng_below(&r, (uint64_t)n_folds);
  for (size_t i = 0; i < n; i++) {
    const struct example *x = &f->x[order[i]];
    uint32_t fold = turn[x->n_labels ? x->labels[0] : f->n_classes]++ % (uint32_t)n_folds;

    folds[order[i]] = fold < (uint32_t)f->n - 1 ? (uint8_t)fold : IN_ALL;
  }
  free(order);
  free(turn);
  return folds;
}

void
fits_plan(struct fits *f, const struct rows *rows, const struct example *x, uint32_t n_features, size_t n_classes,
          int n_folds, int used, uint64_t seed)
{
  uint8_t *folds;

  *f = (struct fits){.n = used + 1, .rows = rows, .x = x, .n_features = n_features, .n_classes = n_classes};
  ensure(used < FITS_MAX);
  folds = deal_folds(f, n_folds, seed);
  for (int k = 0; k < f->n; k++) {
    struct fit *fit = &f->fit[k];

    fit->in = xmalloc((rows->n + 1) * sizeof *fit->in);
    fit->held = xmalloc((rows->n + 1) * sizeof *fit->held);
    for (size_t i = 0; i < rows->n; i++)
      if (folds[i] == k)
        fit->held[fit->n_held++] = (uint32_t)i;
      else
        fit->in[fit->n_in++] = (uint32_t)i;
  }
  free(folds);
}

static void
begin_fit(struct fits *f, struct fit *fit, const struct fit_options *o, int threads)
{
  fit->weights = xcalloc(f->n_features + 1u, sizeof *fit->weights);
  fit->values = xmalloc((f->rows->start[f->rows->n] + 1) * sizeof *fit->values);
  fit->squares = xmalloc((f->rows->n + 1) * sizeof *fit->squares);
  weigh_features(fit->weights, f->n_features, f->rows, fit->in, fit->n_in, f->x, f->n_classes, o->weighting, threads);
  weigh_rows(fit->values, fit->squares, f->rows, fit->weights, o->characters, threads);
  fit->svm = svm_new(f->rows, fit->values, fit->squares, f->n_features, f->x, fit->in, fit->n_in, f->n_classes, o->cost,
                     o->max_epochs, o->seed + (uint64_t)(fit - f->fit));
}

struct beginning {
  struct fits *fits;
  const struct fit_options *options;
};

static void
begin_share(void *arg, int thread, int n_threads)
{
  struct beginning *b = arg;

  for (int k = thread; k < b->fits->n; k += n_threads)
    begin_fit(b->fits, &b->fits->fit[k], b->options, 1);
}

void
fits_begin(struct fits *f, const struct fit_options *o, int threads)
{
  struct beginning b = {f, o};

  if (f->n == 1)
    begin_fit(f, &f->fit[0], o, threads);
  else
    pool_run(f->n < threads ? f->n : threads, begin_share, &b);
}

size_t
fits_step(struct fits *f, size_t slice, size_t n_slices, int threads, float *scores)
{
  struct svm_turn turns[FITS_MAX];
  size_t n = 0;

  for (int k = 0; k < f->n; k++) {
    size_t rows = f->fit[k].n_in, want = rows * (slice + 1) / n_slices - rows * slice / n_slices;

    if (want)
      turns[n++] = (struct svm_turn){f->fit[k].svm, want, k == f->n - 1 ? scores : NULL};
  }
  svm_steps(turns, n, threads);
  return turns[n - 1].n;  /* the last fit has at least as many rows as there are slices */
}

double
fit_bytes(const struct rows *rows, uint32_t n_features, size_t n_classes)
{
  double lanes = (double)svm_lanes(n_classes), stride = lanes * (double)((n_classes + svm_lanes(n_classes) - 1) / svm_lanes(n_classes));

  return 4 * (((double)n_features + (double)rows->n) * stride + (double)rows->start[rows->n]);
}

void
fits_release(struct fits *f)
{
  for (int k = 0; k < f->n; k++) {
    free(f->fit[k].in);
    free(f->fit[k].held);
    free(f->fit[k].weights);
    free(f->fit[k].values);
    free(f->fit[k].squares);
    svm_free(f->fit[k].svm);
  }
  *f = (struct fits){0};
}
