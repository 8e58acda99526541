/* spans: which bytes of a template are what, to colour it in an editor, also while it is half written.
 *
 * Never fails: what is not closed reaches to the end of its tag as far as it can be told, else to the end of the line
 * or text. Spans are in order, do not overlap and leave no byte out. */
#ifndef PROMPT_SPANS_H
#define PROMPT_SPANS_H

#include <stddef.h>

#include "base/mem.h"

enum span_class {
  SPAN_TEXT,          /* what is sent as it is */
  SPAN_MARK,          /* {{ }} {% %} with their - and +, and the lines of --- */
  SPAN_KEYWORD,       /* if, for, in, set, not, … */
  SPAN_NAME,          /* a variable or attribute */
  SPAN_FILTER,        /* the name after | or is */
  SPAN_STRING,
  SPAN_NUMBER,
  SPAN_OPERATOR,      /* punctuation and blanks inside a tag */
  SPAN_COMMENT,       /* {# #}, and # in the front matter */
  SPAN_ROLE,          /* a line system:, user:, assistant: */
  SPAN_KEY,           /* a key of the front matter */
  SPAN_YAML,          /* the rest of the front matter */
};

struct span {
  size_t offset, n;   /* bytes */
  enum span_class class;
};

/* The spans of a whole .prompty source; the array lies in the arena. */
struct span *prompty_spans(struct arena *a, const char *source, size_t n, size_t *n_spans);

#endif
