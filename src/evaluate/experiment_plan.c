#include "evaluate/experiment_plan.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/shape_rows.h"

#define DEFAULT_SEEDS 5
#define SIZE_MOST 1e9

static const struct shape_field fields[] = {
  VALUES(experiment_plan, TEXTS, arms, n_arms), VALUES(experiment_plan, TEXTS, students, n_students),
  VALUES(experiment_plan, NUMBERS, per_label, n_per_label), VALUES(experiment_plan, NUMBERS, sizes, n_sizes),
  VALUES(experiment_plan, TEXTS, curves, n_curves), VALUES(experiment_plan, TEXTS, sources, n_sources),
  OF(experiment_plan, TEXT, equal), OF(experiment_plan, TEXT, test), NAMED(experiment_plan, COUNT, "seeds", n_seeds),
  OF(experiment_plan, NUMBER, seed), END,
};
static const struct shape shape = SHAPE(experiment_plan, fields);

void
experiment_plan_add_text(char ***list, size_t *n, const char *text, size_t n_text)
{
  for (size_t i = 0; i < *n; i++)
    if (strlen((*list)[i]) == n_text && strncmp((*list)[i], text, n_text) == 0)
      return;
  *list = xrealloc(*list, (*n + 1) * sizeof **list);
  (*list)[(*n)++] = xstrndup(text, n_text);
}

void
experiment_plan_add_number(double **list, size_t *n, double x)
{
  for (size_t i = 0; i < *n; i++)
    if ((*list)[i] <= x && (*list)[i] >= x)
      return;
  *list = xrealloc(*list, (*n + 1) * sizeof **list);
  (*list)[(*n)++] = x;
}

static void
add_all(char ***list, size_t *n, char *const *more, size_t n_more)
{
  for (size_t i = 0; i < n_more; i++)
    experiment_plan_add_text(list, n, more[i], strlen(more[i]));
}

static void
set_text(char **to, const char *from)
{
  if (!from || !*from)
    return;
  free(*to);
  *to = xstrdup(from);
}

void
experiment_plan_extend(struct experiment_plan *p, const struct experiment_plan *more)
{
  add_all(&p->arms, &p->n_arms, more->arms, more->n_arms);
  add_all(&p->students, &p->n_students, more->students, more->n_students);
  add_all(&p->curves, &p->n_curves, more->curves, more->n_curves);
  add_all(&p->sources, &p->n_sources, more->sources, more->n_sources);
  for (size_t i = 0; i < more->n_per_label; i++)
    experiment_plan_add_number(&p->per_label, &p->n_per_label, more->per_label[i]);
  for (size_t i = 0; i < more->n_sizes; i++)
    experiment_plan_add_number(&p->sizes, &p->n_sizes, more->sizes[i]);
  set_text(&p->equal, more->equal);
  set_text(&p->test, more->test);
  if (more->n_seeds)
    p->n_seeds = more->n_seeds;
  if (more->seed > 0)
    p->seed = more->seed;
}

/* ---- filling in, and checks ---- */

static int
check_numbers(const char *what, const double *list, size_t n, struct err *e)
{
  if (n > EXPERIMENT_SIZES)
    return err_set(e, ERR_INPUT, "more than %d numbers in %s", EXPERIMENT_SIZES, what);
  for (size_t i = 0; i < n; i++)
    if (!(list[i] >= 0 && list[i] <= SIZE_MOST))
      return err_set(e, ERR_INPUT, "%s: %g is not a number of texts", what, list[i]);
  return 0;
}

int
experiment_plan_settle(struct experiment_plan *p, struct err *e)
{
  static const char *const arms[] = {"seed", "generated", "both"};

  bool is_free = p->n_arms == 0;

  for (size_t i = 0; is_free && i < N_OF(arms); i++)
    experiment_plan_add_text(&p->arms, &p->n_arms, arms[i], strlen(arms[i]));
  if (p->n_students == 0)
    experiment_plan_add_text(&p->students, &p->n_students, "linear", 6);
  if (!p->equal)
    p->equal = xstrdup("");
  if (!p->test || !*p->test) {
    free(p->test);
    p->test = xstrdup("split:test");
  }
  if (p->n_seeds == 0)
    p->n_seeds = DEFAULT_SEEDS;
  if (!(p->seed > 0))
    p->seed = 1;
  if (p->n_seeds > EXPERIMENT_SEEDS)
    return err_set(e, ERR_INPUT, "%zu seeds are not possible (1 to %d)", p->n_seeds, EXPERIMENT_SEEDS);
  if (p->n_arms > EXPERIMENT_ARMS)
    return err_set(e, ERR_INPUT, "more than %d arms", EXPERIMENT_ARMS);
  if (p->n_students > EXPERIMENT_STUDENTS)
    return err_set(e, ERR_INPUT, "more than %d students", EXPERIMENT_STUDENTS);
  if (*p->equal && strcmp(p->equal, "rows") && strcmp(p->equal, "steps") && strcmp(p->equal, "money"))
    return err_set(e, ERR_INPUT, "equal '%.40s' (rows, steps or money)", p->equal);
  return check_numbers("--per-label", p->per_label, p->n_per_label, e) < 0 ? -1
         : check_numbers("--sizes", p->sizes, p->n_sizes, e);
}

/* ---- as JSON ---- */

void
experiment_plan_json(const struct experiment_plan *p, struct buf *out)
{
  shape_write(&shape, p, out);
}

int
experiment_plan_read(const char *json, struct experiment_plan *p, struct err *e)
{
  struct json *j = json_parse(json, strlen(json), NULL, e);
  int r;

  memset(p, 0, sizeof *p);
  if (!j)
    return -1;
  r = shape_read(&shape, j, p, e);
  json_free(j);
  return r;
}

void
experiment_plan_release(struct experiment_plan *p)
{
  shape_release(&shape, p);
}
