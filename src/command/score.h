/* score: how good predictions are on texts with known labels, printed for people and as JSON: for `evaluate` and
 * `annotate`. Threads: one user. */
#ifndef COMMAND_SCORE_H
#define COMMAND_SCORE_H

#include "command/learn.h"
#include "evaluate/metric.h"

struct scored {
  struct call *c;
  const char *who, *where;       /* of the heading: "linear#3 on test" */
  const struct example *v;       /* n texts with their labels */
  size_t n;
  size_t n_classes;
  float threshold;               /* several labels a text: from which probability a label holds */
  const float *probability;      /* n times n_classes; may be NULL where `said` is given and labels exclude each other */
  const int32_t *said;           /* the label of each, METRIC_NONE: no answer; NULL: the most probable */
};
/* Prints it unless the call wants JSON, and appends the JSON object of metric.h in any case. */
void score_print(const struct scored *x, struct buf *json);

/* Which texts a teacher can be held against: those of the query whose labels people gave (origin seed or imported). A
 * sample keeps what it was when this is called, so that labels may change between this and score_teacher. */
int score_collect(struct call *c, const char *query, struct examples *x, struct err *e);
/* Prints how good the teacher's predictions are on these texts, appends it to json, and keeps it in the project as the
 * teacher's evaluation on `where` ("test", or a filter). Texts that the teacher was never asked about are taken out of
 * x; if nothing is left json stays empty. *n_unasked: how many. */
struct teacher_row;
int score_teacher(struct call *c, const struct teacher_row *teacher, const char *where, struct examples *x,
                  size_t *n_unasked, struct buf *json, struct err *e);
/* "test" for "split:test" and so on; else the query itself. */
const char *score_where(const char *query);

#endif
