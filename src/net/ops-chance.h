/* ops-chance: the chance of dropout, element by element, from a key and the element's number only. The plain and the
 * vector versions draw the same.
 *
 * 32 bits: the number, spread by the golden ratio, under two rounds of multiply and shift (the constants of Wellons'
 * lowbias32), with a part of the key before each. Numbers that differ in their upper half have other keys. */
#ifndef NET_OPS_CHANCE_H
#define NET_OPS_CHANCE_H

#include <stdint.h>

#include "base/hash.h"

#define CHANCE_STEP 0x9e3779b9u
#define CHANCE_FIRST 0x7feb352du
#define CHANCE_SECOND 0x846ca68bu

struct chance {
  uint32_t before, between;
};

/* Of the numbers with this upper half. */
static inline struct chance
chance_of(uint64_t key, uint64_t number)
{
  uint64_t mixed = hash_mix(key ^ hash_mix(number >> 32));

  return (struct chance){(uint32_t)mixed, (uint32_t)(mixed >> 32)};
}

static inline uint32_t
chance_draw(struct chance c, uint32_t number)
{
  uint32_t x = number * CHANCE_STEP + c.before;

  x = (x ^ x >> 16) * CHANCE_FIRST;
  x = (x ^ x >> 15 ^ c.between) * CHANCE_SECOND;
  return x ^ x >> 16;
}

/* A draw below this is what happens with probability p. */
static inline uint32_t
chance_limit(float p)
{
  double limit = (double)p * 4294967296.0;

  return limit >= 4294967295.0 ? UINT32_MAX : limit > 0 ? (uint32_t)limit : 0;
}

#endif
