/* neural-model: a trained student that is a network, or several whose scores are averaged: tokenizer, parameters,
 * calibration. Immutable; any threads: what a call works on it takes from a stock that the student keeps. */
#ifndef STUDENT_NEURAL_MODEL_H
#define STUDENT_NEURAL_MODEL_H

#include "student/neural-inside.h"

/* What a training has so far. It goes through the bytes of a saved one, so both are the same. */
struct student *neural_model_take(struct neural *t, struct err *e);

/* What a training takes over from a student of its kind. check: ERR_INPUT where the two do not fit. */
int neural_check_from(const struct student *s, const struct neural *t, struct err *e);
struct tokenizer *neural_copy_tokenizer(const struct student *s);
void neural_copy_met(const struct student *s, bool *met);
/* All weights but rows of the table that the student has not met. */
void neural_copy_weights(const struct student *s, size_t number, struct network *to);

struct student *neural_load(const struct student_kind *kind, const struct encoder *encoder, const char *bytes, size_t n,
                            struct err *e);
int neural_save(const struct student *s, struct buf *out);
void neural_predict(const struct student *s, const struct example *x, size_t n, int threads, float *probabilities);
void neural_predict_top(const struct student *s, const struct example *x, size_t n, int threads, uint16_t *labels,
                        float *probabilities);
void neural_info(const struct student *s, struct student_info *out);
void neural_free(struct student *s);
/* By the encoder's attention; false where it has none. It says which words counted, whatever the label. */
bool neural_explain(const struct student *s, const struct example *x, uint16_t label, struct span *spans, size_t *n,
                    size_t max);

#endif
