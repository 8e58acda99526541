#include "token/lexicon.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

void
lexicon_init(struct lexicon *l)
{
  *l = (struct lexicon){0};
}

void
lexicon_release(struct lexicon *l)
{
  free(l->bytes);
  free(l->offset);
  free(l->kind);
  free(l->slots);
  lexicon_init(l);
}

/* Spreads what lexicon_hash leaves in the high bits. */
static inline uint64_t
mix(uint64_t x)
{
  x ^= x >> 32;
  x *= 0x94d049bb133111ebu;
  return x ^ x >> 31;
}

/* The slot of the string, or the free one where it belongs. There is always one: at most half are taken. */
static struct lexicon_slot *
slot_of(const struct lexicon *l, const char *s, size_t n, uint8_t kind, uint64_t mixed)
{
  uint32_t tag = (uint32_t)(mixed >> 32);

  for (size_t i = mixed & (l->n_slots - 1);; i = (i + 1) & (l->n_slots - 1)) {
    struct lexicon_slot *slot = &l->slots[i];

    if (slot->number == LEXICON_NONE)
      return slot;
    if (slot->tag == tag && l->kind[slot->number] == kind && lexicon_length(l, slot->number) == n &&
        memcmp(lexicon_string(l, slot->number), s, n) == 0)
      return slot;
  }
}

uint32_t
lexicon_find(const struct lexicon *l, const char *s, size_t n, uint8_t kind, uint64_t h)
{
  return l->n ? slot_of(l, s, n, kind, mix(h))->number : LEXICON_NONE;
}

static void
enlarge(struct lexicon *l)
{
  free(l->slots);
  l->n_slots = l->n_slots ? l->n_slots * 2 : 64;
  l->slots = xmalloc(l->n_slots * sizeof *l->slots);
  memset(l->slots, 0xff, l->n_slots * sizeof *l->slots);
  for (uint32_t i = 0; i < l->n; i++) {
    const char *s = lexicon_string(l, i);
    size_t n = lexicon_length(l, i);
    uint64_t mixed = mix(lexicon_hash(lexicon_seed(l->kind[i]), s, n));

    *slot_of(l, s, n, l->kind[i], mixed) = (struct lexicon_slot){i, (uint32_t)(mixed >> 32)};
  }
}

static uint32_t
append(struct lexicon *l, const char *s, size_t n, uint8_t kind)
{
  size_t cap = l->cap, end = l->n ? l->offset[l->n] : 0;

  ensure(l->n < LEXICON_MAX && end + n + 1 <= LEXICON_MAX_BYTES);
  GROW(l->kind, cap, (size_t)l->n + 1);
  if (cap != l->cap)
    l->offset = xrealloc(l->offset, (cap + 1) * sizeof *l->offset);
  l->cap = cap;
  GROW(l->bytes, l->cap_bytes, end + n + 1);
  memcpy(l->bytes + end, s, n);
  l->bytes[end + n] = '\0';
  l->offset[l->n] = (uint32_t)end;
  l->offset[l->n + 1] = (uint32_t)(end + n + 1);
  l->kind[l->n] = kind;
  return l->n++;
}

uint32_t
lexicon_add(struct lexicon *l, const char *s, size_t n, uint8_t kind)
{
  uint64_t mixed = mix(lexicon_hash(lexicon_seed(kind), s, n));
  struct lexicon_slot *slot;

  if ((size_t)l->n * 2 >= l->n_slots)
    enlarge(l);
  slot = slot_of(l, s, n, kind, mixed);
  if (slot->number == LEXICON_NONE)
    *slot = (struct lexicon_slot){append(l, s, n, kind), (uint32_t)(mixed >> 32)};
  return slot->number;
}
