/* hashset: a set of 64-bit hashes with a number for each. Life: zeroed, hashset_at..., hashset_release. */
#ifndef CORPUS_HASHSET_H
#define CORPUS_HASHSET_H

#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

struct hashset_slot {
  uint64_t key;         /* 0: empty */
  uint32_t value;
};
struct hashset {
  struct hashset_slot *slots;
  size_t n, cap;        /* cap is a power of two */
};

static inline struct hashset_slot *
hashset_slot(const struct hashset *h, uint64_t key)
{
  size_t i = (size_t)(key * 0x9e3779b97f4a7c15u >> 20) & (h->cap - 1);

  while (h->slots[i].key && h->slots[i].key != key)
    i = (i + 1) & (h->cap - 1);
  return &h->slots[i];
}

/* The number of a key, to be read and changed; 0 for one that is new. Valid until the next call. */
static inline uint32_t *
hashset_at(struct hashset *h, uint64_t key)
{
  struct hashset_slot *slot;

  key += !key;
  if (3 * (h->n + 1) > 2 * h->cap) {
    struct hashset old = *h;

    h->cap = old.cap ? 2 * old.cap : 64;
    h->slots = xcalloc(h->cap, sizeof *h->slots);
    for (size_t i = 0; i < old.cap; i++)
      if (old.slots[i].key)
        *hashset_slot(h, old.slots[i].key) = old.slots[i];
    free(old.slots);
  }
  slot = hashset_slot(h, key);
  if (!slot->key) {
    slot->key = key;
    h->n++;
  }
  return &slot->value;
}

/* The number of a key, 0 if it is not there. */
static inline uint32_t
hashset_get(const struct hashset *h, uint64_t key)
{
  return h->cap ? hashset_slot(h, key + !key)->value : 0;
}

static inline void
hashset_release(struct hashset *h)
{
  free(h->slots);
  *h = (struct hashset){0};
}

#endif
