/* explain: the test texts on which a row answers otherwise than the row that it is compared with (evaluate/changed.h),
 * each with the training texts that may be why: of those that the row's arm has and the other has not, the ones most
 * like it (curate/similar.h).
 *
 * Life: explain fills, explained_release. Threads: any; it reads. Errors: the store's. Where the trainings are not in
 * the store any more there are no texts, and why_not says so. */
#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H

#include "base/shape.h"
#include "corpus/filter.h"
#include "evaluate/findings.h"

struct project;

#define EXPLAIN_NEAR 3u          /* training texts a test text */

struct explained_near {
  uint32_t id;
  char *text, *label, *origin;
  double cosine;
};
struct explained_text {
  uint32_t id;
  char *kind;                    /* "fixed", "broken", "other" */
  char *text;                    /* of a pair: both, a line each */
  char *label;                   /* what it truly is */
  char *said_before, *said_after;  /* by most seeds; "" where there are several labels */
  size_t right_before, right_after;  /* seeds */
  struct explained_near *near;
  size_t n_near;
};
struct explained {
  char *student, *before, *after;  /* rows */
  size_t n_before, n_after;      /* their seeds */
  size_t n_fixed, n_broken, n_other;
  size_t n_added;                /* training texts that only the row has */
  struct explained_text *texts;
  size_t n_texts;
  char *why_not;                 /* NULL: they are known */
};
extern const struct shape explained_shape;
/* Of f->rows[row]. */
int explain(struct project *p, const struct findings *f, size_t row, const struct filter_provider *provider,
            struct explained *x, struct err *e);
void explained_release(struct explained *x);

#endif
