/* experiment_plan: what an experiment is to compare, as a person declared it. It is saved with the experiment, and all else follows
 * from it, the corpus and the seed.
 *
 * Its rows are arms x students x per_label x sizes, each trained with n_seeds seeds; a curve is more sizes of an arm; a
 * source is an arm with the samples of one template, teacher or attribute value left out.
 *
 * Life: a zeroed struct, experiment_plan_add_..., experiment_plan_settle, experiment_plan_release; or experiment_plan_read. Threads: a value. */
#ifndef EVALUATE_EXPERIMENT_PLAN_H
#define EVALUATE_EXPERIMENT_PLAN_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define EXPERIMENT_ARMS 16
#define EXPERIMENT_STUDENTS 8
#define EXPERIMENT_SEEDS 100
#define EXPERIMENT_SIZES 12        /* numbers of a list of sizes */

struct experiment_plan {
  char **arms;               /* rows of arm_kinds, or NAME=FILTER; none: seed, generated, both */
  size_t n_arms;
  char **students;           /* kinds or presets; none: linear */
  size_t n_students;
  double *per_label;         /* seed texts a label; none: all */
  size_t n_per_label;
  double *sizes;             /* other texts; none: all */
  size_t n_sizes;
  char **curves;             /* "generated", "curated" */
  size_t n_curves;
  char **sources;            /* "template", "teacher", "attribute" */
  size_t n_sources;
  char *equal;               /* "", "rows", "steps", "money": what every arm has the same of */
  char *test;                /* filter of the test texts; "": split:test */
  size_t n_seeds;            /* trainings of each row; 0: 5 */
  double seed;               /* of everything, a whole number; 0: 1 */
};

/* Adds a copy unless it is there already. */
void experiment_plan_add_text(char ***list, size_t *n, const char *text, size_t n_text);
void experiment_plan_add_number(double **list, size_t *n, double x);
/* Fills in what was left out, and checks the numbers. */
int experiment_plan_settle(struct experiment_plan *p, struct err *e);
/* Takes over what `more` has beyond `p`: what it names is added, what it sets is set. */
void experiment_plan_extend(struct experiment_plan *p, const struct experiment_plan *more);
void experiment_plan_json(const struct experiment_plan *p, struct buf *out);
int experiment_plan_read(const char *json, struct experiment_plan *p, struct err *e);
void experiment_plan_release(struct experiment_plan *p);

#endif
