/* seen: what a signal was computed from. A signal is of a moment: once a sample's text, or its labels, are others,
 * what was computed says nothing of it any more, and it has no value until it is computed again. Beside the signals of
 * a source stand two more columns, the hashes of the texts and of texts with labels at the moment when the work began;
 * columns.c compares them with the samples as they are, and takes away what does not fit.
 *
 *   seen_take(corpus, &seen);
 *   ... compute from the corpus ...
 *   seen_keep(p, SIGNAL_STUDENT, 0, &seen, signals, n, about, &e);
 *
 * What changes after seen_take counts as changed, also if the work saw it: never a value of another text.
 *
 * Life: seen_take, seen_release. Threads: one user. Errors: the store's. */
#ifndef CURATE_SEEN_H
#define CURATE_SEEN_H

#include "curate/signal.h"
#include "store/signal_store.h"

/* A text that has hash 0 is one that is not there. 32 bits: of 4 billion changed texts one would pass for unchanged. */
struct seen {
  uint32_t n;
  uint32_t *text;    /* (n) by id - 1: of the text (or pair) */
  uint32_t *both;    /* (n) of that and the labels */
};
/* Of all samples; some 40 ms for a million on two processors. */
void seen_take(const struct corpus *c, struct seen *s);
void seen_release(struct seen *s);
/* Whether a sample (of those there were) still is as it was seen. */
bool seen_still(const struct seen *s, const struct corpus *c, uint32_t id);
/* Keeps signals of one source with what they were computed from, in one transaction. run 0: of the whole corpus. */
int seen_keep(struct project *p, enum signal_source source, uint32_t run, const struct seen *s,
              const struct signal_values *signals, size_t n, const char *about, struct err *e);
/* What a source kept, to be released; n 0: nothing was kept. */
int seen_load(struct project *p, enum signal_source source, uint32_t run, struct seen *s, struct err *e);
/* Takes away (NaN) the values of samples that are no longer as they were seen. by_label: labels count, too. */
void seen_mask(const struct seen *then, const struct seen *now, bool by_label, float *values, uint32_t n);

#endif
