/* What a sweep came to: a table for people, JSON for programs. */
#include <math.h>
#include <stdlib.h>

#include "command/print.h"
#include "command/sweep_run.h"
#include "command/words.h"

/* The value of a swept parameter, as it would be typed. */
static void
add_value(const struct sweep *s, size_t range, size_t trial, struct buf *out)
{
  const struct sweep_range *r = &s->space.ranges[range];
  const struct option *o = &s->space.kind->params[r->param];
  double x = s->trials[trial].values[r->param];
  struct buf choice = BUF_INIT;

  if (o->type == OPTION_CHOICE && option_choice(o, (size_t)x, &choice))
    buf_adds(out, buf_str(&choice));
  else
    json_add_number(out, x);
  buf_release(&choice);
}

static const char *
name_of(const struct sweep *s, size_t range)
{
  return s->space.kind->params[s->space.ranges[range].param].name;
}

static void
params_json(const struct sweep *s, size_t trial, struct buf *out)
{
  json_add_key(out, "params");
  buf_addc(out, '{');
  for (size_t i = 0; i < s->space.n; i++) {
    const struct option *o = &s->space.kind->params[s->space.ranges[i].param];
    struct buf value = BUF_INIT;

    add_value(s, i, trial, &value);
    if (o->type == OPTION_CHOICE) {
      json_add_field(out, o->name, buf_str(&value));
    } else {
      json_add_key(out, o->name);
      buf_adds(out, buf_str(&value));
    }
    buf_release(&value);
  }
  buf_addc(out, '}');
}

static void
accuracy_json(const struct sweep_result *r, struct buf *out)
{
  json_add_key(out, "valid_accuracy");
  buf_addc(out, '{');
  json_add_field_number(out, "mean", r->mean);
  json_add_field_number(out, "sd", r->sd);
  buf_addc(out, '}');
}

static void
trial_json(const struct sweep *s, const struct sweep_result *r, struct buf *out)
{
  json_add_comma(out);
  buf_addc(out, '{');
  json_add_field_int(out, "trial", (int64_t)r->trial + 1);
  params_json(s, r->trial, out);
  json_add_key(out, "runs");
  buf_addc(out, '[');
  for (size_t k = 0; k < s->n_seeds; k++) {
    const struct sweep_job *job = &s->jobs[k * s->n_trials + r->trial];

    if (job->state != SWEEP_ENDED && job->state != SWEEP_STOPPED)
      continue;
    json_add_comma(out);
    json_add_str(out, job->name);
  }
  buf_addc(out, ']');
  accuracy_json(r, out);
  json_add_key(out, "stopped_at");
  if (r->stopped_at)
    buf_addf(out, "%d", r->stopped_at);
  else
    buf_adds(out, "null");
  buf_addc(out, '}');
}

static int
best_first(const void *a, const void *b)
{
  return sweep_better(a, b) ? -1 : sweep_better(b, a);
}

/* All trials, the best first; the caller's to free. */
static struct sweep_result *
results(const struct sweep *s)
{
  struct sweep_result *r = xcalloc(s->n_trials + 1, sizeof *r);

  for (size_t k = 0; k < s->n_trials; k++)
    r[k] = sweep_result(s, k);
  qsort(r, s->n_trials, sizeof *r, best_first);
  return r;
}

/* The command that trains the last run of a trial once more, on all processors. */
static void
add_command(const struct sweep *s, size_t trial, struct buf *out)
{
  buf_addf(out, "train");
  if (s->c->path) {
    buf_addc(out, ' ');
    words_quote(out, s->c->path);
  }
  buf_addf(out, " --student %s", s->space.kind->name);
  for (size_t i = 0; i < s->space.kind->n_params; i++) {
    const struct option *o = &s->space.kind->params[i];
    struct buf choice = BUF_INIT;
    double x = s->trials[trial].values[i];

    if (x == option_default(o))
      continue;
    buf_addf(out, " --%s ", o->name);
    if (o->type == OPTION_CHOICE && option_choice(o, (size_t)x, &choice))
      buf_adds(out, buf_str(&choice));
    else
      json_add_number(out, x);
    buf_release(&choice);
  }
  if (s->seed + s->n_seeds != 2)
    buf_addf(out, " --seed %llu", (unsigned long long)(s->seed + s->n_seeds - 1));
  if (s->data && *s->data) {
    buf_adds(out, " --data ");
    words_quote(out, s->data);
  }
}

void
sweep_json(const struct sweep *s, struct buf *out)
{
  struct sweep_result *all = results(s), best;
  struct buf command = BUF_INIT;

  buf_addf(out, "{\"sweep\":%u", s->id);
  json_add_field(out, "student", s->space.kind->name);
  json_add_key(out, "trials");
  buf_addc(out, '[');
  for (size_t k = 0; k < s->n_trials; k++)
    trial_json(s, &all[k], out);
  buf_addc(out, ']');
  json_add_key(out, "best");
  if (sweep_best(s, &best)) {
    add_command(s, best.trial, &command);
    buf_addf(out, "{\"trial\":%zu", best.trial + 1);
    params_json(s, best.trial, out);
    json_add_field(out, "run", s->jobs[(s->n_seeds - 1) * s->n_trials + best.trial].name);
    accuracy_json(&best, out);
    json_add_field(out, "command", buf_str(&command));
    buf_addc(out, '}');
  } else {
    buf_adds(out, "null");
  }
  buf_addc(out, '}');
  buf_release(&command);
  free(all);
}

static void
result_cells(const struct sweep *s, struct grid *g, const struct sweep_result *r)
{
  grid_cell(g, "%zu", r->trial + 1);
  for (size_t i = 0; i < s->space.n && i + 5 < GRID_COLUMNS; i++) {
    struct buf value = BUF_INIT;

    add_value(s, i, r->trial, &value);
    grid_cell(g, "%s", buf_str(&value));
    buf_release(&value);
  }
  grid_cell(g, isnan(r->mean) ? "-" : "%.4f", r->mean);
  grid_cell(g, isnan(r->sd) ? "-" : "%.4f", r->sd);
  grid_cell(g, "%zu", r->n);
  if (r->stopped_at)
    grid_cell(g, "epoch %d", r->stopped_at);
  else
    grid_cell(g, "%s", r->whole ? "" : "not run");
}

void
sweep_print(const struct sweep *s)
{
  struct sweep_result *all = results(s), best;
  struct buf headings = BUF_INIT, command = BUF_INIT;
  struct grid g;

  buf_adds(&headings, "trial>");
  for (size_t i = 0; i < s->space.n && i + 5 < GRID_COLUMNS; i++)
    buf_addf(&headings, "|%s>", name_of(s, i));
  buf_adds(&headings, "|valid>|sd>|seeds>|stopped");
  grid_init(&g, buf_str(&headings));
  for (size_t k = 0; k < s->n_trials; k++)
    result_cells(s, &g, &all[k]);
  grid_print(&g, s->c);
  if (sweep_best(s, &best)) {
    add_command(s, best.trial, &command);
    print_line(s->c, "best: trial %zu, kept as %s (of the others the curves are kept, not the models)", best.trial + 1,
               s->jobs[(s->n_seeds - 1) * s->n_trials + best.trial].name);
    print_line(s->c, "again: %s%s", s->c->workbench ? ":" : "retort ", buf_str(&command));
  } else {
    print_line(s->c, "no trial came to its end with every seed");
  }
  grid_release(&g);
  buf_release(&headings);
  buf_release(&command);
  free(all);
}
