/* neural-model-inside: what the files of neural-model.h know of each other. */
#ifndef STUDENT_NEURAL_MODEL_INSIDE_H
#define STUDENT_NEURAL_MODEL_INSIDE_H

#include <pthread.h>

#include "student/neural-model.h"

#define ANSWER_TEXTS 32     /* at once */

/* What a thread needs to answer. */
struct answerer {
  struct answerer *next;
  struct encoded texts;
  struct pass *pass;
  float *scores, *probabilities;          /* (ANSWER_TEXTS, C), (C) */
  struct example x[ANSWER_TEXTS];
  uint32_t at[ANSWER_TEXTS];              /* where they stand among the texts that were asked for */
};

struct neural_model {
  struct student base;
  struct student_task task;
  const struct encoder *encoder;
  double *values;                         /* the encoder's */
  struct tokenizer *tokenizer;
  struct encoding encoding;
  struct network **networks;
  size_t n_networks;
  bool *met;                              /* rows of the table that are not zeros */
  struct calibration calibration;
  float calibration_error;
  uint64_t n_train;
  double mean_length;                     /* of a part, in tokens */
  pthread_mutex_t lock;                   /* of the stock */
  struct answerer *stock;
};

/* From the student's stock, and back. */
struct answerer *neural_take_answerer(const struct neural_model *m);
void neural_give_back(const struct neural_model *m, struct answerer *a);

/* As bytes (inside the envelope of student.c), little-endian: this, the encoder's values, the tokenizer, a bit for each row
 * of the table (whether it was met), then of each network the rows that were and the other parameters. */
struct neural_header {
  uint16_t n_classes;
  uint8_t multilabel, pair, compared, zero;
  uint16_t n_networks;
  uint32_t dim, max_length, n_values, n_rows;
  struct calibration calibration;
  float calibration_error;
  uint64_t n_train, tokenizer_bytes;
  double mean_length;
};
_Static_assert(sizeof(struct neural_header) == 64, "the header has no holes");

#endif
