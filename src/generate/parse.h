/* parse: a teacher's reply to the texts in it.
 *
 * Read are, with words before and after: a JSON array of strings, or of objects with "text" and perhaps "text2"; an
 * object that has exactly one array, or a "text" itself; either in a ``` block; one JSON value a line; numbered (1.
 * 2. 3.) and bulleted lines. Repaired is only what has one reading: a comma before a closing bracket, \' in a
 * string, a closing ``` that is missing, a leading <think> block. All else is not guessed: a reply that ends in the
 * middle (not even its complete texts are taken: the reply goes into quarantine as a whole and can be read again by
 * better rules), a refusal, plain lines, several lists, an element that is no text. tests/replies holds an example
 * of each.
 *
 * Life: parsed_init or zeroed, parse_reply, parsed_release (also after -1). Threads: any. */
#ifndef GENERATE_PARSE_H
#define GENERATE_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "generate/filters.h"

#define PARSE_TEXTS_MAX 10000   /* texts of one reply */

struct parse_want {
  bool pair;                    /* pairs were asked for: lines cannot hold them */
  size_t count;                 /* texts asked for: a list of one line counts only if it is 1 */
  const char *finish_reason;    /* of the reply; "length" says that it was cut off; may be NULL */
};
struct parsed {
  struct arena arena;
  struct candidate *texts;      /* trimmed of white space */
  size_t n, cap;
};
/* 0 with at least one text; -1 with e: "truncated: ...", "refused: ...", "no list: ...", in words for the person. */
int parse_reply(const char *content, size_t n, const struct parse_want *want, struct parsed *out, struct err *e);
void parsed_release(struct parsed *p);

/* What other readers of replies share. Moves *s past a byte order mark, white space and what a model thought aloud;
 * -1: nothing is left. */
int parse_strip(const char **s, size_t *n, struct err *e);
/* The JSON value that begins at s[0] (a bracket) is copied to `clean`, repaired as said above; returns its bytes in s,
 * 0: the text ends before the value does. */
size_t parse_scan(const char *s, size_t n, struct buf *clean);

#endif
