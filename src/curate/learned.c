#include "curate/learned.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

enum { CONFIDENCE, VARIABILITY, CORRECTNESS, FORGETTING, AUM, N_LEARNED };
static const char *const names[N_LEARNED] = {"mean_confidence", "variability", "correctness", "forgetting", "aum"};

static void
put(float *values, uint32_t n, uint32_t i, const struct text_dynamics *t)
{
  values[(size_t)CONFIDENCE * n + i] = t->confidence;
  values[(size_t)VARIABILITY * n + i] = t->variability;
  values[(size_t)CORRECTNESS * n + i] = t->correctness;
  values[(size_t)FORGETTING * n + i] = t->forgetting;
  values[(size_t)AUM * n + i] = t->aum;
}

int
learned_keep(struct project *p, uint32_t run, const struct seen *seen, const uint32_t *ids, size_t n,
             const struct dynamics *d, struct err *e)
{
  float *values = xmalloc(((size_t)N_LEARNED * seen->n + 1) * sizeof *values);
  struct signal_values signals[N_LEARNED];
  uint32_t epochs = 0;
  char about[40];
  int r = 0;

  for (size_t i = 0; i < (size_t)N_LEARNED * seen->n; i++)
    values[i] = NAN;
  for (size_t i = 0; i < n; i++) {
    struct text_dynamics t = dynamics_of(d, i);

    epochs = t.epochs > epochs ? t.epochs : epochs;
    if (t.epochs && ids[i] <= seen->n)
      put(values, seen->n, ids[i] - 1, &t);
  }
  for (int k = 0; k < N_LEARNED; k++)
    signals[k] = (struct signal_values){names[k], values + (size_t)k * seen->n, seen->n};
  snprintf(about, sizeof about, "{\"epochs\":%u}", epochs);
  if (epochs)
    r = seen_keep(p, SIGNAL_DYNAMICS, run, seen, signals, N_LEARNED, about, e);
  free(values);
  return r;
}
