/* nearest: the name that was probably meant. */
#ifndef PROMPT_NEAREST_H
#define PROMPT_NEAREST_H

#include <stddef.h>

/* Life: {.want = s, .n = length}, nearest_offer with every known name, then best (NULL: none is near enough). */
struct nearest {
  const char *want;
  size_t n;
  const char *best;
  size_t n_best;
  int distance;
};
void nearest_offer(struct nearest *s, const char *known);
void nearest_offer_n(struct nearest *s, const char *known, size_t n);
/* " (did you mean 'best'?)", or "", into hint. */
const char *nearest_hint(const struct nearest *s, char hint[80]);

#endif
