/* stats: what a set of samples looks like: counts, lengths, per label, diversity.
 * Distinct-n (Li et al. 2016): different word n-grams divided by all word n-grams; words are case folded.
 * Words here are those of normal.h; lengths count runs without white space. Life: stats_run fills, stats_release frees.
 * Threads: any. */
#ifndef CORPUS_STATS_H
#define CORPUS_STATS_H

#include "corpus/corpus.h"

struct stats_label {
  uint16_t label;                /* LABEL_NONE: the unlabelled */
  uint32_t n;
  uint32_t status[N_STATUSES];
  double words_mean;
};
struct stats_opening {
  char *words;                   /* the first three words, case folded */
  uint32_t n;
};
struct stats {
  uint32_t n;
  uint32_t status[N_STATUSES], split[N_SPLITS], origin[N_ORIGINS];
  uint32_t n_words, n_types;     /* words, different words */
  double words_mean, words_sd;
  uint32_t words_min, words_median, words_max;
  double chars_mean;
  uint32_t chars_min, chars_max;
  double distinct1, distinct2;   /* 0..1; 0 without words */
  struct stats_label *labels;    /* those with samples, by label id; the unlabelled last */
  size_t n_labels;
  struct stats_opening *openings;  /* the most repeated, at most 10, each at least twice */
  size_t n_openings;
};
void stats_run(const struct corpus *c, const uint32_t *ids, size_t n, struct stats *out);
void stats_release(struct stats *s);

#endif
