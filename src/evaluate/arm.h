/* arm: what an experiment is made of: the training texts of each arm, the test texts, what they cost.
 *
 * An arm is a row of arm_kinds (seed, generated, both, curated, annotated, all) or NAME=FILTER. Never in an arm: texts
 * without a label, of split test or valid, rejected ones (unless the filter speaks of status: itself), and texts that
 * stand in the test set (corpus/guard.h): those are guarded, that is left out and counted.
 *
 * Cost: an arm bears its texts' shares of what their jobs cost in all (cost.h).
 *
 * Life: arms_open (fills even where it fails), arms_add for each arm, arms_release. Texts and labels stay the corpus':
 * the project must stay open. What comes into the corpus after arms_open is not looked at. Threads: one user. Errors:
 * ERR_INPUT, one line, with the arm and its filter. */
#ifndef EVALUATE_ARM_H
#define EVALUATE_ARM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "corpus/filter.h"
#include "evaluate/cost.h"
#include "student/student.h"

#define ARM_NAME_MAX 60     /* bytes */

struct guard;
struct project;

struct arm_kind {
  const char *name, *filter, *summary;  /* a NULL name ends the list */
};
extern const struct arm_kind arm_kinds[];

struct arm {
  char *name, *filter;
  bool built_in;             /* a row of arm_kinds, not a filter of that name */
  struct example *examples;  /* n, in order of id, not weighted */
  uint32_t *ids, *requests;  /* of them */
  uint8_t *origins;
  size_t n;
};

struct arms {
  const struct corpus *corpus;
  const struct filter_provider *provider;
  struct student_task task;
  struct example *test;      /* n_test, all labelled */
  uint32_t *test_ids;
  size_t n_test, n_test_unlabelled;
  struct arm *arms;
  size_t n_arms, cap_arms;
  uint32_t *guarded;         /* texts left out of an arm because they stand in the test set, each once */
  size_t n_guarded, cap_guarded;
  struct cost cost;
  struct guard *guard;
  uint8_t *told;             /* by id - 1: what is known of it */
  uint32_t n_ids;            /* samples that there were */
};

/* Whether an arm of that filter may have a sample that matches it, but for the guard (see above). filter may be NULL. */
bool arm_may_have(const struct sample *s, const char *filter);
/* project may be NULL: no cost is known. provider may be NULL; it must stay while arms are added. */
int arms_open(struct arms *a, const struct corpus *corpus, struct project *project, const char *test_filter,
              const struct filter_provider *provider, struct err *e);
/* One more arm, the last of a->arms: a row of arm_kinds, or NAME=FILTER. A student can learn from it, or it is an error. */
int arms_add(struct arms *a, const char *spec, struct err *e);
/* The place of a built-in arm, added if it is not there yet; -1: there is nothing to learn from in it. */
int arms_find(struct arms *a, const char *built_in, size_t *place, struct err *e);
/* One more arm: what `of` has but for the texts with without[i] (of its n) set. It may be empty. Returns its place. */
size_t arms_add_part(struct arms *a, size_t of, const char *name, const bool *without);
void arms_release(struct arms *a);
/* What n texts of these requests cost, in USD; NaN: not known. */
double arms_cost(struct arms *a, const uint32_t *requests, size_t n);

#endif
