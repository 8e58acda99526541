/* minhash: short signatures of sets, by which sets that have much in common are likely to share one (Broder 1997;
 * banding: Leskovec, Rajaraman, Ullman, "Mining of massive datasets", ch. 3).
 *
 * A band is a tag made of n_rows least values under as many random permutations of the hashes, so two sets of Jaccard
 * similarity s have a given band in common with probability s^n_rows (and else once in 2^32). There are as many rows
 * as let at most 2 of 1000 pairs at the threshold have no band in common. With more bands there can be more rows: more
 * tags to keep, but fewer sets that share one for nothing.
 * Life: minhash_init. Threads: any. */
#ifndef CORPUS_MINHASH_H
#define CORPUS_MINHASH_H

#include <stddef.h>
#include <stdint.h>

#define MINHASH_BANDS 16      /* at most */
#define MINHASH_MAX_ROWS 8

struct minhash {
  int n_bands, n_rows;      /* n_rows of each band */
  uint32_t multiply[MINHASH_MAX_ROWS][MINHASH_BANDS], salt[MINHASH_MAX_ROWS][MINHASH_BANDS];
};
void minhash_init(struct minhash *m, double threshold, int n_bands);  /* at most MINHASH_BANDS */
/* The bands of n hashes in any order; one that stands twice counts once. Those beyond n_bands mean nothing. */
void minhash_bands(const struct minhash *m, const uint32_t *v, size_t n, uint32_t bands[MINHASH_BANDS]);
/* The same, without what only some processors have. */
void minhash_bands_plain(const struct minhash *m, const uint32_t *v, size_t n, uint32_t bands[MINHASH_BANDS]);

#endif
