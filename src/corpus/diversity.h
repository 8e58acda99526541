/* diversity: how unlike each other the texts of a growing set are, measured as they come.
 *
 *   distinct_1, distinct_2   different words (pairs of words that follow each other), divided by all of them (Li et al.
 *                            2016, "A diversity-promoting objective function for neural conversation models")
 *   self_similarity          the mean, over all pairs of a random sample of 128 texts, of the share of words that two
 *                            texts have in common (Jaccard similarity of their sets of words): the average pairwise
 *                            similarity of Yu et al. 2023 ("Large language model as attributed training data
 *                            generator"), with words for embeddings. The sample is a reservoir (Vitter 1985) drawn by
 *                            a fixed seed. It may be off by about .01
 *   vocabulary, growth       different words, and how many of them a text added, over the last 100 texts; it falls as a
 *                            set grows (Heaps 1978), and falls early where a teacher repeats itself
 *   opening, opening_share   the first three words that most texts begin with, and by how many of all texts. Shorter
 *                            texts have no opening
 *
 * Words are those of the normal form (normal.h): case folded, between what is no letter or digit.
 *
 * The figures depend on the texts and their order alone. Memory is bounded, whatever comes in: at most 25 MB, some KB
 * for few texts. Beyond 350 000 different words, or 1 400 000 pairs, those with a hash below a threshold stand for all
 * (adaptive sampling, Flajolet 1990: off by about .2 %); beyond 32 768 different openings the seldom ones are
 * forgotten, and a share may be low by 1/32768 (Misra and Gries 1982).
 *
 * Life: diversity_new, diversity_add..., the figures at any time, diversity_free. Threads: one at a time. Errors: none.
 * Speed: about
 * 1 us for diversity_add of a short text, about 1 ms for the figures: ask for them a few times a second. */
#ifndef CORPUS_DIVERSITY_H
#define CORPUS_DIVERSITY_H

#include <stddef.h>
#include <stdint.h>

#include "corpus/board.h"

#define OPENING_WORDS 3

struct diversity;
struct diversity *diversity_new(void);
void diversity_free(struct diversity *d);
/* Counts one text (of a pair: each of the two, by a call of its own). */
void diversity_add(struct diversity *d, const char *text, size_t n);
/* Without texts all is 0 and the openings are "". An opening that came once is none. */
void diversity_figures(const struct diversity *d, struct board_diversity *out);
uint64_t diversity_words(const struct diversity *d);   /* words in all texts */

struct diversity_opening {
  char words[48];               /* case folded; cut between two letters if it is longer */
  uint32_t n;                   /* texts that begin so */
};
/* The openings that most texts share, the most frequent first, at most `max`, each of at least two texts; returns how
 * many. */
size_t diversity_openings(const struct diversity *d, struct diversity_opening *out, size_t max);

#endif
