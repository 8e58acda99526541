/* runs: the trainings of a project, and how they did. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "command/print.h"
#include "command/rows.h"
#include "store/run_store.h"

static double
number_of(const struct json *j, const char *key)
{
  return json_number(json_get(j, key), NAN);
}

static void
run_json(struct buf *out, const struct run_row *r, const struct json *metrics, const struct json *test)
{
  json_add_comma(out);
  buf_addc(out, '{');
  json_add_field(out, "run", r->name);
  json_add_field(out, "student", r->student);
  json_add_field(out, "state", run_state_names[r->state]);
  json_add_field(out, "data", r->data);
  json_add_field_int(out, "seed", (int64_t)r->seed);
  json_add_field_int(out, "n_train", r->n_train);
  json_add_field_int(out, "n_valid", r->n_valid);
  json_add_field_int(out, "best_epoch", r->best_epoch);
  json_add_field_number(out, "seconds", r->seconds);
  json_add_field_int(out, "model_bytes", (int64_t)r->model_bytes);
  json_add_field_int(out, "at_ms", r->at_ms);
  json_add_key(out, "params");
  buf_adds(out, r->params && *r->params ? r->params : "{}");
  json_add_key(out, "options");
  buf_adds(out, r->options && *r->options ? r->options : "{}");
  json_add_field_int(out, "sweep", r->sweep);
  json_add_field_int(out, "trial", r->trial);
  json_add_key(out, "metrics");
  if (metrics)
    json_print(out, metrics);
  else
    buf_adds(out, "{}");
  json_add_field_number(out, "test_accuracy", number_of(test, "accuracy"));
  json_add_field_number(out, "test_macro_f1", number_of(test, "macro_f1"));
  buf_addc(out, '}');
}

static void
accuracy_cell(struct grid *g, double x)
{
  if (isnan(x))
    grid_cell(g, "-");
  else
    grid_cell(g, "%.3f", x);
}

static void
run_cells(struct grid *g, const struct run_row *r, const struct json *metrics, const struct json *test)
{
  char at[32];

  clock_format(r->at_ms, at, sizeof at);
  grid_cell(g, "%s", r->name);
  grid_cell(g, "%s", r->student);
  grid_cell(g, "%s", run_state_names[r->state]);
  grid_cell(g, "%u", r->n_train);
  accuracy_cell(g, number_of(metrics, "valid_accuracy"));
  accuracy_cell(g, number_of(test, "accuracy"));
  accuracy_cell(g, number_of(test, "macro_f1"));
  grid_cell(g, "%.1f", r->seconds);
  grid_cell(g, "%.1f", (double)r->model_bytes / 1e6);
  grid_cell(g, "%s", at);
  grid_cell(g, "%s", *r->data ? r->data : "accepted and seeds");
}

/* What the run reached on the test split, if that was ever evaluated. */
static struct json *
test_metrics(const struct evaluation_row *rows, size_t n, uint32_t run)
{
  for (size_t i = 0; i < n; i++)
    if (rows[i].kind == PREDICTOR_RUN && rows[i].predictor_id == run && strcmp(rows[i].split, "test") == 0)
      return json_parse(rows[i].metrics, strlen(rows[i].metrics), NULL, NULL);
  return NULL;
}

/* Teachers that were evaluated on the test split stand beside the runs, as in the Compare view. */
static void
add_teachers(struct call *c, const struct evaluation_row *rows, size_t n, struct grid *g, struct buf *out)
{
  for (size_t i = 0; i < n; i++) {
    const char *name = corpus_name(project_corpus(c->project), NAME_TEACHER, rows[i].predictor_id);
    struct json *test;
    char at[32];

    if (rows[i].kind != PREDICTOR_TEACHER || strcmp(rows[i].split, "test") != 0)
      continue;
    test = json_parse(rows[i].metrics, strlen(rows[i].metrics), NULL, NULL);
    json_add_comma(out);
    buf_addc(out, '{');
    json_add_field(out, "teacher", name);
    json_add_field_number(out, "n_test", number_of(test, "n"));
    json_add_field_number(out, "test_accuracy", number_of(test, "accuracy"));
    json_add_field_number(out, "test_macro_f1", number_of(test, "macro_f1"));
    json_add_field_int(out, "at_ms", rows[i].at_ms);
    buf_addc(out, '}');
    clock_format(rows[i].at_ms, at, sizeof at);
    grid_cell(g, "%s", name);
    grid_cell(g, "teacher");
    grid_cell(g, "-");
    grid_cell(g, "0");
    grid_cell(g, "-");
    accuracy_cell(g, number_of(test, "accuracy"));
    accuracy_cell(g, number_of(test, "macro_f1"));
    grid_cell(g, "-");
    grid_cell(g, "-");
    grid_cell(g, "%s", at);
    grid_cell(g, "-");
    json_free(test);
  }
}

static int
run_runs(struct call *c, struct err *e)
{
  struct evaluation_row *evaluations = NULL;
  struct run_row *rows = NULL;
  size_t n = 0, n_evaluations = 0;
  struct buf out = BUF_INIT, teachers = BUF_INIT;
  struct grid g;

  if (run_store_list(c->project, &rows, &n, e) < 0)
    return -1;
  if (run_store_evaluations(c->project, &evaluations, &n_evaluations, e) < 0) {
    run_rows_free(rows, n);
    return -1;
  }
  grid_init(&g, "run|student|state|texts>|valid>|test>|F1>|seconds>|MB>|at|data");
  for (size_t i = 0; i < n; i++) {
    struct json *metrics = json_parse(rows[i].metrics, strlen(rows[i].metrics), NULL, NULL);
    struct json *test = test_metrics(evaluations, n_evaluations, rows[i].id);

    run_json(&out, &rows[i], metrics, test);
    run_cells(&g, &rows[i], metrics, test);
    json_free(metrics);
    json_free(test);
  }
  add_teachers(c, evaluations, n_evaluations, &g, &teachers);
  if (c->json)
    fprintf(c->out, "{\"runs\":[%s],\"teachers\":[%s]}\n", buf_str(&out), buf_str(&teachers));
  else
    grid_print(&g, c);
  grid_release(&g);
  buf_release(&out);
  buf_release(&teachers);
  evaluation_rows_free(evaluations, n_evaluations);
  run_rows_free(rows, n);
  return 0;
}

static const struct command_example runs_examples[] = {
  {"retort runs tickets.retort", "what was trained so far"},
  {NULL, NULL},
};

const struct command command_runs = {
  .name = "runs",
  .arguments = "PROJECT",
  .summary = "the training runs",
  .text =
    "A line for each run: what it was trained on, how it did on the validation texts, and on the test split if it was "
    "evaluated. Teachers that were (retort annotate --filter split:test) stand below them; they learned from no text "
    "of the project.",
  .examples = runs_examples,
  .flags = COMMAND_PROJECT | COMMAND_JSON,
  .run = run_runs,
};
