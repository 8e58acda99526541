/* text: what Python's str methods do, on UTF-8: case, white space, parts. Indexes and widths count code points. */
#ifndef PROMPT_TEXT_H
#define PROMPT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum text_case {
  TEXT_UPPER, TEXT_LOWER,
  TEXT_CAPITALIZE,   /* the first letter upper, the rest lower */
  TEXT_TITLE,        /* str.title(): each letter after a non-letter upper */
  TEXT_WORDS,        /* Jinja's title filter: words begin after blanks, - ( { [ < */
  TEXT_SWAP,
};
void text_case(struct buf *out, const char *s, size_t n, enum text_case how);

/* isalpha() and so on; letter is a name of one of them without "is". */
enum text_class { TEXT_ALPHA, TEXT_DIGIT, TEXT_ALNUM, TEXT_SPACE, TEXT_IS_UPPER, TEXT_IS_LOWER, TEXT_IS_TITLE,
                 TEXT_ASCII };
bool text_is(const char *s, size_t n, enum text_class class);

/* Shortens *s,*n at its start and end by the characters of set (NULL: white space). */
void text_strip(const char **s, size_t *n, const char *set, size_t n_set, bool left, bool right);
/* The next line end at or after *at; *end is set behind it; false at the end of the text. As str.splitlines(). */
bool text_line_end(const char *s, size_t n, size_t *at, size_t *end);
size_t text_to_byte(const char *s, size_t n, size_t index);    /* byte offset of a code point; n past the end */

#endif
