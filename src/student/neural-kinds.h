/* neural-kinds: the rows of the kinds of students that are networks. A kind is a file with its table `params` and a
 * NEURAL_KIND. */
#ifndef STUDENT_NEURAL_KINDS_H
#define STUDENT_NEURAL_KINDS_H

#include "student/neural.h"

extern const struct student_kind student_cnn, student_bilstm, student_transformer;

#define NEURAL_KIND(kind, words) \
  static struct training *kind##_training_new(const struct training_plan *plan, struct err *e) \
  { \
    return neural_training_new(&student_##kind, &encoder_##kind, plan, e); \
  } \
  static struct student *kind##_load(const char *bytes, size_t n, struct err *e) \
  { \
    return neural_load(&student_##kind, &encoder_##kind, bytes, n, e); \
  } \
  const struct student_kind student_##kind = { \
    .name = #kind, .summary = words, .params = params, .n_params = N_OF(params) - 1, \
    .training_new = kind##_training_new, .training_step = neural_training_step, .training_take = neural_training_take, \
    .training_free = neural_training_free, .predict = neural_predict, .predict_top = neural_predict_top, \
    .save = neural_save, .load = kind##_load, .info = neural_info, .free = neural_free, \
    .training_set = neural_training_set, .training_confusion = neural_training_confusion, \
    .training_save = neural_training_save, .training_restore = neural_training_restore, .explain = neural_explain, \
    .soft = true, .vectors = true, .goes_on = true, \
  }

#endif
