/* dynamics: how a student learned each of its training texts: what it thought of the text in each epoch, just before
 * it learned from it once more. Free with a training: these scores are computed anyway. Over the epochs of a text:
 *
 *   confidence    mean probability of its label, and variability, the standard deviation of that (Swayamdipta et al. 2020,
 *                 Dataset cartography; "sd" divides by the number of epochs)
 *   correctness   share of the epochs in which its label was the likeliest
 *   forgetting    how often it was right in one epoch and wrong in the next (Toneva et al. 2019)
 *   aum           mean of the score of its label less the largest other score (Pleiss et al. 2020), in the student's own
 *                 scores: comparable within a run only
 *
 * Probabilities are by the calibration of that moment. In the first epoch the first texts meet a student that knows
 * nothing. Several labels a text: probability and score are the means over its labels, the other score is the largest
 * of a label that it has not; right is the whole set; a text without labels has the complement of the likeliest one.
 *
 * Life: dynamics_new, training_watch (student.h) before the first step, dynamics_of after any step, dynamics_free once
 * the training is gone. Threads: one user; the training fills it with its own. Memory: 19 bytes a text. */
#ifndef STUDENT_DYNAMICS_H
#define STUDENT_DYNAMICS_H

#include "student/calibrate.h"

struct dynamics;
struct dynamics *dynamics_new(size_t n);   /* training texts */
void dynamics_free(struct dynamics *d);    /* NULL is fine */

/* For kinds of students: the scores of texts which[] (each at most once a call), that are about to be learned in one
 * more epoch. Threads change no byte. */
void dynamics_tell(struct dynamics *d, const struct scored *s, const struct calibration *c, int threads);

struct text_dynamics {
  uint32_t epochs;               /* in which it was met; 0: the rest is NaN */
  float confidence, variability, correctness, forgetting, aum;
};
struct text_dynamics dynamics_of(const struct dynamics *d, size_t i);

/* All of it, appended: what a training that goes on later has to know (training_save). Restored into one of the same n:
 * -1 where the bytes are of another. */
void dynamics_save(const struct dynamics *d, struct buf *out);
int dynamics_restore(struct dynamics *d, const char *bytes, size_t n);

#endif
