/* table: pointers by number, that may be read while it grows. Entries are set by one thread at a time and read by any,
 * without a lock; blocks never move. For the short lists of this room (labels, names of templates). */
#ifndef CORPUS_TABLE_H
#define CORPUS_TABLE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/mem.h"

#define TABLE_BLOCK 1024u
#define TABLE_BLOCKS 1024u

struct table {
  _Atomic(_Atomic(void *) *) blocks[TABLE_BLOCKS];
};

static inline void *
table_get(const struct table *t, size_t i)
{
  _Atomic(void *) *block = i < (size_t)TABLE_BLOCK * TABLE_BLOCKS
    ? atomic_load_explicit(&((struct table *)t)->blocks[i / TABLE_BLOCK], memory_order_acquire) : NULL;

  return block ? atomic_load_explicit(&block[i % TABLE_BLOCK], memory_order_acquire) : NULL;
}

/* i is below TABLE_BLOCK * TABLE_BLOCKS. */
static inline void
table_set(struct table *t, size_t i, void *p)
{
  _Atomic(void *) *block = atomic_load_explicit(&t->blocks[i / TABLE_BLOCK], memory_order_relaxed);

  if (!block) {
    block = xcalloc(TABLE_BLOCK, sizeof *block);
    atomic_store_explicit(&t->blocks[i / TABLE_BLOCK], block, memory_order_release);
  }
  atomic_store_explicit(&block[i % TABLE_BLOCK], p, memory_order_release);
}

static inline void
table_release(struct table *t)
{
  for (size_t i = 0; i < TABLE_BLOCKS; i++)
    free((void *)atomic_load(&t->blocks[i]));
}

#endif
