/* plan: which requests a generate job makes: the grid label × attribute values, gone round until enough is asked for.
 *
 * Each request asks for the template's own count of texts, never another number (recorded replies are found by their
 * messages). For N texts a label there are ceil(N / count) requests a label; for N in all, ceil(N / count) requests,
 * dealt to the labels in turn. Order: round after round, in each round every label once, all of them with the same
 * attribute values, so that a job that stops early is balanced over labels. The order of the cells is such that after
 * k rounds the values of each attribute have been used equally often, to within one round of that attribute and,
 * between two, of their combinations. Where there are more rounds than cells the grid is gone through again with
 * sample 1, 2, … The same input gives the same plan.
 *
 * Life: plan_make, plan_release (also after a failure). Threads: not changed after plan_make. */
#ifndef PROMPT_PLAN_H
#define PROMPT_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "prompt/prompty.h"

#define PLAN_REQUESTS 1000000   /* most requests of one plan */

struct plan_request {
  uint32_t label;               /* index into the labels */
  uint32_t sample;              /* 0; 1, 2, … for repeats of the same cell */
  const uint32_t *values;       /* n_attributes indexes of values, as prompt_scope takes them */
};

struct plan {
  struct arena arena;
  struct plan_request *requests;
  size_t n;
  size_t n_attributes;
  size_t n_cells;               /* combinations of attribute values that the restrictions leave */
  int count;                    /* texts asked of each request */
};

/* Only this value of this attribute; several for one attribute: any of them. */
struct plan_restriction {
  const char *attribute, *value;
};
bool plan_allows(const struct plan_restriction *restrictions, size_t n, const char *attribute, const char *value);

struct plan_wish {
  size_t per_label;             /* texts for each label, or */
  size_t total;                 /* texts in all; exactly one of the two is not 0 */
  const uint32_t *labels;       /* only these labels (indexes); NULL: all */
  size_t n_labels;
  const struct plan_restriction *restrictions;
  size_t n_restrictions;
};

/* Errors: ERR_INPUT for an unknown attribute or value (with the nearest one), no labels, nothing wished, too many
 * requests. */
int plan_make(struct plan *p, const struct prompty *t, const struct prompt_label *labels, size_t n_labels,
              const struct plan_wish *wish, struct err *e);
void plan_release(struct plan *p);
/* Sets what request i puts into the scope: label, values, count. The rest of s is the caller's. labels: as for
 * plan_make. */
void plan_scope(const struct plan *p, size_t i, const struct prompt_label *labels, struct prompt_scope *s);

#endif
