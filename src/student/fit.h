/* fit: one solver, the texts it learns from, the texts it is judged on and the worth that its own texts give the features.
 *
 * Several fits of one training hold out different texts, and none sees anything of the texts it is judged on, not even
 * through the weights of the features. They are taken through an epoch together, slice by slice (fits_step), so one can look
 * at all of them at the same stage.
 *
 * Life: fits_plan says how many and who holds out what; fits_begin; fits_step until enough; fits_release. The rows and
 * examples given must stay. Threads: one user; fits_begin and fits_step share out fits and shards, which changes no byte. */
#ifndef STUDENT_FIT_H
#define STUDENT_FIT_H

#include "student/svm.h"

#define FITS_MAX 6

struct fit {
  uint32_t *in, *held;     /* rows that it learns from; rows set aside */
  size_t n_in, n_held;
  float *weights;          /* (n_features) */
  float *values, *squares; /* of all rows, by these weights */
  struct svm *svm;
};

struct fits {
  struct fit fit[FITS_MAX];  /* the last one learns from all rows */
  int n;
  const struct rows *rows;
  const struct example *x;
  uint32_t n_features;
  size_t n_classes;
};

struct fit_options {
  double weighting, characters, cost;
  int max_epochs;
  uint64_t seed;
};

/* used + 1 fits. The rows are dealt out to n_folds folds, label by label in random order, so that each has its share of each
 * label; of these the first `used` (below FITS_MAX) are held out, one by each fit but the last. */
void fits_plan(struct fits *f, const struct rows *rows, const struct example *x, uint32_t n_features, size_t n_classes,
               int n_folds, int used, uint64_t seed);
void fits_begin(struct fits *f, const struct fit_options *o, int threads);
/* Slice number `slice` of `n_slices` of the epoch, in each fit. scores (rows of the last fit's slice, svm_stride): of the
 * last fit, from before each row was learned. Returns how many rows of the last fit; they stand before its order + at. */
size_t fits_step(struct fits *f, size_t slice, size_t n_slices, int threads, float *scores);
static inline struct fit *
fits_last(struct fits *f)
{
  return &f->fit[f->n - 1];
}
/* Bytes that a fit takes. */
double fit_bytes(const struct rows *rows, uint32_t n_features, size_t n_classes);
void fits_release(struct fits *f);

#endif
