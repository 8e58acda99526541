/* nearest: the known word that is most like a mistyped one, for "did you mean". Distance is that of Damerau and
 * Levenshtein (optimal string alignment) on bytes, case ignored; one letter in three may differ, and a word of three
 * letters or more may be the beginning of a longer one.
 *
 * Life: nearest_to, nearest_try with every known word, then best or nearest_hint. Nothing is copied: word and
 * candidates must stay. Threads: a struct nearest belongs to its caller. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

struct nearest {
  const char *word;      /* what was typed, n_word bytes */
  size_t n_word;
  const char *best;      /* the most similar so far, n_best bytes; NULL: none is near */
  size_t n_best;
  unsigned distance;     /* of best; at first the largest allowed, plus one */
};
struct nearest nearest_to(const char *word);
struct nearest nearest_to_n(const char *word, size_t n);
/* True if this candidate is nearer than all before; it is then `best`. */
bool nearest_try(struct nearest *near, const char *candidate);
bool nearest_try_n(struct nearest *near, const char *candidate, size_t n);
/* " (did you mean 'best'?)", or "", into hint. */
const char *nearest_hint(const struct nearest *near, char hint[80]);
/* All of it for a list: the nearest candidate, or NULL. */
const char *nearest_of(const char *word, const char *const *candidates, size_t n);

#endif
