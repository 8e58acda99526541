/* sweep_plan: which parameters a sweep tries.
 *
 * A range of a parameter, as it is typed:  lr=1e-4..1e-2:log   from 0.0001 to 0.01, evenly by its logarithm
 *                                          dropout=.1,.3,.5    one of these (choices by name: pool=max,mean)
 *                                          epochs=5..20        whole numbers where the parameter is one
 * Trials are drawn from the seed and their number alone: the same plan gives the same trials.
 *
 * Life: a zeroed struct sweep_space, sweep_space_add, ..., sweep_space_release. Threads: one user. Errors:
 * ERR_INPUT. */
#ifndef COMMAND_SWEEP_PLAN_H
#define COMMAND_SWEEP_PLAN_H

#include <stdbool.h>

#include "student/student.h"

#define SWEEP_MAX_TRIALS 10000
#define SWEEP_MAX_LIST 64
#define SWEEP_MAX_RANGES 32

struct sweep_range {
  size_t param;               /* of the kind */
  bool logarithmic;
  double from, to;            /* n_list 0 */
  double list[SWEEP_MAX_LIST];
  size_t n_list;
};
struct sweep_space {
  const struct student_kind *kind;
  struct sweep_range ranges[SWEEP_MAX_RANGES];
  size_t n;
};
int sweep_space_add(struct sweep_space *s, const char *text, struct err *e);

/* values: where a trial's go, on top of what stands there. Random: each range by itself. */
void sweep_random(const struct sweep_space *s, uint64_t seed, size_t trial, double *values);
/* All combinations, the last range running fastest; a range without a list has `points` values, its ends among them. */
size_t sweep_grid_size(const struct sweep_space *s, size_t points);
void sweep_grid(const struct sweep_space *s, size_t points, size_t trial, double *values);

/* ---- the median stopping rule (Golovin et al. 2017, Google Vizier, 3.2.1) ----
 *
 * A run is stopped after an epoch if its best figure so far is worse than the median of the running means, up to that
 * epoch, of the others that came as far (or had ended by themselves before). Others are those with a lower number: so
 * what is stopped does not depend on who was faster. */

#define SWEEP_LEAST_OTHERS 3  /* fewer stop nobody */

struct sweep_curve {
  double *figure;             /* of each epoch */
  size_t n, cap;
  bool ended;                 /* by itself: no more will come, and it counts as if it had stayed where it was */
  bool stopped;               /* by the rule, or by a person: it counts for the epochs that it has */
};
/* Of the curves 0..k-1, after epoch `epoch` (from 1) of curve k. */
bool sweep_median_stops(const struct sweep_curve *curves, size_t k, size_t epoch);

#endif
