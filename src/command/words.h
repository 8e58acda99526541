/* words: a line split into words as a shell does: blanks part them, '...' is taken as it is, "..." keeps \" and \\ as
 * escapes, a backslash outside quotes takes the next character as it is. No variables, no patterns.
 *
 * Life: words_split fills w (also when it fails), words_release. Threads: one user at a time. */
#ifndef COMMAND_WORDS_H
#define COMMAND_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

#define WORDS_LINE_BYTES ((size_t)1 << 20)  /* longest line */

struct word {
  char *text;
  size_t from, to;  /* bytes of the line that it was made of */
  char open;        /* the quote that is not closed (also '\\' at the end), 0: none */
};
struct words {
  struct arena arena;
  struct word *v;
  size_t n, cap;
};

/* A quote that is not closed is an error (ERR_INPUT); the words are there all the same, for completion. */
int words_split(struct words *w, const char *line, size_t n, struct err *e);
void words_release(struct words *w);
/* Appends s as one word of a line, in quotes where it needs them. */
void words_quote(struct buf *out, const char *s);

#endif
