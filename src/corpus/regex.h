/* regex: regular expressions over texts (PCRE2: UTF, `^` and `$` at lines), with limits on their work: a text on which
 * they are passed does not match.
 *
 * Life: regex_new, regex_in any number of times, regex_free. Threads: an expression may be used by any number at once,
 * each with a room of its own. */
#ifndef CORPUS_REGEX_H
#define CORPUS_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "corpus/needle.h"

struct regex;
struct regex_room;

/* NULL on a mistake: *where is its byte in the pattern, message what is wrong. */
struct regex *regex_new(const char *pattern, size_t n, bool caseless, size_t *where, char *message, size_t size);
void regex_free(struct regex *r);
struct regex_room *regex_room_new(void);
void regex_room_free(struct regex_room *room);
/* Pieces of text of which one is in every match (*n of them; 0: none are known). */
const struct needle *regex_needles(const struct regex *r, size_t *n);
/* Is there a match in the text? */
bool regex_in(const struct regex *r, struct regex_room *room, const char *text, size_t n);

#endif
