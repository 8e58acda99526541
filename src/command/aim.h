/* aim: what a job of generating aims at: the texts that a student finds hard, or confuses.
 *
 * A student that has seen a text knows it, so each training text of the run is judged by a student of the same kind and
 * parameters that learned from the others (AIM_FOLDS folds, drawn at random by the run's seed); texts of the validation
 * split by the run's own model. Test texts are never looked at. Of more than AIM_TEXTS_MAX training texts so many are
 * drawn.
 *
 * Hard is a text that gets another label, or its own with a probability below AIM_SURE. In a multilabel project labels
 * exclude nothing, and there is no aim.
 *
 * Life: zeroed, aim_find, aim_release (also after -1). Threads: one user. */
#ifndef COMMAND_AIM_H
#define COMMAND_AIM_H

#include "command/call.h"
#include "generate/job.h"

#define AIM_FOLDS 5
#define AIM_SURE 0.5f
#define AIM_TEXTS_MAX 20000

struct aim {
  struct hard_text *hard;        /* hardest first */
  size_t n;
  uint16_t confused[2];          /* LABEL_NONE: none */
  size_t n_train, n_valid;       /* texts judged */
  char *run;                     /* by this student */
};

/* what: "hard" or "confused:A,B". Prints what is aimed at (unless the call wants JSON: then as a remark). ERR_INPUT:
 * not one of these, unknown label, no run, nothing hard. */
int aim_find(struct call *c, const char *what, const char *run, struct aim *a, struct err *e);
void aim_release(struct aim *a);
/* Sets hard, confused and seeds of a job; they are borrowed from a. */
void aim_options(const struct aim *a, struct job_options *o);

#endif
