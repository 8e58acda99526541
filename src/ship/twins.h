/* twins: which texts stand in which split, of samples that are there and of those that are coming: eight bytes each,
 * and what looks alike is compared byte by byte. Life: zeroed, twins_add..., twins_release. Threads: the one that
 * imports. Private to this room. */
#ifndef SHIP_TWINS_H
#define SHIP_TWINS_H

#include "corpus/corpus.h"
#include "corpus/tagmap.h"

struct twins {
  struct tagmap map;         /* of texts and split to ids */
};
/* A tag for the texts and the split of a sample. */
uint32_t twins_tag(const struct sample *s);
/* Is there a sample with the same texts in the same split, byte for byte? */
bool twins_has(const struct twins *twins, const struct corpus *c, const struct sample *s, uint32_t tag);
void twins_add(struct twins *twins, uint32_t tag, uint32_t id);
void twins_release(struct twins *twins);

#endif
