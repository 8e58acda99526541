/* reweigh: a weight for each training text, learned without clean data, in the manner of SunGen (Gao et al. 2023): two
 * levels. The network learns the weighted texts; the weights follow a noise-robust loss (reverse cross-entropy) on
 * texts held out. To first order a step along a text's gradient g changes that outer loss, whose gradient is G, by
 * -<g, G>: where g leads with G the weight rises, where against it, it falls. Both are those of the last layer, for
 * which they are products of what goes in and what comes out: <g, G> = (p - t)' G (h, 1), so no second derivative and
 * no other backward pass is needed.
 *
 * Texts of a label that as a whole lead away are of a label that was not learned yet, not all wrong: their mean counts
 * as 0.
 *
 * Weights are 1 at first and stay in [0, 1]; a text whose agreement is one root mean square of all moves by
 * REWEIGH_RATE.
 *
 * Life: reweigh_new; at the end of an epoch reweigh_begin, reweigh_outer for the held-out texts, reweigh_inner for all
 * training texts, reweigh_end; reweigh_free. Threads: one user. */
#ifndef STUDENT_REWEIGH_H
#define STUDENT_REWEIGH_H

#include "student/student.h"

#define REWEIGH_RATE 0.25

struct reweigh;
struct reweigh *reweigh_new(size_t n_train, const struct student_task *task);
void reweigh_free(struct reweigh *w);  /* NULL is fine */

/* D: width of the vectors that the last layer sees. */
void reweigh_begin(struct reweigh *w, size_t D);
/* One text: its vector (D), scores (C) and labels. */
void reweigh_outer(struct reweigh *w, const struct example *x, const float *vector, const float *scores);
void reweigh_inner(struct reweigh *w, size_t text, const struct example *x, const float *vector, const float *scores);
void reweigh_end(struct reweigh *w);
float reweigh_of(const struct reweigh *w, size_t text);

void reweigh_save(const struct reweigh *w, struct buf *out);
int reweigh_restore(struct reweigh *w, const char *bytes, size_t n, size_t *used);  /* -1: too few bytes */

#endif
