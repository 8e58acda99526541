/* linear: the student `linear`: hashed n-grams (ngram.h), weighed (weigh.h), one L2-loss SVM a class (svm.h), scores made
 * probabilities on texts it did not learn from (calibrate.h), weights kept as bytes (model.h).
 *
 * Fits. The student itself learns from all training texts. What calibrates it, and gives the validation figures of each
 * epoch, are texts that the fit they are scored by has not seen:
 *   validation texts given     those
 *   none, 20 to 1 999 texts    five more fits, each with a fifth set aside; the five fifths together (few texts are too
 *                              dear to set any aside)
 *   none, 2 000 texts or more, one more fit, with a stratified tenth set aside; that tenth
 *   or folds beyond 500 MB
 *   none, fewer than 20, or    nothing: calibrated on the scores that texts of the first epoch had just before they were
 *   holdout=no, or too large   learned; validation figures are NAN
 * All fits go through an epoch together, a slice of each in every step: one run, one curve, at most `epochs` epochs. Loss and
 * accuracy in training are those of the fit on all texts, on the texts of about the last quarter of an epoch, from just
 * before they were learned (again).
 *
 * How it stops. Training ends when an epoch moves less than 2 % of what the first one moved, or after `epochs`, or, with
 * validation texts given, when two epochs brought no better validation loss; then the best epoch is what one gets. The problem
 * is convex: more epochs do not overfit; the parameter `cost` says how closely the texts are followed.
 *
 * Memory: features times classes and texts times classes, 4 bytes each, for every fit. Features beyond 2 GB of weights or
 * beyond a saved model's size are left out, the rarest first; more texts times classes than 2 GB are refused. */
#ifndef STUDENT_LINEAR_H
#define STUDENT_LINEAR_H

#include "student/kind.h"

extern const struct student_kind student_linear;

#endif
