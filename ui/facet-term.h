/* facet-term: a facet as a term of the filter language, put into the text of a filter and taken out.
 *
 * A filter text is looked at as the terms that all samples must pass: label:a,b  -word  not status:new  (x or y). One
 * with an `or` at its top is a single such term: it is put in brackets before another is added. Threads: any. */
#ifndef UI_FACET_TERM_H
#define UI_FACET_TERM_H

#include <stdbool.h>

#include "base/buf.h"

/* A value of a field. */
struct facet_term {
  const char *field;       /* "label", "attr.topic", "run.wrong" */
  const char *value;       /* "billing" */
  const char *alone;       /* the whole term where it is not field:value: "unlabelled", "run.wrong=0"; else NULL */
};
enum facet_standing { FACET_FREE, FACET_IN, FACET_OUT };

enum facet_standing facet_standing(const struct facet_term *t, const char *filter);
/* The filter with only this value of its field; chosen again, with none. */
void facet_choose(const struct facet_term *t, const char *filter, struct buf *out);
/* This value beside others of its field (label:a,b), or no more. Where the field takes no list, as facet_choose. */
void facet_add(const struct facet_term *t, const char *filter, struct buf *out);
/* All but this value (not label:a), or no more. */
void facet_exclude(const struct facet_term *t, const char *filter, struct buf *out);

#endif
