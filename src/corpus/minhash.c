#include "corpus/minhash.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"

#define MISSED 0.002

void
minhash_init(struct minhash *m, double threshold, int n_bands)
{
  struct rng rng;

  m->n_bands = n_bands;
  m->n_rows = MINHASH_MAX_ROWS;
  while (m->n_rows > 1 && pow(1 - pow(threshold, m->n_rows), n_bands) > MISSED)
    m->n_rows--;
  rng_seed(&rng, 20040301);
  for (int r = 0; r < MINHASH_MAX_ROWS; r++)
    for (int b = 0; b < MINHASH_BANDS; b++) {
      m->multiply[r][b] = (uint32_t)rng_next(&rng) | 1;
      m->salt[r][b] = (uint32_t)rng_next(&rng);
    }
}

/* One number of some bands: a vector of the compiler, made of as many registers as the processor needs. */
#define LANES 8
typedef uint32_t lanes __attribute__((vector_size(LANES * sizeof(uint32_t))));

static inline __attribute__((always_inline)) void
some_bands(const struct minhash *m, int from, const uint32_t *v, size_t n, uint32_t *bands)
{
  lanes tags = {0};

  for (int r = 0; r < m->n_rows; r++) {
    lanes salt, multiply, least = ~(lanes){0};

    memcpy(&salt, &m->salt[r][from], sizeof salt);
    memcpy(&multiply, &m->multiply[r][from], sizeof multiply);
    for (size_t i = 0; i < n; i++) {
      lanes x = (v[i] ^ salt) * multiply, less = (lanes)(x < least);

      least = (x & less) | (least & ~less);
    }
    tags = (tags ^ least) * 0x85ebca6bu;
    tags = (tags ^ tags >> 15) * 0xc2b2ae35u;
  }
  tags ^= tags >> 16;
  memcpy(&bands[from], &tags, sizeof tags);
}

static inline __attribute__((always_inline)) void
all_bands(const struct minhash *m, const uint32_t *v, size_t n, uint32_t *bands)
{
  for (int from = 0; from < MINHASH_BANDS; from += LANES)
    some_bands(m, from, v, n, bands);
}

#if defined __x86_64__
/* The same with the wider registers that a processor may have. */
__attribute__((target("avx2"))) static void
all_bands_avx2(const struct minhash *m, const uint32_t *v, size_t n, uint32_t *bands)
{
  all_bands(m, v, n, bands);
}
#endif

void
minhash_bands_plain(const struct minhash *m, const uint32_t *v, size_t n, uint32_t bands[MINHASH_BANDS])
{
  all_bands(m, v, n, bands);
}

void
minhash_bands(const struct minhash *m, const uint32_t *v, size_t n, uint32_t bands[MINHASH_BANDS])
{
#if defined __x86_64__
  if (__builtin_cpu_supports("avx2"))
    all_bands_avx2(m, v, n, bands);
  else
#endif
    minhash_bands_plain(m, v, n, bands);
}
