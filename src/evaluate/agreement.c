#include "evaluate/agreement.h"

#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"

static double
beyond(double share, double chance)
{
  return chance < 1 ? (share - chance) / (1 - chance) : (double)NAN;
}

struct agreement
agreement_of(const uint32_t *first, const uint32_t *second, size_t n, size_t n_categories)
{
  struct agreement a = {.n = n, .share = NAN, .share_ci = {0, 1}, .chance = NAN, .kappa = NAN, .kappa_ci = {NAN, NAN}};
  size_t *counts = xcalloc(2 * n_categories + 1, sizeof *counts);

  for (size_t i = 0; i < n; i++) {
    ensure(first[i] < n_categories && second[i] < n_categories);
    counts[first[i]]++;
    counts[n_categories + second[i]]++;
    a.same += first[i] == second[i];
  }
  if (n) {
    a.share = (double)a.same / (double)n;
    a.share_ci = wilson_interval((double)a.same, (double)n, .95);
    a.chance = 0;
    for (size_t k = 0; k < n_categories; k++)
      a.chance += (double)counts[k] / (double)n * ((double)counts[n_categories + k] / (double)n);
    a.kappa = beyond(a.share, a.chance);
    a.kappa_ci = (struct interval){beyond(a.share_ci.lo, a.chance), beyond(a.share_ci.hi, a.chance)};
  }
  free(counts);
  return a;
}
