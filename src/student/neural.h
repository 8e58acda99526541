/* neural: the training of students that are networks (cnn, bilstm, transformer): what is common to them.
 *
 * Learned from: all training texts, but for a stratified share that is set aside (`holdout`) where no validation texts are
 * given and there are NEURAL_FEW or more. Each epoch ends with the texts that are not learned from: they calibrate (one
 * temperature, calibrate.h) and say loss, accuracy and F1, as
 * calibrated (training loss and dynamics are not). The epoch of the least calibrated loss on them is what one gets:
 * the loss sees more in few texts than accuracy does, and after calibration it does not punish a network for being sure.
 * With fewer texts nothing is set aside: all epochs are run, the last one is what one gets, validation figures are NAN.
 *
 * Over the last epochs (`swa`) weights are averaged (Izmailov et al. 2018); these epochs are judged by the average so far.
 * Several networks (`ensemble`) learn the same batches from other first weights and with other chances; scores are means
 * over them. With co-teaching each has a twin, that only teaches.
 *
 * Few texts: `updates` adds epochs, and a batch is at most a tenth of the texts.
 *
 * A step is some batches, as many as make about 10 ms by count of arithmetic (never by the clock). lr, dropout and decay
 * can change while it runs.
 *
 * Memory: parameters five times (weights, gradients, two moments, and best and average where they are kept) for each
 * network. */
#ifndef STUDENT_NEURAL_H
#define STUDENT_NEURAL_H

#include "net/encoder.h"
#include "student/kind.h"

#define NEURAL_FEW 200

/* What a kind's functions begin with; the rest are the same for all. */
struct training *neural_training_new(const struct student_kind *kind, const struct encoder *encoder,
                                     const struct training_plan *plan, struct err *e);
int neural_training_step(struct training *t, struct train_point *p, struct err *e);
struct student *neural_training_take(struct training *t, struct err *e);
void neural_training_free(struct training *t);
int neural_training_set(struct training *t, size_t param, double value, struct err *e);
const uint32_t *neural_training_confusion(const struct training *t);
/* After any step. */
int neural_training_save(const struct training *t, struct buf *out);
int neural_training_restore(struct training *t, const char *bytes, size_t n, struct err *e);

#endif
