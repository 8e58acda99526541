/* calibrate: scores made probabilities.
 *
 * Single-label: p = softmax(slope * score) (temperature scaling, Guo et al. 2017). Multi-label: p = sigmoid(slope * score +
 * shift) for each label (Platt 1999, one line for all labels). The numbers are the most likely ones on texts that the scores
 * were not learned from. Also what such texts say of the student: loss, accuracy, F1.
 *
 * scores are (n, stride), of which the first n_classes columns count; examples x[which[i]]. */
#ifndef STUDENT_CALIBRATE_H
#define STUDENT_CALIBRATE_H

#include "student/student.h"

struct calibration {
  float slope, shift;
  float threshold;  /* multi-label: from this probability on a label holds (best micro F1); 0.5 otherwise */
};
#define CALIBRATION_INIT {3, 0, 0.5f}

struct scored {
  const float *scores;
  size_t n, stride;
  const struct example *x;
  const uint32_t *which;
  const struct student_task *task;
};

struct quality {
  double loss, accuracy, f1;  /* nats a text; share right (multi-label: whole set right); macro F1 */
  double calibration_error;   /* expected (reliability.h) */
};
#define QUALITY_NONE {NAN, NAN, NAN, NAN}  /* of no texts */

/* Leaves *c as it is where there is nothing to learn from. */
void calibrate(struct calibration *c, const struct scored *s);
struct quality calibrate_quality(const struct calibration *c, const struct scored *s);
/* A row of scores (n_classes) to probabilities. */
void calibrate_row(const struct calibration *c, const struct student_task *task, const float *scores, float *probabilities);

#endif
