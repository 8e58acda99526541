/* text_signals: what the texts themselves say of the samples, as columns (curate/signal.h):
 *
 *   novel      1 - similarity to the nearest other text (cosine of tf-idf, similar.h)
 *   density    mean similarity to the ten nearest other texts (to all others, if there are fewer)
 *   cluster    the number of the first of its near-duplicates (corpus/neardup.h, default threshold), its own if it is
 *              that first; a text without near-duplicates has none
 *   language   a guess (language.h), as a place in language_names; none where the guess is not sure
 *   leaks      1: the name of one of its labels, or a word of it, stands in the text (leak.h); else 0; none: no label
 *   opening    how many texts begin with the same three words (1: only this one); none: it has fewer words
 *
 * Of a pair both texts count: novel, density and cluster as those rooms say; language and opening are of the second
 * text, which in such data is the one that is written for the label, leaks of either. Gone samples have no values, and
 * count nowhere. Rejected ones have values, but nothing is called near, or begun alike, because of them (cluster is
 * over all, as `dedupe` is).
 *
 * Beyond SIMILAR_MAX_TEXTS texts novel and density are measured against a sample of them (similar.h), and against the
 * first of the text's cluster.
 *
 * Life: text_signals_run fills (also where it was stopped: then nothing), text_signals_release frees.
 * Threads: any; it takes `threads` by itself (0: all processors), with the same result on any number. What it sees of
 * the corpus is as it is while it runs. Errors: ERR_INTERRUPTED if it was stopped. */
#ifndef CURATE_TEXT_SIGNALS_H
#define CURATE_TEXT_SIGNALS_H

#include "base/err.h"
#include "base/pool.h"
#include "corpus/corpus.h"

enum text_signal { TEXT_NOVEL, TEXT_DENSITY, TEXT_CLUSTER, TEXT_LANGUAGE, TEXT_LEAKS, TEXT_OPENING, N_TEXT_SIGNALS };
extern const char *const text_signal_names[N_TEXT_SIGNALS];   /* as in signal_rows */

struct text_signals {
  uint32_t n;
  float *values[N_TEXT_SIGNALS];  /* (n) by id - 1; NaN: none */
};
struct text_signals_options {
  int threads;                   /* 0: as many as there are processors */
  struct stop *stop;             /* NULL: never */
  void (*progress)(void *arg, uint64_t done, uint64_t total);   /* NULL: not told; on one of the threads, in order */
  void *arg;
};
int text_signals_run(const struct corpus *c, const struct text_signals_options *o, struct text_signals *out,
                     struct err *e);
void text_signals_release(struct text_signals *s);

#endif
