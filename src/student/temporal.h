/* temporal: temporal ensembling (Laine and Aila 2017): of each text the mean of what the student thought of it in the
 * epochs so far, the later the more (decay 0.6), as a target beside the label. A label that the student came to doubt
 * again and again is followed less; SuperGen (Meng et al. 2022) trains on generated texts so.
 *
 * Life: temporal_new; once an epoch for each text temporal_mix, then temporal_tell; temporal_free. Threads: one user,
 * but different texts may be told at once. Memory: 4 bytes a text and class. */
#ifndef STUDENT_TEMPORAL_H
#define STUDENT_TEMPORAL_H

#include "base/buf.h"

#include <stdint.h>

struct temporal;
struct temporal *temporal_new(size_t n, size_t C);
void temporal_free(struct temporal *t);  /* NULL is fine */

/* target (C) = (1 - share) target + share mean; left as it is where nothing was told of the text yet. */
void temporal_mix(const struct temporal *t, size_t text, float share, float *target);
void temporal_tell(struct temporal *t, size_t text, const float *probabilities);

void temporal_save(const struct temporal *t, struct buf *out);
int temporal_restore(struct temporal *t, const char *bytes, size_t n, size_t *used);  /* -1: too few bytes */

#endif
