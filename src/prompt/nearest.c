#include "prompt/nearest.h"

#include <stdio.h>
#include <string.h>

#define LONGEST 40

/* Levenshtein, with a swap of neighbours as one step. */
static int
distance(const char *a, size_t n, const char *b, size_t m)
{
  int row[3][LONGEST + 1];

  for (size_t j = 0; j <= m; j++)
    row[0][j] = (int)j;
  for (size_t i = 1; i <= n; i++) {
    int *now = row[i % 3], *above = row[(i - 1) % 3], *above2 = row[(i + 1) % 3];

    now[0] = (int)i;
    for (size_t j = 1; j <= m; j++) {
      int d = above[j - 1] + (a[i - 1] != b[j - 1]);

      if (above[j] + 1 < d)
        d = above[j] + 1;
      if (now[j - 1] + 1 < d)
        d = now[j - 1] + 1;
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && above2[j - 2] + 1 < d)
        d = above2[j - 2] + 1;
      now[j] = d;
    }
  }
  return row[n % 3][m];
}

void
nearest_offer(struct nearest *s, const char *known)
{
  nearest_offer_n(s, known, strlen(known));
}

void
nearest_offer_n(struct nearest *s, const char *known, size_t m)
{
  int d;

  if (s->n > LONGEST || m > LONGEST)
    return;
  d = distance(s->want, s->n, known, m);
  if (d <= (s->n < 4 ? 1 : s->n < 8 ? 2 : 3) && d < (int)s->n && (!s->best || d < s->distance)) {
    s->best = known;
    s->n_best = m;
    s->distance = d;
  }
}

const char *
nearest_hint(const struct nearest *s, char hint[80])
{
  hint[0] = '\0';
  if (s->best)
    snprintf(hint, 80, " (did you mean '%.*s'?)", (int)s->n_best, s->best);
  return hint;
}
