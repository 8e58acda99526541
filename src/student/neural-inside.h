/* neural-inside: what the files of neural.h know of each other. */
#ifndef STUDENT_NEURAL_INSIDE_H
#define STUDENT_NEURAL_INSIDE_H

#include "student/batches.h"
#include "student/calibrate.h"
#include "student/methods.h"
#include "student/network.h"
#include "student/neural.h"
#include "student/neural-options.h"
#include "student/vat.h"

/* A network that learns. */
struct learner {
  struct network *net;
  struct adam *adam;
  float *average;          /* (n) of the last epochs' weights; NULL: none is wanted */
  float *best;             /* (n) NULL: nothing judges */
  uint64_t seed;
};

struct neural {
  struct training base;
  const struct student_kind *kind;
  struct training_plan plan;
  struct student_task task;
  double *values;          /* (kind->n_params) */
  const double *method_values, *encoder_values;
  struct tokenizer *tokenizer;
  struct encoding encoding;
  struct encoded texts;    /* training, pool, validation */
  bool *met;               /* (table) rows that texts to learn from have */
  struct team *team;

  struct learner *learners;  /* with co-teaching each second one is the twin of the one before it */
  size_t n_learners, stride; /* stride 2: with twins */
  struct pass *pass[2];
  struct gradients *gradients;
  struct methods *methods;
  struct vat *vat;

  uint32_t *train;         /* texts that are learned from */
  size_t n_train;
  struct example *held;    /* (n_held) texts that judge; validation's, or those set aside */
  uint32_t *held_rows;     /* (n_held) their numbers in `texts` */
  size_t n_held;
  float *class_weight;     /* (C) NULL: all count the same */

  uint32_t *order;         /* texts of this epoch */
  size_t n_order, at;      /* at: texts of this epoch done */
  size_t batch, batches_a_step;          /* texts; batches */
  int epochs;
  int epoch, step;
  uint64_t batches;        /* done in all: the chance of each is its own */
  size_t n_averaged;
  bool over;
  uint64_t print;          /* of what it was begun from */

  struct goal *fresh, *goals[2];         /* as the methods set them; of each twin */
  float *targets, *dscores[2], *scores;  /* (B, C) each */
  double *losses[2];
  uint32_t *vat_rows, *told;

  float *judged;           /* (n_held, C) scores */
  uint32_t *judged_which;  /* (n_held) 0, 1, ... */
  struct calibration calibration;
  struct quality quality;
  uint32_t *confusion;     /* (C, C) */
  double best_loss;
  int since_best, best_epoch;
  struct calibration best_calibration;
  struct quality best_quality;

  double late_loss, late_right, late_texts;
  uint64_t n_learned;
  double seconds;
};

/* The network that answers: the weights that are judged, and kept. Between begin and end net->w is these. */
void neural_answer_begin(struct neural *t, struct learner *l);
void neural_answer_end(struct neural *t, struct learner *l);
/* Scores (n, C) of texts rows[0..n), as means over the learners; vectors (n, H) of the first one, NULL: not wanted. */
void neural_score(struct neural *t, const uint32_t *rows, size_t n, float *vectors, float *scores);
uint64_t neural_print(const struct neural *t);
/* One batch, learned by all. */
void neural_learn(struct neural *t, const uint32_t *rows, size_t B);
/* Averages, judges, keeps the best, lets the methods learn. */
void neural_end_epoch(struct neural *t);

#endif
