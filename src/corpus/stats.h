/* stats: what a set of samples looks like: counts, lengths, per label, diversity (diversity.h says what is measured).
 * Lengths count runs without white space. Life: stats_run fills, stats_release frees. Threads: any. */
#ifndef CORPUS_STATS_H
#define CORPUS_STATS_H

#include "corpus/corpus.h"
#include "corpus/diversity.h"

struct stats_label {
  uint16_t label;                /* LABEL_NONE: the unlabelled */
  uint32_t n;
  uint32_t status[N_STATUSES];
  double words_mean;
};
struct stats {
  uint32_t n;
  uint32_t status[N_STATUSES], split[N_SPLITS], origin[N_ORIGINS];
  uint64_t n_words;              /* words of all texts */
  double words_mean, words_sd;
  uint32_t words_min, words_median, words_max;
  double chars_mean;
  uint32_t chars_min, chars_max;
  struct board_diversity diversity;
  struct stats_label *labels;    /* those with samples, by label id; the unlabelled last */
  size_t n_labels;
  struct diversity_opening openings[10];  /* the most repeated */
  size_t n_openings;
};
void stats_run(const struct corpus *c, const uint32_t *ids, size_t n, struct stats *out);
void stats_release(struct stats *s);

#endif
