/* agreement: how far two judgements of the same texts agree, and how far beyond chance. Threads: pure functions. */
#ifndef EVALUATE_AGREEMENT_H
#define EVALUATE_AGREEMENT_H

#include <stddef.h>
#include <stdint.h>

#include "evaluate/significance.h"

struct agreement {
  size_t n, same;
  double share;                  /* same / n; NaN without texts */
  struct interval share_ci;      /* 95 % (Wilson) */
  double chance;                 /* what the two would agree on by chance, each with its own frequencies */
  double kappa;                  /* (share - chance) / (1 - chance); NaN where chance alone gives full agreement */
  struct interval kappa_ci;
};
/* Two judgements of n texts, in categories 0..K-1. J. Cohen, Educational and Psychological Measurement 20 (1960) 37-46.
 * Kappa's interval is that of the share with chance taken as measured, as in Cohen's own standard error, but with
 * Wilson's bounds: few texts that all agree prove little, and their interval says so. */
struct agreement agreement_of(const uint32_t *first, const uint32_t *second, size_t n, size_t n_categories);

#endif
