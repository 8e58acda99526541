/* Which rows of Compare's table: the selected one, the baseline, whom the selected one is set against; their order. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/view-compare.h"

struct compare_row *
compare_selected(struct compare *v)
{
  return v->list.at < v->n ? &v->rows[v->list.at] : NULL;
}

const struct found_row *
compare_arm(const struct compare *v, const struct compare_row *row)
{
  return row && row->kind == COMPARE_ARM && v->findings && row->id < v->findings->n_rows ? &v->findings->rows[row->id]
                                                                                        : NULL;
}

struct compare_row *
compare_baseline(struct compare *v)
{
  for (size_t i = 0; i < v->n; i++)
    if (v->rows[i].kind == COMPARE_RUN && v->rows[i].is_first)
      return &v->rows[i];
  return NULL;
}

static struct compare_row *
row_of_arm(struct compare *v, size_t arm)
{
  for (size_t i = 0; i < v->n; i++)
    if (v->rows[i].kind == COMPARE_ARM && v->rows[i].id == arm)
      return &v->rows[i];
  return NULL;
}

/* The arm that an arm is compared with; of that one: the arm that the verdict is about. */
static struct compare_row *
arm_beside(struct compare *v, const struct compare_row *row)
{
  const struct found_row *arm = compare_arm(v, row), *told = v->findings ? findings_told(v->findings, row->student)
    : NULL;

  if (!arm)
    return NULL;
  if (!arm->is_first)
    return row_of_arm(v, arm->first);
  return told ? row_of_arm(v, (size_t)(told - v->findings->rows)) : NULL;
}

struct compare_row *
compare_other(struct compare *v)
{
  struct compare_row *row = compare_selected(v), *marked = NULL, *base = compare_baseline(v);

  for (size_t i = 0; i < v->n; i++)
    if (v->rows[i].marked && &v->rows[i] != row && (!marked || v->rows[i].marked > marked->marked))
      marked = &v->rows[i];
  if (marked || !row)
    return marked;
  if (row->kind == COMPARE_ARM)
    return arm_beside(v, row);
  if (base != row)
    return base;
  for (size_t i = 0; i < v->n; i++)   /* the baseline itself: against the first of the other runs */
    if (v->rows[i].kind == COMPARE_RUN && v->rows[i].evaluated_ms && &v->rows[i] != row)
      return &v->rows[i];
  return NULL;
}

/* ---- what both say ---- */

static struct pair_side
side_of(const struct compare *v, const struct compare_row *row)
{
  struct pair_side side = {0};
  char *title;

  /* a row without answers is no side: a run that was not evaluated, a teacher that only an experiment knows */
  if (!row || !row->evaluated_ms)
    return side;
  title = compare_row_title(row);
  side = (struct pair_side){.kind = row->kind, .id = row->id, .at_ms = row->evaluated_ms, .threshold = row->threshold,
                            .is_set = true};
  snprintf(side.title, sizeof side.title, "%s", title);
  if (row->kind == COMPARE_ARM && v->experiment < v->n_experiments)
    snprintf(side.experiment, sizeof side.experiment, "%s", v->experiments[v->experiment].name);
  free(title);
  return side;
}

void
compare_ask_pair(struct compare *v)
{
  struct pair_side before = side_of(v, compare_other(v)), after = side_of(v, compare_selected(v));

  compare_pair_ask(&v->pair, &before, &after);
}

/* ---- order ---- */

static int
as_they_come(const struct compare_row *a, const struct compare_row *b)
{
  return a->kind != b->kind ? (int)a->kind - (int)b->kind : a->order < b->order ? -1 : a->order > b->order;
}

static int
by_name(const struct compare_row *a, const struct compare_row *b)
{
  int order = strcmp(a->name, b->name);

  return order ? order : strcmp(a->student, b->student);
}

/* The best first; what is not known stands last either way. */
static int
in_order(const struct compare *v, const struct compare_row *a, const struct compare_row *b)
{
  bool least = false;
  double x = compare_sort_key(a, v->sort, &least), y = compare_sort_key(b, v->sort, &least);
  int order;

  if (v->sort < 2)
    order = v->sort == 0 ? as_they_come(a, b) : by_name(a, b);
  else if (isnan(x) || isnan(y))
    return isnan(x) && isnan(y) ? as_they_come(a, b) : isnan(x) ? 1 : -1;
  else
    order = x == y ? 0 : (x < y) == least ? -1 : 1;
  if (!order)
    return as_they_come(a, b);
  return v->reverse ? -order : order;
}

size_t
compare_sort_from(struct compare *v, size_t at)
{
  for (size_t i = 1; i < v->n; i++) {
    struct compare_row kept = v->rows[i];
    size_t to = i;

    for (; to > 0 && in_order(v, &kept, &v->rows[to - 1]) < 0; to--)
      v->rows[to] = v->rows[to - 1];
    v->rows[to] = kept;
    at = at == i ? to : at >= to && at < i ? at + 1 : at;
  }
  return at;
}

void
compare_sort_rows(struct compare *v)
{
  list_keep(&v->list, v->n, compare_sort_from(v, v->list.at));
}
