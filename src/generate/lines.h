/* lines: texts as numbered or bulleted lines; the part of parse.h that is not JSON. */
#ifndef GENERATE_LINES_H
#define GENERATE_LINES_H

#include "generate/parse.h"

/* All of s is words before, the items (all marked alike; numbers run from 1), words after. Errors as parse_reply. */
int read_lines(const char *s, size_t n, const struct parse_want *want, struct parsed *out, struct err *e);

/* parse.c: adds a text, trimmed. */
int parsed_add(struct parsed *out, const char *text, size_t n, const char *text2, size_t n2, struct err *e);

#endif
