/* front: what is to be had for its cost: the rows of an experiment, the runs of the project that were evaluated on the
 * same split, and the teachers. Life: front_gather, front_free. Threads: any; it reads. Errors: the store's. */
#ifndef REPORT_FRONT_H
#define REPORT_FRONT_H

#include "base/shape.h"
#include "evaluate/findings.h"

struct project;

struct front_point {
  char *kind;                    /* "row", "run", "teacher" */
  char *name;                    /* "linear both", "bilstm#3" */
  double accuracy;
  struct interval ci95;
  double multiply_adds;          /* a text; NaN: not known (teachers) */
  double n_parameters, size_bytes;
  double us;                     /* a text alone; NaN: not known */
  double usd;                    /* a text, of a teacher; NaN: not known */
  bool on_front;                 /* among those of known cost: nothing is at least as good for less arithmetic */
};
extern const struct shape front_shape;
int front_gather(struct project *p, const struct findings *f, struct front_point **points, size_t *n, struct err *e);
void front_free(struct front_point *points, size_t n);

#endif
