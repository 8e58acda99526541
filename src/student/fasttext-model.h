/* fasttext-model: a trained student `fasttext`: words, rows of the table that were trained, the matrix of labels.
 *
 *   text -> rows (fasttext-words.h) -> h (dim): their mean -> scores (C) = output h -> probabilities (calibrate.h)
 *
 * Rows are signed bytes with a scale each, so a row is scale * byte; buckets that no training text has are no rows, and
 * read as zeros. Immutable; any threads. */
#ifndef STUDENT_FASTTEXT_MODEL_H
#define STUDENT_FASTTEXT_MODEL_H

#include "student/calibrate.h"
#include "student/fasttext-words.h"
#include "student/features.h"
#include "student/kind.h"

struct fasttext_model {
  struct student base;
  struct student_task task;
  struct fasttext_shape shape;
  struct calibration calibration;
  double calibration_error;
  struct fasttext_words words;   /* row i of the table is word i */
  struct vocabulary buckets;     /* row words.n + i of the table is bucket keys[i] */
  uint32_t n_rows;
  int8_t *rows;                  /* (n_rows, dim) */
  float *scale;                  /* (n_rows) */
  float *output;                 /* (C, dim) */
  uint64_t n_train;
  double mean_rows;              /* of a training text */
  /* Made of the above by fasttext_model_prepare. */
  size_t stride, out_stride;     /* dim and C, rounded up to 8 */
  float *sums;                   /* (words.n, stride) of a word: its row and those of its character n-grams */
  uint32_t *n_of;                /* (words.n) how many rows that is */
  float *by_dim;                 /* (dim, out_stride) output, the other way round */
};

void fasttext_model_prepare(struct fasttext_model *m);
void fasttext_model_free(struct student *s);
void fasttext_model_predict(const struct student *s, const struct example *x, size_t n, int threads, float *probabilities);
void fasttext_model_predict_top(const struct student *s, const struct example *x, size_t n, int threads, uint16_t *labels,
                                float *probabilities);
bool fasttext_model_explain(const struct student *s, const struct example *x, uint16_t label, struct span *spans, size_t *n,
                            size_t max);
void fasttext_model_info(const struct student *s, struct student_info *out);
int fasttext_model_save(const struct student *s, struct buf *out);
struct student *fasttext_model_load(const char *bytes, size_t n, struct err *e);

/* What a thread needs for one text after another. */
struct fasttext_scratch {
  struct fasttext_tokens tokens;
  struct fasttext_hashes hashes;
  float *h, *scores, *probabilities;  /* (stride), (out_stride), (out_stride) */
};
void fasttext_scratch_init(struct fasttext_scratch *w, const struct fasttext_model *m);
void fasttext_scratch_release(struct fasttext_scratch *w);
/* sum (stride) += the rows of the i-th word of w->tokens, but of no word n-gram. Returns how many these are. */
size_t fasttext_add_word(const struct fasttext_model *m, struct fasttext_scratch *w, size_t i, float *sum);
/* sum (dim) += the rows of n-grams. */
void fasttext_add_buckets(const struct fasttext_model *m, const struct fasttext_hashes *h, float *sum);

/* The row of a bucket in the table, FASTTEXT_NONE: zeros. */
static inline uint32_t
fasttext_bucket_row(const struct fasttext_model *m, uint64_t hash)
{
  uint32_t i = m->shape.buckets ? vocabulary_find(&m->buckets, (uint32_t)(hash % m->shape.buckets)) : FEATURE_NONE;

  return i == FEATURE_NONE ? FASTTEXT_NONE : m->words.n + i;
}

#endif
