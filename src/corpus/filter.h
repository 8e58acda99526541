/* filter: the query language of every command and view.
 *
 *   filter := or-list            terms side by side mean and; `or` binds less than that; `not x` and `-x` mean not x;
 *   term   := word | "phrase" | /regex/ | field:value[,value...] | field OP number | flag | @saved | ( filter )
 *   OP     := > < >= <= = :
 *
 * A bare word or phrase stands for texts (either text of a pair) that contain it, case folded. /regex/ is PCRE2, UTF,
 * case sensitive unless it ends in /i, searched in both texts, with limits on its work (a text on which it passes them
 * does not match). Fields and flags are rows of filter_fields. Numbers and flags that the corpus does not hold (dup,
 * loss, run.wrong, confidence) come from a provider, and so do saved filters: `@name` stands for the filter saved under
 * that name, as if it stood there in parentheses; it may ask for others, but not for itself. An empty filter is all
 * that is not gone; gone samples never match. `field:a,b` is a or b; a value may be quoted: label:"not sure".
 *
 * Life: filter_parse, then match/run any number of times, filter_free. Threads: one filter is used by one thread at a
 * time; different filters on one corpus by any number. A filter sees labels and templates as they are when it is
 * parsed. Errors: ERR_INPUT with the column (from 1, in code points): "filter:8: unknown field 'lable' (did you mean
 * 'label'?)". */
#ifndef CORPUS_FILTER_H
#define CORPUS_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/pool.h"
#include "corpus/corpus.h"

/* A column of numbers that some other room computed: value of a sample, NaN where it has none. */
struct column {
  const float *values;           /* values[id - 1], for ids 1..n; beyond: NaN */
  uint32_t n;
  bool flag;                     /* 0 or 1: its name alone is a term (run.wrong) */
  bool descends;                 /* sorted by it, the largest comes first (suspect); `-suspect` is the other way */
  const char *const *names;      /* the values are places in this list: a term is language:de; NULL: plain numbers */
  size_t n_names;
};
/* Where columns come from. get: false if there is none of that name (`run.wrong`, `bilstm#7.wrong`, `loss`); what it
 * gives stays valid while the filter lives. name: the i-th known column for completion and "did you mean", NULL past
 * the end; may be NULL itself. */
struct filter_provider {
  bool (*get)(void *arg, const char *name, struct column *column);
  const char *(*name)(void *arg, size_t i);
  void *arg;
  /* The text of the filter that was saved under a name, NULL: none; saved_name: the i-th such name, NULL past the end.
   * Both may be NULL. */
  const char *(*saved)(void *arg, const char *name);
  const char *(*saved_name)(void *arg, size_t i);
};

enum filter_kind {
  FILTER_NAME,       /* field:value, value one of a list (status, label, template...) */
  FILTER_NUMBER,     /* field>value */
  FILTER_FLAG,       /* bare word that is a flag, or has:name */
  FILTER_IDS,        /* id:3,7,10-20 */
  FILTER_ATTRIBUTE,  /* attr.NAME:value */
};
/* All that a field needs to know of a sample to be told: the cheaper to read, the faster are filters with it. */
enum filter_reads {
  FILTER_READS_SAMPLE, FILTER_READS_BITS /* split, origin, status */, FILTER_READS_LABELS, FILTER_READS_ATTRIBUTES,
  FILTER_READS_TEMPLATE, FILTER_READS_TEACHER, FILTER_READS_REQUEST, FILTER_READS_PARENT
};
struct filter_field {
  const char *name;
  enum filter_kind kind;
  const char *values;            /* what may follow, for help and completion: "new|accepted|rejected" */
  const char *help;              /* one line */
  /* How it is told: the i-th value (NULL past the last) and if a sample is among the chosen; the number; the flag. */
  const char *(*value)(const struct corpus *c, uint32_t i);
  bool (*among)(const struct sample *s, const uint8_t *chosen, uint32_t n_bits);
  double (*number)(const struct sample *s);
  bool (*flag)(const struct sample *s);
  enum filter_reads reads;
};
extern const struct filter_field filter_fields[];  /* ended by a NULL name */

struct filter;
/* text NULL or "" is the empty filter; provider may be NULL. NULL and e on a mistake. */
struct filter *filter_parse(const struct corpus *c, const char *text, const struct filter_provider *provider,
                            struct err *e);
void filter_free(struct filter *f);
bool filter_match(struct filter *f, uint32_t id);
/* All matching ids in order, to be freed by the caller. stop may be NULL; -1 if stopped (then *ids is NULL). A large
 * corpus is shared out over the processors. */
int filter_run(struct filter *f, struct stop *stop, uint32_t **ids, size_t *n);
/* Only how many. */
int filter_count(struct filter *f, struct stop *stop, size_t *n);
/* The two at once: parse, run, free. */
int filter_ids(const struct corpus *c, const char *text, const struct filter_provider *provider, uint32_t **ids,
               size_t *n, struct err *e);
/* Completions of the word that ends at byte `at`: calls add for each; used by the command line and the filter line. */
void filter_complete(const struct corpus *c, const char *text, size_t at, const struct filter_provider *provider,
                     void (*add)(void *arg, const char *word, const char *help), void *arg);

#endif
