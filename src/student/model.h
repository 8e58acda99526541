/* model: a trained linear student: vocabulary, weights as signed bytes, calibration.
 *
 * weights[feature * stride + class] times scale[feature] is the weight of a feature (its own worth, weigh.h, is in it); the
 * largest of a feature is 127. value[feature] is its worth, for the lengths of rows. Immutable; any threads. */
#ifndef STUDENT_MODEL_H
#define STUDENT_MODEL_H

#include "student/calibrate.h"
#include "student/features.h"
#include "student/kind.h"
#include "student/svm.h"
#include "student/huge.h"

struct model {
  struct student base;
  struct student_task task;
  struct ngram_options ngrams;
  float characters;              /* length of the block of characters (words: 1) */
  struct calibration calibration;
  struct vocabulary vocabulary;
  size_t stride;                 /* n_classes, rounded up to 16 */
  int8_t *weights;               /* (vocabulary.n, stride), in table */
  struct huge table;
  float *scale, *value;          /* (vocabulary.n) */
  float *bias;                   /* (stride) */
  uint64_t n_train;
  double mean_features;          /* of a training text */
  double calibration_error;      /* of texts set aside in training; not saved: NAN of a student that was loaded */
};

/* From a solver's weights; vocabulary is copied. s may be NULL: a model that knows nothing. */
struct model *model_new(const struct student_kind *kind, const struct student_task *task, const struct ngram_options *ngrams,
                        const struct vocabulary *vocabulary, const float *values, double characters, const struct svm *s);
void model_free(struct student *s);
void model_predict(const struct student *s, const struct example *x, size_t n, int threads, float *probabilities);
void model_predict_top(const struct student *s, const struct example *x, size_t n, int threads, uint16_t *labels,
                       float *probabilities);
/* False of pairs: then leaving words out has to tell (explain.h). */
bool model_explain(const struct student *s, const struct example *x, uint16_t label, struct span *spans, size_t *n,
                   size_t max);
int model_save(const struct student *s, struct buf *out);
struct student *model_load(const char *bytes, size_t n, struct err *e);
void model_info(const struct student *s, struct student_info *out);

#endif
