#include "base/rng.h"

#include <math.h>

#include "base/hash.h"

void
rng_seed(struct rng *r, uint64_t seed)
{
  for (int i = 0; i < 4; i++)
    r->s[i] = hash_mix(seed += 0x9e3779b97f4a7c15u);
}

static uint64_t
rotate(uint64_t x, int k)
{
  return x << k | x >> (64 - k);
}

uint64_t
rng_next(struct rng *r)
{
  uint64_t result = rotate(r->s[1] * 5, 7) * 9, t = r->s[1] << 17;

  r->s[2] ^= r->s[0];
  r->s[3] ^= r->s[1];
  r->s[1] ^= r->s[2];
  r->s[0] ^= r->s[3];
  r->s[2] ^= t;
  r->s[3] = rotate(r->s[3], 45);
  return result;
}

uint64_t
rng_below(struct rng *r, uint64_t n)
{
  uint64_t reject = -n % n, x;

  do
    x = rng_next(r);
  while (x < reject);
  return x % n;
}

double
rng_unit(struct rng *r)
{
  return (double)(rng_next(r) >> 11) * 0x1p-53;
}

double
rng_normal(struct rng *r)
{
  double u, v, s;

  do {
    u = 2 * rng_unit(r) - 1;
    v = 2 * rng_unit(r) - 1;
    s = u * u + v * v;
  } while (s >= 1 || s == 0);
  return u * sqrt(-2 * log(s) / s);
}

void
rng_shuffle(struct rng *r, uint32_t *items, size_t n)
{
  for (size_t i = n; i > 1; i--) {
    size_t j = rng_below(r, i);
    uint32_t t = items[i - 1];

    items[i - 1] = items[j];
    items[j] = t;
  }
}
