/* What a person does with a job: pause it, stop it, steer it, go on with it. */
#include "ui/view-generate.h"

#include <stdio.h>
#include <string.h>

#include "store/template_store.h"
#include "teacher/teacher.h"

void
generate_pause(struct workbench *w, void *v, int n)
{
  struct generate *g = v;

  (void)n;
  board_pause(project_board(g->p), g->live.id, g->live.state == ACTIVITY_RUNNING);
  workbench_say(w, g->live.state == ACTIVITY_RUNNING ? "pausing: what is in flight still comes in" : "going on");
}

void
generate_stop(struct workbench *w, void *v, int n)
{
  struct generate *g = v;

  (void)n;
  board_stop(project_board(g->p), g->live.id);
  workbench_say(w, "stopping: what came is kept, `r` goes on where it stood");
}

void
generate_in_flight(struct workbench *w, void *v, int step)
{
  struct generate *g = v;
  int now = g->in_flight ? g->in_flight : (int)g->live.job.max_in_flight, n = now >= 16 ? now + 4 * step : now + step;

  g->in_flight = n < 1 ? 1 : n > TEACHER_CONCURRENCY_MAX ? TEACHER_CONCURRENCY_MAX : n;
  board_want(project_board(g->p), g->live.id, g->in_flight, -1);
  workbench_say(w, "%d requests in flight at the most", g->in_flight);
}

static const struct option budget_row[] = {
  {.name = "budget", .type = OPTION_REAL, .min = 0, .max = 1e6, .argument = "USD", .summary = "never spend more; 0: no limit"},
};

static void
on_budget(void *arg, const struct form *f)
{
  struct generate *g = arg;
  double usd = 0;

  if (generate_runs(g) && option_check(&budget_row[0], form_get(f, "budget"), &usd, NULL) == 0)
    board_want(project_board(g->p), g->live.id, -1, usd);
}

void
generate_limits(struct workbench *w, void *v, int n)
{
  struct generate *g = v;
  char now[PART_TEXT];

  (void)n;
  if (g->live.job.cost_usd != g->live.job.cost_usd) {
    workbench_say(w, "this teacher has no price: a budget cannot hold");
    return;
  }
  snprintf(now, sizeof now, "%.2f", g->live.job.budget_usd);
  form_set(workbench_form(w, "Budget of the job that runs", budget_row, 1, on_budget, g), "budget", now);
}

/* The newest job of its template and teacher is the one that --resume finds. */
static bool
is_newest_of_its_kind(const struct generate *g, const struct job_item *item)
{
  for (size_t i = 0; i < g->n_jobs; i++)
    if (g->jobs[i].row.template_id == item->row.template_id && g->jobs[i].row.teacher_id == item->row.teacher_id)
      return g->jobs[i].row.id == item->row.id;
  return false;
}

void
generate_resume(struct workbench *w, void *v, int n)
{
  struct generate *g = v;
  const struct job_item *item = generate_job_item(g, g->job);
  struct teacher_row teacher = {0};
  struct template_row template = {0};
  struct buf line = BUF_INIT;
  struct err e = {0};

  (void)n;
  if (!item)
    return;
  if (!is_newest_of_its_kind(g, item)) {
    workbench_say(w, "job %u was followed by a newer one of the same template and teacher: go on with that", item->row.id);
    return;
  }
  if (template_store_by_id(g->p, item->row.template_id, &template, &e)
      || teacher_store_by_id(g->p, item->row.teacher_id, &teacher, &e)) {
    workbench_complain(w, &e);
  } else {
    buf_adds(&line, g->n_failed ? "generate --retry-errors --template " : "generate --resume --template ");
    workbench_quote(&line, template.name);
    buf_adds(&line, " --teacher ");
    workbench_quote(&line, teacher.name);
    generate_run(g, buf_str(&line));
  }
  template_row_release(&template);
  teacher_row_release(&teacher);
  buf_release(&line);
}
