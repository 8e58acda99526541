/* texts: where the texts of the corpus lie: in a few large blocks, in the order in which they came, so that the texts
 * of rows which were inserted together can be read as one stretch of memory.
 *
 * Each text is preceded by its length (four bytes, not aligned) and followed by a NUL. Nothing moves or is freed before
 * texts_release. Blocks double up to 32 MB; those of 2 MB and more ask for huge pages.
 * Threads: texts_add by one at a time; the others by any, of texts that they have from the corpus: between two texts of
 * one block everything was written before the later of them was shown. */
#ifndef CORPUS_TEXTS_H
#define CORPUS_TEXTS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "corpus/table.h"

struct texts_block;
struct texts {
  struct table blocks;
  size_t n;                      /* blocks; the writer's */
  size_t size_bytes;             /* of all blocks; the writer's */
};

void texts_init(struct texts *t);
void texts_release(struct texts *t);
/* A copy of n bytes. */
const char *texts_add(struct texts *t, const char *s, uint32_t n);
/* The end of the block that this text lies in. */
const char *texts_block_end(const struct texts *t, const char *text);

/* Bytes of a text; 0 for NULL. */
static inline uint32_t
texts_length(const char *text)
{
  uint32_t n = 0;

  if (text)
    memcpy(&n, text - sizeof n, sizeof n);
  return n;
}

#endif
