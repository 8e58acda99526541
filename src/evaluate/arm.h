/* arm: what an experiment is made of: the training texts of each arm, the test texts, what they cost.
 *
 * `seed`: origin seed; `generated`: origin generated; `both`: either; anything else is NAME=FILTER. Never in an arm:
 * texts without a label, of split test or valid, rejected ones (unless the filter speaks of status: itself), and texts
 * that stand in the test set (corpus/guard.h): those are guarded, that is left out and counted.
 *
 * Balance, the same rule in every arm: no text is thrown away, each counts n / (C x texts of its label), at most
 * ARM_WEIGHT_MAX, C being the labels that the arm has, so that every label counts alike (the `balanced` class weights
 * of scikit-learn; G. King and L. Zeng, Political Analysis 9 (2001) 137-163). Where a text has several labels each text
 * counts 1.
 *
 * Cost: an arm bears its texts' shares of what their jobs cost in all (cost.h).
 *
 * Life: arms_collect (fills even where it fails), arms_release. Texts and labels stay the corpus': the project must
 * stay open. Threads: one user. Errors: ERR_INPUT, one line, with the arm and its filter. */
#ifndef EVALUATE_ARM_H
#define EVALUATE_ARM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "corpus/filter.h"
#include "student/student.h"

#define ARM_WEIGHT_MAX 10
#define ARM_NAME_MAX 60     /* bytes */

struct project;

enum arm_kind { ARM_SEED, ARM_GENERATED, ARM_BOTH, ARM_FILTER };

struct arm {
  enum arm_kind kind;
  char *name, *filter;
  struct example *examples;  /* in order of id, weighted */
  size_t n;
  double cost_usd;
};

struct arms {
  struct student_task task;
  struct example *test;      /* n_test, all labelled */
  size_t n_test, n_test_unlabelled;
  struct arm *arms;          /* as asked for */
  size_t n_arms;
  struct arm curve_seed, curve_generated;  /* for a curve: names NULL unless asked for; curve_seed may be empty */
  size_t guarded;            /* texts left out of an arm because they stand in the test set, each once */
};

/* specs: "seed,generated" (names with commas between) or "NAME=FILTER". project may be NULL: no cost is known.
 * provider may be NULL. */
int arms_collect(struct arms *a, const struct corpus *corpus, struct project *project, const char *const *specs,
                 size_t n_specs, const char *test_filter, const struct filter_provider *provider, bool curve,
                 struct err *e);
void arms_release(struct arms *a);
/* For a point of the curve: curve_seed and n texts of curve_generated, balanced; labels take turns, so that few texts
 * hold all of them. The same seed draws the same first texts whatever n is. n + curve_seed.n examples, the caller's. */
struct example *arms_draw(const struct arms *a, size_t n, uint64_t seed);
/* Sets the weights as above. */
void arm_balance(struct example *examples, size_t n, const struct student_task *task);

#endif
