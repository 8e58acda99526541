/* learn: samples of the corpus as the examples that students take.
 *
 * Life: lesson_collect fills, lesson_release. Texts and labels stay the corpus': the project must stay open. Threads:
 * one user. */
#ifndef COMMAND_LEARN_H
#define COMMAND_LEARN_H

#include "command/call.h"
#include "student/student.h"

#define LEARN_DATA "split:train usable"  /* what is trained on where nothing is said */

struct examples {
  struct example *v;
  uint32_t *ids;           /* parallel to v */
  size_t n, cap;
};
struct lesson {
  struct student_task task;
  struct examples train, valid;
  struct examples pool;    /* without labels (enrich.h) */
  float *soft;             /* (train.n + pool.n, C) that examples point into; NULL: none */
  size_t n_unlabelled;     /* left out: nothing to learn from */
  size_t n_in_test;        /* left out: they stand in the test split (corpus/guard.h) */
};

/* Samples matching the filter, in order of id. labelled_only leaves out those without a label and counts them. */
int examples_collect(struct call *c, const char *filter, bool labelled_only, struct examples *x, size_t *n_unlabelled,
                     struct err *e);
void examples_release(struct examples *x);
struct student_task learn_task(const struct call *c);

/* What to train on. data NULL: LEARN_DATA. Of a filter of one's own, samples of split test and valid are left out
 * always, rejected ones unless it speaks of status: itself. ERR_INPUT: nothing to train on, one label only. */
int lesson_collect(struct call *c, const char *data, struct lesson *l, struct err *e);
void lesson_release(struct lesson *l);
/* Leaves out the texts that stand in the test split; returns how many. */
size_t learn_leave_test_out(struct call *c, struct examples *x);

/* The student of a run. */
struct run_row;
struct student *learn_load(struct call *c, const struct run_row *run, struct err *e);

#endif
