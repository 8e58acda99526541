/* moves: which samples moved lately: a ring of ranges of ids, written by the one thread that applies changes and read
 * by any. Only corpus.c includes this; what readers may rely on stands at corpus_moved.
 *
 * How many moves there ever were is the corpus' revision, so that a revision says where in the ring to go on. A reader
 * copies entries and then looks if the writer has come round to them meanwhile: the writer says how far it will write
 * (`taken`) before it writes, each entry is stored with release order, so who has seen a new entry sees that, too. */
#ifndef CORPUS_MOVES_H
#define CORPUS_MOVES_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define MOVES_KEPT 65536u       /* a power of two */

struct moves {
  _Atomic uint64_t *ring;       /* the first id << 32 | how many */
  _Atomic uint64_t n;           /* moves that readers may see */
  _Atomic uint64_t taken;       /* moves that are written or being written */
  /* the writer's: what it has not written yet */
  uint32_t first, many;
  uint64_t pending;             /* moves written since the last moves_publish */
};

void moves_init(struct moves *m);
void moves_release(struct moves *m);
uint64_t moves_count(const struct moves *m);
/* Notes a range of ids (many 0: a move of no sample); joined with the one before if they touch. */
void moves_add(struct moves *m, uint32_t first, uint32_t many);
/* Shows readers all that was added; the samples are as they will be seen. */
void moves_publish(struct moves *m);
/* See corpus_moved. */
size_t moves_since(const struct moves *m, uint64_t since, uint64_t *now, uint32_t *ids, size_t max);

#endif
