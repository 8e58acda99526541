/* nearest: the known word that is most like a mistyped one, for "did you mean". Distance is that of Damerau and
 * Levenshtein (optimal string alignment) on bytes, case ignored; at most one letter in three may differ. */
#ifndef CORPUS_NEAREST_H
#define CORPUS_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

struct nearest {
  const char *word;      /* what was typed */
  const char *best;      /* the most similar so far, NULL: none is near */
  unsigned distance;     /* of best; at first the largest allowed, plus one */
};
struct nearest nearest_to(const char *word);
/* True if this candidate is nearer than all before; it is then `best`. */
bool nearest_try(struct nearest *near, const char *candidate);

#endif
