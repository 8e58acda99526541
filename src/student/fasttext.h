/* fasttext: the student `fasttext`: a text is the mean of learned vectors of its words, their character n-grams and its word
 * n-grams, and one matrix makes scores of it (Joulin et al. 2017, "Bag of tricks for efficient text classification");
 * softmax, or a sigmoid for each label of several. It reads texts as the program fastText does, so it can be shipped as a
 * file that fastText answers from, the same (fasttext_write).
 *
 * It learns otherwise: by Adagrad in small batches, so that the same seed gives the same bytes on any number of threads
 * (fasttext-fit.h); and there are as many buckets as the texts' n-grams need. The rate falls to 0 over `epochs`.
 *
 * Calibration and validation figures are of texts that it did not learn from: the validation texts, where there are any (then
 * one gets the epoch with the best loss on them); else a tenth, set aside by a second fit that learns from the rest, unless
 * there are fewer than 20 texts or holdout=no (then probabilities are not calibrated). Soft labels are learned from. */
#ifndef STUDENT_FASTTEXT_H
#define STUDENT_FASTTEXT_H

#include <stdio.h>

#include "student/kind.h"

extern const struct student_kind student_fasttext;

/* The student (of this kind) as fastText's own file, format 12: supervised, softmax or one against all. labels: its
 * n_classes names; white space in them becomes _. The temperature is in the matrix of labels, and a shift of several labels
 * in one more dimension. Returns -1 with e: two names that become the same; the file cannot be written is the caller's
 * to see (ferror). fastText takes the sigmoid of several labels from a table of 512 steps: there probabilities may
 * differ by 0.008. */
int fasttext_write(const struct student *s, const char *const *labels, FILE *out, struct err *e);
/* Bytes of that file, about. */
double fasttext_file_bytes(const struct student *s);

#endif
