/* filters: which parsed texts do not come into the corpus, and why: rows of a table, asked in order, the first that
 * drops a text is its reason.
 *
 * Limits are generous and can be set in the template's front matter (prompty_filters). Duplicates are looked for
 * among the new texts, in the corpus (rejected texts too: a person does not want to reject a text twice) and, first
 * of all, among the test texts, which must never be learned from.
 *
 * Life: filters_new (indexes the corpus), filters_drop for each text in turn, filters_free. A text that is not
 * dropped counts as kept from then on; filters_kept gives it its id. Threads: one at a time. */
#ifndef GENERATE_FILTERS_H
#define GENERATE_FILTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "corpus/corpus.h"
#include "prompt/prompty.h"

enum drop_reason {
  DROP_PARSE,           /* the whole reply: kept in quarantine */
  DROP_LABEL,           /* annotate: the reply gives this text none of the labels */
  DROP_SHAPE,           /* a pair where a text was asked for, or the other way round */
  DROP_EMPTY,
  DROP_TOO_SHORT,
  DROP_TOO_LONG,
  DROP_LABEL_NAMED,     /* the text names its label; only where the template asks for it */
  DROP_TEST,            /* stands, or nearly stands, in the test split */
  DROP_DUPLICATE,       /* equal to a text of the corpus but for case and punctuation */
  DROP_NEAR_DUPLICATE,
  N_DROP_REASONS,
  DROP_NONE = -1,
};
struct drop_def {
  const char *name;     /* as files and JSON spell it: "too_short" */
  const char *help;     /* one line for screens */
};
extern const struct drop_def drop_defs[N_DROP_REASONS];
enum drop_reason drop_parse(const char *name);   /* DROP_NONE: unknown */

/* One text on its way in. */
struct candidate {
  const char *text, *text2;      /* text2 NULL: none */
  size_t n_text, n_text2;        /* bytes */
};

struct filters;
struct filters *filters_new(const struct corpus *c, const struct prompty_filters *limits);
void filters_free(struct filters *f);
/* DROP_NONE, or why the text falls away; *of is then the sample that it doubles, or 0, and `detail` (size bytes) a
 * word more for the person. label: what the text is to be labelled. */
enum drop_reason filters_drop(struct filters *f, uint16_t label, const struct candidate *t, uint32_t *of, char *detail,
                              size_t size);
/* After a duplicate with *of 0: which of the texts that passed since filters_kept it doubles, from 1; else 0. */
uint32_t filters_twin(const struct filters *f);
/* The texts that passed since the last call are now samples first_id, first_id + 1, ..., in order. */
void filters_kept(struct filters *f, uint32_t first_id);

#endif
