/* literal: pieces of text that whatever a regular expression matches must hold, read from the expression: one of
 * "refund", "charge" for /\b(refund|charge)s?\b/. Texts without any of them need not be asked.
 *
 * It knows the plain part of the language of PCRE2 (characters, classes, groups, alternatives, repetition, simple
 * escapes) and finds nothing in an expression with more: that costs time, never a match. Threads: any. */
#ifndef CORPUS_LITERAL_H
#define CORPUS_LITERAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define LITERAL_MAX 6u

/* One of these is in every match. n 0: nothing is known. Caseless: in ASCII small letters, of any case in the match. */
struct literals {
  struct buf of[LITERAL_MAX];
  size_t n;
  bool caseless;
};
/* The expression compiles. */
void literals_init(struct literals *l, const char *pattern, size_t n, bool caseless);
void literals_release(struct literals *l);

#endif
