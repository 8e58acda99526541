/* hash: 64-bit hashing of bytes, and a map from strings to numbers.
 *
 * Map life: strmap_init, strmap_put/_get, strmap_release. Keys are copied. Threads: one user at a time. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

/* A well mixed 64-bit hash; the same on every machine and in every version (it stands in project files). */
uint64_t hash_bytes(const void *p, size_t n, uint64_t seed);
/* The finalizer of splitmix64: a bijection that mixes all bits. */
uint64_t hash_mix(uint64_t x);

struct strmap_slot;
struct strmap {
  struct strmap_slot *slots;
  size_t n, cap;       /* keys; slots (a power of two) */
  struct arena keys;
};
void strmap_init(struct strmap *m);
void strmap_release(struct strmap *m);
/* The value of a key, or `missing`. */
int64_t strmap_get(const struct strmap *m, const char *key, size_t n, int64_t missing);
/* Sets the value of a key; true if the key is new. */
bool strmap_put(struct strmap *m, const char *key, size_t n, int64_t value);

#endif
