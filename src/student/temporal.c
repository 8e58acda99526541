#include "student/temporal.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "student/parcel.h"

#define DECAY 0.6f
#define SETTLED 64   /* epochs after which 1 - DECAY^epochs is 1 */

struct temporal {
  size_t n, C;
  float *means;      /* (n, C) as if they had begun with zeros: to be divided by 1 - DECAY^told */
  uint8_t *told;     /* (n) epochs, at most SETTLED */
};

struct temporal *
temporal_new(size_t n, size_t C)
{
  struct temporal *t = xcalloc(1, sizeof *t);

  *t = (struct temporal){n, C, xcalloc(n * C, sizeof *t->means), xcalloc(n, 1)};
  return t;
}

void
temporal_free(struct temporal *t)
{
  if (!t)
    return;
  free(t->means);
  free(t->told);
  free(t);
}

void
temporal_mix(const struct temporal *t, size_t text, float share, float *target)
{
  const float *mean = t->means + text * t->C;
  float begun = 1 - powf(DECAY, t->told[text]);

  if (t->told[text] == 0)
    return;
  for (size_t c = 0; c < t->C; c++)
    target[c] = (1 - share) * target[c] + share * mean[c] / begun;
}

void
temporal_tell(struct temporal *t, size_t text, const float *probabilities)
{
  float *mean = t->means + text * t->C;

  for (size_t c = 0; c < t->C; c++)
    mean[c] = DECAY * mean[c] + (1 - DECAY) * probabilities[c];
  if (t->told[text] < SETTLED)
    t->told[text]++;
}

void
temporal_save(const struct temporal *t, struct buf *out)
{
  parcel_add(out, t->means, t->n * t->C * sizeof *t->means);
  parcel_add(out, t->told, t->n);
}

int
temporal_restore(struct temporal *t, const char *bytes, size_t n, size_t *used)
{
  struct parcel p = {bytes, n, 0, false};

  parcel_get(&p, t->means, t->n * t->C * sizeof *t->means);
  parcel_get(&p, t->told, t->n);
  return parcel_end(&p, used);
}
