/* selftrain: labels that the student itself gives texts of the pool (pseudo-labels, Lee 2013), where it is sure: from
 * a probability on (of several labels a text: where it is as sure of each, that it holds or not). Made anew at the end
 * of each epoch. An epoch takes at most SELFTRAIN_MOST times as many of them as there are training texts, others each
 * time, and together they weigh `weight` times as much as the training texts, however many they are.
 *
 * Life: selftrain_new; at the end of an epoch selftrain_tell for all texts of the pool, then selftrain_draw;
 * selftrain_free. Threads: one user. Memory: 1 byte a text, and with several labels one a text and class. */
#ifndef STUDENT_SELFTRAIN_H
#define STUDENT_SELFTRAIN_H

#include <stdint.h>

#include "student/student.h"

#define SELFTRAIN_MOST 4

struct selftrain;
/* Texts that a teacher gave probabilities (example.soft) are not told anything here. */
struct selftrain *selftrain_new(const struct student_task *task, size_t n_train, const struct example *pool,
                                size_t n_pool, double confidence);
void selftrain_free(struct selftrain *s);  /* NULL is fine */

/* probabilities (n, C) of texts first..first + n. */
void selftrain_tell(struct selftrain *s, size_t first, size_t n, const float *probabilities);
void selftrain_draw(struct selftrain *s, uint64_t seed);
/* Of this epoch. */
bool selftrain_taken(const struct selftrain *s, size_t text);
size_t selftrain_n_taken(const struct selftrain *s);
/* By which `weight` is multiplied for each text. */
float selftrain_part(const struct selftrain *s);
void selftrain_target(const struct selftrain *s, size_t text, float *target);

void selftrain_save(const struct selftrain *s, struct buf *out);
int selftrain_restore(struct selftrain *s, const char *bytes, size_t n, size_t *used);  /* -1: they do not fit */

#endif
