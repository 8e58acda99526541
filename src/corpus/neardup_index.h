/* neardup_index: what neardup.c (one text) and neardup_many.c (many) share.
 *
 * A text is looked up by tags: its MinHash bands by words and by characters, and the hash of its normal form. Each tag
 * has its lane, a map of its own, so lanes may be filled side by side. */
#ifndef CORPUS_NEARDUP_INDEX_H
#define CORPUS_NEARDUP_INDEX_H

#include "corpus/minhash.h"
#include "corpus/neardup.h"
#include "corpus/shingle.h"

/* How many bands there are. Where texts come one by one, each tag is a place in memory to be waited for; where many are
 * compared at once, most tags are left out anyway, and what is looked at in vain counts more. */
#define BANDS_OF_INDEX 12
#define BANDS_OF_MANY MINHASH_BANDS

enum { LANE_EXACT = N_SHINGLE_KINDS * MINHASH_BANDS, N_LANES };

struct probe {
  struct form *form;
  uint64_t lanes;           /* bits of those to be looked into */
  uint32_t tags[N_LANES];   /* of these lanes; the others are not set */
};
/* Makes the form and its probe; what they point to is in h. */
void probe_make(const struct minhash *m, struct shingler *h, const struct sample *s, struct form *f, struct probe *p);
/* Fetches what a find or an add of it will touch. */
void probe_prefetch(const struct neardup *d, const struct probe *p);
void probe_add(struct neardup *d, uint32_t id, const struct probe *p);
bool probe_find(struct neardup *d, const struct probe *p, uint32_t *id, double *similarity);
/* probe_add by steps: first the item (its number, or SIZE_MAX: an equal one is there), then its lanes, LANE_EXACT
 * apart. Different lanes may be added to by different threads. */
size_t neardup_add_item(struct neardup *d, uint32_t id, const struct probe *p);
void neardup_add_lane(struct neardup *d, int lane, uint32_t tag, size_t number);
/* What is added from now on stays where it is as long as the index, and is not copied. */
void neardup_borrow(struct neardup *d);
double neardup_threshold(const struct neardup *d);

#endif
