#include "command/experiments.h"

#include <string.h>

#include "command/print.h"
#include "evaluate/experiment_plan.h"
#include "evaluate/findings_text.h"
#include "store/experiment_store.h"

/* ---- what one came to ---- */

void
experiment_print(struct call *c, const struct findings *f, bool power_too)
{
  struct buf out = BUF_INIT;

  if (c->json) {
    findings_json(f, &out);
    print_json(c, &out);
  } else {
    findings_table(f, power_too, &out);
    fwrite(buf_str(&out), 1, out.n, c->out);
  }
  buf_release(&out);
}

/* ---- what would be done ---- */

static void
survey_json(const struct findings *f, size_t n_runs, size_t n_known, struct buf *out)
{
  buf_addc(out, '{');
  json_add_field_int(out, "trainings", (int64_t)n_runs);
  json_add_field_int(out, "known", (int64_t)n_known);
  json_add_field_number(out, "detectable", f->detectable);
  json_add_field_int(out, "test", (int64_t)f->n_test);
  json_add_field_int(out, "guarded", (int64_t)f->guarded);
  json_add_key(out, "plan");
  buf_adds(out, f->plan);
  json_add_key(out, "arms");
  buf_addc(out, '[');
  for (size_t i = 0; i < f->n_rows; i++) {
    json_add_comma(out);
    buf_addc(out, '{');
    json_add_field(out, "name", f->rows[i].name);
    json_add_field(out, "student", f->rows[i].student);
    json_add_field_int(out, "n", (int64_t)f->rows[i].n);
    json_add_field_number(out, "cost_usd", f->rows[i].cost_usd);
    buf_addc(out, '}');
  }
  buf_adds(out, "]}");
}

static void
survey_table(struct call *c, const struct findings *f, size_t n_runs, size_t n_known)
{
  struct buf power = BUF_INIT;
  struct grid g;

  grid_init(&g, "arm|student|texts>|seed>|generated>|annotated>|cost>");
  for (size_t i = 0; i < f->n_rows; i++) {
    const struct found_row *row = &f->rows[i];
    struct buf usd = BUF_INIT;

    print_usd(&usd, row->cost_usd);
    grid_cell_cut(&g, 30, row->name);
    grid_cell(&g, "%s", row->student);
    grid_cell(&g, "%zu", row->n);
    grid_cell(&g, "%zu", row->n_seed);
    grid_cell(&g, "%zu", row->n_generated);
    grid_cell(&g, "%zu", row->n_annotated);
    grid_cell(&g, "%s", buf_str(&usd));
    buf_release(&usd);
  }
  grid_print(&g, c);
  grid_release(&g);
  findings_power(f, &power);
  print_line(c, "%s", buf_str(&power));
  print_line(c, "%zu trainings, %zu of them known already; %zu training text%s left out: in the test set", n_runs, n_known,
             f->guarded, f->guarded == 1 ? "" : "s");
  buf_release(&power);
}

void
experiment_print_survey(struct call *c, const struct findings *f, size_t n_runs, size_t n_known)
{
  struct buf out = BUF_INIT;

  if (!c->json) {
    survey_table(c, f, n_runs, n_known);
    return;
  }
  survey_json(f, n_runs, n_known, &out);
  print_json(c, &out);
  buf_release(&out);
}

/* ---- those that there are ---- */

int
experiment_show(struct call *c, const char *name, struct err *e)
{
  struct experiment_record row;
  struct findings f;
  int r;

  if (experiment_store_get(c->project, name, &row, e) < 0)
    return -1;
  if (!*row.result)
    r = err_set(e, ERR_INPUT, "experiment '%s' has not ended (retort experiment PROJECT --name '%s' goes on)", name, name);
  else
    r = findings_read(row.result, strlen(row.result), &f, e);
  if (r == 0) {
    experiment_print(c, &f, true);
    findings_release(&f);
  }
  experiment_record_release(&row);
  return r;
}

static void
add_listed(struct grid *g, struct buf *json, const struct experiment_record *row)
{
  struct experiment_plan plan = {0};
  struct findings f = {0};
  bool ended = *row->result && findings_read(row->result, strlen(row->result), &f, NULL) == 0;

  experiment_plan_read(row->plan, &plan, NULL);
  grid_cell_cut(g, 30, row->name);
  grid_cell(g, "%zu", plan.n_arms);
  grid_cell(g, "%zu", plan.n_students);
  grid_cell(g, "%zu", plan.n_seeds);
  grid_cell(g, "%s", ended ? f.verdict ? f.verdict : "" : "not ended");
  json_add_comma(json);
  buf_addc(json, '{');
  json_add_field(json, "name", row->name);
  json_add_field_bool(json, "ended", ended);
  json_add_field(json, "verdict", ended ? f.verdict : NULL);
  json_add_key(json, "plan");
  buf_adds(json, row->plan);
  buf_addc(json, '}');
  experiment_plan_release(&plan);
  findings_release(&f);
}

int
experiment_list(struct call *c, struct err *e)
{
  struct experiment_record *rows;
  struct buf json = BUF_INIT;
  struct grid g;
  size_t n;

  if (experiment_store_list(c->project, &rows, &n, e) < 0)
    return -1;
  grid_init(&g, "experiment|arms>|students>|seeds>|verdict");
  buf_adds(&json, "{\"experiments\":[");
  for (size_t i = 0; i < n; i++)
    add_listed(&g, &json, &rows[i]);
  buf_adds(&json, "]}");
  grid_answer(&g, c, &json, n, "no experiments yet");
  grid_release(&g);
  buf_release(&json);
  experiment_records_free(rows, n);
  return 0;
}
