#include "report/front.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/shape_rows.h"
#include "evaluate/pareto.h"
#include "store/run_store.h"

static const struct shape_field point_fields[] = {
  OF(front_point, TEXT, kind), OF(front_point, TEXT, name), OF(front_point, NUMBER, accuracy),
  OF(front_point, PAIR, ci95), OF(front_point, NUMBER, multiply_adds), OF(front_point, NUMBER, n_parameters),
  OF(front_point, NUMBER, size_bytes), OF(front_point, NUMBER, us), OF(front_point, NUMBER, usd),
  OF(front_point, FLAG, on_front), END,
};
const struct shape front_shape = SHAPE(front_point, point_fields);

struct points {
  struct front_point *v;
  size_t n, cap;
};

static struct front_point *
add_point(struct points *p)
{
  GROW(p->v, p->cap, p->n + 1);
  return &p->v[p->n++];
}

static void
add_row(struct points *p, const struct found_row *r)
{
  *add_point(p) = (struct front_point){xstrdup("row"), xasprintf("%s %s", r->student, r->name), r->accuracy.mean,
                                       r->accuracy.ci95, r->multiply_adds, r->n_parameters, r->size_bytes,
                                       r->measured.us_one, NAN, false};
}

static void
add_teacher(struct points *p, const struct found_teacher *t)
{
  *add_point(p) = (struct front_point){xstrdup("teacher"), xstrdup(t->name), t->accuracy, t->ci95, NAN, NAN, NAN,
                                       1000 * t->ms_per_request, t->usd_per_text, false};
}

/* A run that was evaluated: its accuracy stands in the evaluation, its size in what the trainer said. */
static void
add_run(struct points *p, const struct run_row *run, const struct evaluation_row *evaluation)
{
  struct json *scores = json_parse(evaluation->metrics, strlen(evaluation->metrics), NULL, NULL),
              *made = json_parse(run->metrics, strlen(run->metrics), NULL, NULL);
  const struct json *ci = json_get(scores, "accuracy_ci95");
  double accuracy = json_number(json_get(scores, "accuracy"), NAN);

  if (!isnan(accuracy))
    *add_point(p) = (struct front_point){xstrdup("run"), xstrdup(run->name), accuracy,
                                         {json_number(json_at(ci, 0), NAN), json_number(json_at(ci, 1), NAN)},
                                         json_number(json_get(made, "multiply_adds"), NAN),
                                         json_number(json_get(made, "parameters"), NAN),
                                         json_number(json_get(made, "size_bytes"), NAN),
                                         json_number(json_get(scores, "us_one"), NAN), NAN, false};
  json_free(scores);
  json_free(made);
}

static int
add_runs(struct project *p, struct points *points, struct err *e)
{
  struct evaluation_row *evaluations;
  struct run_row *runs = NULL;
  size_t n_evaluations, n_runs = 0;

  if (run_store_evaluations(p, &evaluations, &n_evaluations, e) < 0)
    return -1;
  if (run_store_list(p, &runs, &n_runs, e) < 0) {
    evaluation_rows_free(evaluations, n_evaluations);
    return -1;
  }
  for (size_t i = 0; i < n_runs; i++)
    for (size_t k = 0; k < n_evaluations; k++)
      if (evaluations[k].kind == PREDICTOR_RUN && evaluations[k].predictor_id == runs[i].id
          && strcmp(evaluations[k].split, "test") == 0)
        add_run(points, &runs[i], &evaluations[k]);
  evaluation_rows_free(evaluations, n_evaluations);
  run_rows_free(runs, n_runs);
  return 0;
}

static void
find_front(struct points *p)
{
  double *cost = xcalloc(p->n + 1, sizeof *cost), *gain = xcalloc(p->n + 1, sizeof *gain);
  bool *on = xcalloc(p->n + 1, sizeof *on);

  for (size_t i = 0; i < p->n; i++) {
    cost[i] = p->v[i].multiply_adds;
    gain[i] = p->v[i].accuracy;
  }
  pareto_front(cost, gain, p->n, on);
  for (size_t i = 0; i < p->n; i++)
    p->v[i].on_front = on[i];
  free(cost);
  free(gain);
  free(on);
}

int
front_gather(struct project *p, const struct findings *f, struct front_point **points, size_t *n, struct err *e)
{
  struct points all = {0};
  int r;

  for (size_t i = 0; i < f->n_rows; i++)
    add_row(&all, &f->rows[i]);
  r = add_runs(p, &all, e);
  for (size_t i = 0; i < f->n_teachers; i++)
    add_teacher(&all, &f->teachers[i]);
  find_front(&all);
  *points = all.v;
  *n = all.n;
  if (r < 0) {
    front_free(all.v, all.n);
    *points = NULL;
    *n = 0;
  }
  return r;
}

void
front_free(struct front_point *points, size_t n)
{
  for (size_t i = 0; i < n; i++)
    shape_release(&front_shape, &points[i]);
  free(points);
}
