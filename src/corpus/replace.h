/* replace: find and replace in texts, by a regular expression (PCRE2) or by the very words.
 *
 * In the replacement $1, ${1}, $name stand for what groups matched (a group that took no part: nothing), $0 for all, $$
 * for a dollar; \n and \t for these characters, \U \L \E turn what follows to upper or lower case. Searched are both
 * texts of a pair. What would leave a text without a word in it, or make it longer than a text may be, is refused, and
 * that sample left as it is.
 *
 * Life: replacer_new, replacer_sample any number of times, replacer_free. Threads: one at a time; several replacers on
 * one corpus by any number. Errors: ERR_INPUT with what is wrong in the pattern or the replacement. */
#ifndef CORPUS_REPLACE_H
#define CORPUS_REPLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "corpus/sample.h"

enum replacer_flags { REPLACE_LITERAL = 1, REPLACE_IGNORE_CASE = 2 };

/* What comes of a sample. */
enum replaced {
  REPLACED_NOTHING,   /* nothing is found, or all would stay the same */
  REPLACED_TEXT,      /* it would change */
  REPLACED_EMPTY,     /* left: a text would be empty */
  REPLACED_LONG,      /* left: a text would be too long */
  REPLACED_HARD,      /* left: the search passed its limit of steps on it */
  N_REPLACED
};
extern const char *const replaced_names[N_REPLACED];  /* "same", "changed", "empty", "too_long", "too_hard" */

/* The texts as they would be; valid until the next call. NULL: that one stays as it is. */
struct replacement {
  const char *text, *text2;
  size_t n_text, n_text2;
};

struct replacer;
struct replacer *replacer_new(const char *find, const char *replace, unsigned flags, struct err *e);
void replacer_free(struct replacer *r);   /* NULL is fine */
/* -1 and e if the replacement asks for what the pattern has not. */
int replacer_sample(struct replacer *r, const struct sample *s, enum replaced *what, struct replacement *out,
                    struct err *e);

#endif
