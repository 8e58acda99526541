/* word_counts: how often each word stands in some texts, the most frequent first (equal ones in the order of bytes).
 * The same whatever the number of threads. Of more than WORD_COUNTS_MAX_BYTES of text every second one is read, or
 * every third...
 *
 * Life: word_counts_of, word_counts_release. */
#ifndef TOKEN_WORD_COUNTS_H
#define TOKEN_WORD_COUNTS_H

#include "token/lexicon.h"
#include "token/scan.h"

#define WORD_COUNTS_MAX_BYTES ((size_t)1 << 29)

struct word_counts {
  struct lexicon words;     /* all, in no order */
  uint64_t *count;          /* of each of them */
  uint32_t *order;          /* (n) those that stand there min_count times, in order */
  uint32_t n;
};
void word_counts_of(struct word_counts *c, const char *const *texts, size_t n, enum scan_way way, bool lower,
                    uint64_t min_count, int threads);
void word_counts_release(struct word_counts *c);

#endif
