#include "evaluate/cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* ---- students ---- */

static int
find_student(const struct experiment_setting *setting, const char *name, struct experiment_student *out, struct err *e)
{
  struct buf known = BUF_INIT;

  if (setting->student)
    return setting->student(setting->arg, name, &out->kind, &out->values, e);
  out->kind = student_kind_find(name);
  if (out->kind) {
    out->values = xcalloc(out->kind->n_params + 1, sizeof *out->values);
    student_defaults(out->kind, out->values);
    return 0;
  }
  for (size_t i = 0; i < student_n_kinds; i++)
    buf_addf(&known, "%s%s", i ? ", " : "", student_kinds[i]->name);
  err_set(e, ERR_INPUT, "no student '%s' (there are: %s)", name, buf_str(&known));
  buf_release(&known);
  return -1;
}

static int
find_students(struct experiment *x, const struct experiment_plan *plan, struct err *e)
{
  x->students = xcalloc(plan->n_students + 1, sizeof *x->students);
  for (size_t i = 0; i < plan->n_students; i++, x->n_students++) {
    if (find_student(&x->setting, plan->students[i], &x->students[i], e) < 0)
      return -1;
    x->students[i].name = xstrdup(plan->students[i]);
  }
  return 0;
}

/* ---- cells ---- */

struct cell *
cell_add(struct experiment *x, const struct cell *cell)
{
  struct cell *added;

  GROW(x->cells, x->cap_cells, x->n_cells + 1);
  added = &x->cells[x->n_cells++];
  *added = *cell;
  added->fits = xcalloc(x->S, sizeof *added->fits);
  added->keys = xcalloc(x->S, sizeof *added->keys);
  added->accuracy = xcalloc(x->S, sizeof *added->accuracy);
  added->macro_f1 = xcalloc(x->S, sizeof *added->macro_f1);
  return added;
}

static void
cell_release(struct cell *cell, size_t S)
{
  for (size_t s = 0; s < S && cell->fits; s++)
    fit_release(&cell->fits[s]);
  free(cell->fits);
  free(cell->keys);
  free(cell->accuracy);
  free(cell->macro_f1);
  free(cell->name);
  free(cell->values);
  free(cell->source);
  free(cell->value);
}

void
cells_release(struct experiment *x)
{
  for (size_t i = 0; i < x->n_cells; i++)
    cell_release(&x->cells[i], x->S);
  free(x->cells);
  for (size_t i = 0; i < x->n_students; i++) {
    free(x->students[i].name);
    free(x->students[i].values);
  }
  free(x->students);
}

bool
cell_look_at(struct experiment *x, struct cell *cell)
{
  struct draw d = draw_make(&x->arms, &x->arms.arms[cell->arm], &cell->limits, x->seed);
  bool enough = draw_is_enough(&d, &x->arms.task);

  cell->n = d.n;
  memcpy(cell->n_of, d.n_of, sizeof cell->n_of);
  cell->n_skipped = d.n_skipped;
  cell->cost_usd = d.cost_usd;
  if (cell->role == CELL_ROW && enough)
    cell->like = likeness_of(d.examples, d.n, x->arms.test, x->R);
  draw_release(&d);
  return enough;
}

/* ---- rows ---- */

static char *
name_row(const struct experiment *x, const struct cell *cell)
{
  struct buf name = BUF_INIT;

  buf_adds(&name, x->arms.arms[cell->arm].name);
  if (cell->has_per_label)
    buf_addf(&name, ", %zu a label", cell->limits.per_label);
  if (cell->has_size)
    buf_addf(&name, ", %zu more", cell->limits.size);
  return buf_take(&name);
}

static bool
same_limits(const struct cell *a, const struct cell *b)
{
  return a->student == b->student && a->limits.per_label == b->limits.per_label && a->limits.size == b->limits.size;
}

/* A row is left out where nothing could be learned, or where its limits leave it the texts that another of its rows has
 * already: seeds alone are the same however many others there may be. */
static void
add_row(struct experiment *x, size_t student, size_t arm, const double *per_label, const double *size)
{
  struct cell cell = {.role = CELL_ROW, .arm = arm, .student = student, .limits = draw_all}, *added;

  if (per_label)
    cell.limits.per_label = (size_t)*per_label;
  if (size)
    cell.limits.size = (size_t)*size;
  cell.has_per_label = per_label != NULL;
  cell.has_size = size != NULL;
  if (!cell_look_at(x, &cell))
    return;
  added = cell_add(x, &cell);
  added->name = name_row(x, added);
}

/* Each is compared with the first arm's row of the same limits. */
static void
pair_rows(struct experiment *x)
{
  for (size_t i = 0; i < x->n_cells; i++) {
    struct cell *cell = &x->cells[i];

    cell->first = i;
    for (size_t k = 0; k < i && cell->first == i; k++)
      if (same_limits(&x->cells[k], cell))
        cell->first = k;
    cell->is_told = cell->first != i && cell->arm == x->told_arm;
  }
}

static void
make_rows(struct experiment *x, const struct experiment_plan *plan)
{
  size_t n_labels = plan->n_per_label ? plan->n_per_label : 1, n_sizes = plan->n_sizes ? plan->n_sizes : 1;

  for (size_t student = 0; student < x->n_students; student++)
    for (size_t l = 0; l < n_labels; l++)
      for (size_t k = 0; k < n_sizes; k++)
        for (size_t arm = 0; arm < x->n_plan_arms; arm++)
          add_row(x, student, arm, plan->n_per_label ? &plan->per_label[l] : NULL, plan->n_sizes ? &plan->sizes[k] : NULL);
  x->n_rows = x->n_cells;
  pair_rows(x);
}

/* The verdict is about `both` if there is it, else the last arm: chosen before any result is seen, since the best of
 * several would look better than it is. */
static size_t
choose_told(const struct experiment *x)
{
  for (size_t i = 1; i < x->n_plan_arms; i++)
    if (x->arms.arms[i].built_in && strcmp(x->arms.arms[i].name, "both") == 0)
      return i;
  return x->n_plan_arms - 1;
}

/* ---- equal budgets ---- */

static int
equal_money(struct experiment *x, struct err *e)
{
  double least = INFINITY;

  for (size_t i = 0; i < x->n_rows; i++) {
    if (isnan(x->cells[i].cost_usd))
      return err_set(e, ERR_INPUT, "equal money needs prices: what '%s' cost is not known (retort teacher)",
                     x->cells[i].name);
    if (x->cells[i].cost_usd > 0)
      least = fmin(least, x->cells[i].cost_usd);
  }
  if (isinf(least))
    return err_set(e, ERR_INPUT, "equal money: no arm cost anything");
  for (size_t i = 0; i < x->n_rows; i++)
    if (x->cells[i].cost_usd > least)
      x->cells[i].limits.usd = least;
  return 0;
}

static size_t
find_param(const struct student_kind *kind, const char *name)
{
  size_t i = 0;

  while (i < kind->n_params && strcmp(kind->params[i].name, name) != 0)
    i++;
  return i;
}

/* Epochs in inverse proportion to the texts: as many texts are seen in all. */
static int
equal_steps(struct experiment *x, struct err *e)
{
  size_t most = 0;

  for (size_t i = 0; i < x->n_rows; i++)
    most = x->cells[i].n > most ? x->cells[i].n : most;
  for (size_t i = 0; i < x->n_rows; i++) {
    struct cell *cell = &x->cells[i];
    const struct experiment_student *student = &x->students[cell->student];
    size_t epochs = find_param(student->kind, "epochs"), updates = find_param(student->kind, "updates");

    if (epochs == student->kind->n_params || updates == student->kind->n_params)
      return err_set(e, ERR_INPUT, "student '%s' learns until nothing changes any more: steps cannot be made equal for it",
                     student->name);
    cell->values = xcalloc(student->kind->n_params + 1, sizeof *cell->values);
    memcpy(cell->values, student->values, student->kind->n_params * sizeof *cell->values);
    cell->values[epochs] = fmin(round(student->values[epochs] * (double)most / (double)cell->n),
                                student->kind->params[epochs].max);
    cell->values[updates] = 0;
  }
  return 0;
}

static int
make_equal(struct experiment *x, const char *what, struct err *e)
{
  size_t least = SIZE_MAX;

  if (strcmp(what, "steps") == 0)
    return equal_steps(x, e);
  if (strcmp(what, "money") == 0 && equal_money(x, e) < 0)
    return -1;
  for (size_t i = 0; i < x->n_rows; i++)
    least = x->cells[i].n < least ? x->cells[i].n : least;
  for (size_t i = 0; i < x->n_rows; i++) {
    if (strcmp(what, "rows") == 0)
      x->cells[i].limits.rows = least;
    if (!cell_look_at(x, &x->cells[i]))
      return err_set(e, ERR_INPUT, "arm '%s': too little is left of it to learn from", x->cells[i].name);
  }
  return 0;
}

/* ---- curves ---- */

static const struct {
  const char *of, *arm;
} curve_kinds[] = {{"generated", "both"}, {"curated", "curated"}};

static void
add_point(struct experiment *x, size_t curve, size_t n, bool all)
{
  struct cell cell = {.role = CELL_POINT, .arm = x->curves[curve].arm, .limits = draw_all, .curve = curve, .n_beside = n};
  struct cell *added;

  if (!all)
    cell.limits.size = n;
  if (!cell_look_at(x, &cell))
    return;
  added = cell_add(x, &cell);
  added->name = xasprintf("curve of %s texts at %zu", x->curves[curve].of, n);
}

static int
make_curve(struct experiment *x, const char *of, struct err *e)
{
  struct experiment_curve *curve = &x->curves[x->n_curves];
  size_t kind = 0, all = 0, n;
  const struct arm *arm;

  while (kind < N_OF(curve_kinds) && strcmp(curve_kinds[kind].of, of) != 0)
    kind++;
  if (kind == N_OF(curve_kinds) || x->n_curves == N_OF(x->curves))
    return err_set(e, ERR_INPUT, "no curve of '%.40s' (generated, curated)", of);
  if (arms_find(&x->arms, curve_kinds[kind].arm, &curve->arm, e) < 0)
    return err_prefix(e, "curve: ");
  arm = &x->arms.arms[curve->arm];
  curve->of = curve_kinds[kind].of;
  for (size_t i = 0; i < arm->n; i++)
    all += arm->origins[i] != ORIGIN_SEED;
  curve->n_seed = arm->n - all;
  if (all == 0)
    return err_set(e, ERR_INPUT, "curve: there are no %s texts", of);
  for (n = all; n / 2 >= 2 * x->C && n > all >> (EXPERIMENT_POINTS - 2);)
    n /= 2;
  for (size_t at = curve->n_seed ? 0 : n, points = 0; points < EXPERIMENT_POINTS; at = at == 0 ? n : 2 * at, points++) {
    at = at > 0 && 2 * at > all ? all : at;   /* the last point takes what halving rounded off */
    add_point(x, x->n_curves, at, at == all);
    if (at == all)
      break;
  }
  x->n_curves++;
  return 0;
}

/* ---- together ---- */

int
cells_make(struct experiment *x, const struct experiment_plan *plan, struct err *e)
{
  if (find_students(x, plan, e) < 0)
    return -1;
  for (size_t i = 0; i < plan->n_arms; i++)
    if (arms_add(&x->arms, plan->arms[i], e) < 0)
      return -1;
  x->n_plan_arms = x->arms.n_arms;
  x->told_arm = choose_told(x);
  make_rows(x, plan);
  if (x->n_rows == 0)
    return err_set(e, ERR_INPUT, "no arm has enough texts to learn from");
  if (*plan->equal && make_equal(x, plan->equal, e) < 0)
    return -1;
  for (size_t i = 0; i < plan->n_curves; i++)
    if (make_curve(x, plan->curves[i], e) < 0)
      return -1;
  for (size_t i = 0; i < plan->n_sources; i++)
    if (sources_make(x, plan->sources[i], e) < 0)
      return -1;
  return 0;
}
