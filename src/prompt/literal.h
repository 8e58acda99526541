/* literal: names, numbers and strings of the template language, and white space as Python sees it. */
#ifndef PROMPT_LITERAL_H
#define PROMPT_LITERAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"
#include "prompt/value.h"

/* Each answers how many bytes of s it takes, 0 where there is none; *why is set (to a message) on a mistake in it. */
size_t literal_name(const char *s, size_t n);
/* after_dot: the byte before s is a dot, so that 1.5 is two members and no float. */
size_t literal_number(const char *s, size_t n, bool after_dot, struct value *x, const char **why);
/* *s is the quote. Escapes as in Python. */
size_t literal_string(struct arena *a, const char *s, size_t n, struct value *x, const char **why);

/* Bytes of white space at the start and at the end, as str.strip() takes them. */
bool text_is_space(uint32_t c);
size_t text_leading_space(const char *s, size_t n);
size_t text_trailing_space(const char *s, size_t n);

#endif
