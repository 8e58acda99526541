/* rng: reproducible random numbers (xoshiro256**, Blackman and Vigna 2018, seeded by splitmix64).
 * The same seed gives the same numbers on every machine. Threads: a struct rng has one user; give each thread its own.
 * */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
  uint64_t s[4];
};
void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t n);  /* uniform in [0, n), n > 0, without bias */
double rng_unit(struct rng *r);                 /* uniform in [0, 1) */
double rng_normal(struct rng *r);               /* standard normal (polar method) */
void rng_shuffle(struct rng *r, uint32_t *items, size_t n);  /* Fisher-Yates */

#endif
