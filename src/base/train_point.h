/* train_point: one point of a training run, as the trainer reports it and charts draw it. A plain value.
 *
 * What is not known (no validation texts, a loss not computed at this step) is NAN. The trainer (student/student.h)
 * fills it, the corpus' board (corpus/board.h) publishes it, the workbench draws it. */
#ifndef BASE_TRAIN_POINT_H
#define BASE_TRAIN_POINT_H

#include <stdbool.h>

struct train_point {
  int epoch;              /* passes over the training texts begun, from 1 */
  int step, n_steps;      /* steps done; steps expected in all (an early stop ends sooner; may be revised) */
  bool epoch_end;         /* the validation figures belong to this point */
  /* Over texts (or some of them) of about the last quarter of an epoch, as they scored just before they were learned. */
  double train_loss;      /* mean negative log likelihood, nats a text */
  double train_accuracy;  /* 0..1 */
  double valid_loss, valid_accuracy, valid_f1;  /* on the validation texts; f1 is macro F1 */
  double samples_per_s;   /* training texts a second, since the start */
  double seconds;         /* since the start, the trainer's own work only (no pauses) */
};

#endif
