#include "base/hash.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

uint64_t
hash_mix(uint64_t x)
{
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9u;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebu;
  return x ^ x >> 31;
}

/* Up to 8 bytes, the first the lowest, on whatever machine: keys of requests stand in files. */
static uint64_t
load(const unsigned char *p, size_t n)
{
  uint64_t x = 0;

  memcpy(&x, p, n);
  return le64toh(x);
}

uint64_t
hash_bytes(const void *p, size_t n, uint64_t seed)
{
  const unsigned char *s = p;
  uint64_t h = hash_mix(seed + 0x9e3779b97f4a7c15u + n);

  for (; n >= 8; s += 8, n -= 8)
    h = hash_mix(h ^ load(s, 8)) + 0x9e3779b97f4a7c15u;
  return n ? hash_mix(h ^ load(s, n)) : h;
}

struct strmap_slot {
  const char *key;  /* NULL: empty */
  size_t n;
  uint64_t hash;
  int64_t value;
};

void
strmap_init(struct strmap *m)
{
  *m = (struct strmap){0};
  arena_init(&m->keys);
}

void
strmap_release(struct strmap *m)
{
  free(m->slots);
  arena_release(&m->keys);
  strmap_init(m);
}

/* The slot of the key, or the empty one where it belongs. There is always one: at most 2/3 are taken. */
static struct strmap_slot *
slot_of(const struct strmap *m, const char *key, size_t n, uint64_t hash)
{
  for (size_t i = hash & (m->cap - 1);; i = (i + 1) & (m->cap - 1)) {
    struct strmap_slot *s = &m->slots[i];

    if (!s->key || (s->hash == hash && s->n == n && memcmp(s->key, key, n) == 0))
      return s;
  }
}

static void
enlarge(struct strmap *m)
{
  struct strmap old = *m;

  m->cap = old.cap ? old.cap * 2 : 16;
  m->slots = xcalloc(m->cap, sizeof *m->slots);
  for (size_t i = 0; i < old.cap; i++)
    if (old.slots[i].key)
      *slot_of(m, old.slots[i].key, old.slots[i].n, old.slots[i].hash) = old.slots[i];
  free(old.slots);
}

int64_t
strmap_get(const struct strmap *m, const char *key, size_t n, int64_t missing)
{
  const struct strmap_slot *s;

  if (!m->cap)
    return missing;
  s = slot_of(m, key, n, hash_bytes(key, n, 0));
  return s->key ? s->value : missing;
}

bool
strmap_put(struct strmap *m, const char *key, size_t n, int64_t value)
{
  uint64_t hash = hash_bytes(key, n, 0);
  struct strmap_slot *s;
  bool fresh;

  if (m->n + 1 > m->cap / 3 * 2)
    enlarge(m);
  s = slot_of(m, key, n, hash);
  fresh = !s->key;
  if (fresh) {
    *s = (struct strmap_slot){.key = arena_strndup(&m->keys, key, n), .n = n, .hash = hash};
    m->n++;
  }
  s->value = value;
  return fresh;
}
