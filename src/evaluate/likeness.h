/* likeness: how like an arm's texts are to the test texts, in plain figures: what explains why one arm teaches more
 * than another. Words are runs of letters and digits, case folded (corpus/normal.h). Threads: pure functions. */
#ifndef EVALUATE_LIKENESS_H
#define EVALUATE_LIKENESS_H

#include <stddef.h>

#include "base/buf.h"
#include "student/student.h"

struct likeness {
  double words;                  /* of a text, mean */
  double known_words;            /* share of the test texts' running words that occur in it */
  double distinct;               /* different words for each hundred of its first 10 000 running words: how varied it is */
};
struct likeness likeness_of(const struct example *texts, size_t n, const struct example *test, size_t n_test);

/* Adds, with commas between, at most `most` words that stand most often in the test texts of those that `more` has and
 * `less` has not. */
void likeness_new_words(const struct example *less, size_t n_less, const struct example *more, size_t n_more,
                        const struct example *test, size_t n_test, size_t most, struct buf *out);

#endif
