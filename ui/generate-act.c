/* What a person does with a job: pause it, stop it, steer it, go on with it. */
#include "ui/view-generate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "command/job_options.h"
#include "generate/wish.h"
#include "store/template_store.h"
#include "teacher/teacher.h"

/* ---- the job that runs ---- */

void
generate_pause(struct workbench *w, void *v, int n)
{
  struct generate *g = v;

  (void)n;
  board_pause(project_board(g->p), g->live.id, g->live.state == ACTIVITY_RUNNING);
  workbench_say(w, g->live.state == ACTIVITY_RUNNING ? "pausing: what is in flight still comes in" : "going on");
}

/* Once: it sends nothing more and waits for what is paid for; twice: it gives that up. The line under the head says
 * so. */
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

/* ---- limits ---- */

static const char *const limit_names[N_LIMITS] = {"budget", "budget-tokens", "budget-requests", "budget-time"};

static double
limit_of(const struct generate *g, const struct form *f, size_t i)
{
  const char *text = form_get(f, limit_names[i]);
  double x = 0;

  if (i == N_LIMITS - 1)
    return job_time(text, &x, NULL) ? 0 : x;
  return *text && option_check(&g->limit_rows[i], text, &x, NULL) == 0 ? x : 0;
}

static void
on_limits(void *arg, const struct form *f)
{
  struct generate *g = arg;
  struct board_limits limits = {limit_of(g, f, 0), limit_of(g, f, 1), limit_of(g, f, 2), limit_of(g, f, 3)};

  if (!generate_runs(g))
    return;
  if (limits.usd > 0 && isnan(g->live.job.cost_usd)) {
    workbench_say(g->w, "no price is known of this teacher, so that a budget cannot hold: limit tokens or requests");
    return;
  }
  board_limit(project_board(g->p), g->live.id, &limits);
  workbench_say(g->w, "the new limits hold from the next request on");
}

/* The same rows, in the same words, that a new job is told. */
void
generate_limits(struct workbench *w, void *v, int n)
{
  struct generate *g = v;
  const struct job_live *live = &g->live.job;
  double now[N_LIMITS] = {live->budget_usd, (double)live->token_limit, live->request_limit, live->seconds_limit};
  struct form *f;
  char text[40];

  (void)n;
  if (!g->limit_rows)
    part_rows(&g->limit_rows, "generate", "budget budget-tokens budget-requests budget-time");
  f = workbench_form(w, "What the job may use up", g->limit_rows, N_LIMITS, on_limits, g);
  generate_form_words(f);
  for (size_t i = 0; i < N_LIMITS; i++) {
    snprintf(text, sizeof text, "%.15g", now[i]);
    form_set(f, limit_names[i], now[i] > 0 ? text : NULL);
  }
}

/* ---- going on ---- */

/* The newest job of its template, teachers and (of annotations) wish is the one that --resume finds. */
static bool
is_newest_of_its_kind(const struct generate *g, const struct job_item *item)
{
  for (size_t i = 0; i < g->n_jobs; i++) {
    const struct job_item *other = &g->jobs[i];

    if (!strcmp(other->row.kind, item->row.kind) && other->row.template_id == item->row.template_id
        && !strcmp(other->teachers, item->teachers) && (strcmp(item->row.kind, "annotate")
                                                || !strcmp(other->row.key, item->row.key)))
      return other->row.id == item->row.id;
  }
  return false;
}

/* An annotation is found by what it was told, which stands in its key (generate/wish.c). */
static void
add_annotation(struct buf *line, const char *key)
{
  static const char *const flags[] = {"soft", "rationale", "relabel"};
  const char *about = strstr(key, "about="), *end, *at;
  char word[40], *filter;

  if ((at = strstr(key, " texts=")))
    buf_addf(line, " --texts-a-request %d", atoi(at + strlen(" texts=")) > 0 ? atoi(at + strlen(" texts=")) : 1);
  if ((at = strstr(key, " repeats=")))
    buf_addf(line, " --repeats %d", atoi(at + strlen(" repeats=")) > 0 ? atoi(at + strlen(" repeats=")) : 1);
  for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
    snprintf(word, sizeof word, " %s=1", flags[i]);
    if (strstr(key, word))
      buf_addf(line, " --%s", flags[i]);
  }
  if (!about)
    return;
  about += strlen("about=");
  end = strstr(about, WISH_CREW);
  filter = xstrndup(about, end ? (size_t)(end - about) : strlen(about));
  buf_adds(line, " --filter ");
  workbench_quote(line, filter);
  free(filter);
}

void
generate_resume(struct workbench *w, void *v, int n)
{
  struct generate *g = v;
  const struct job_item *item = generate_job_item(g, g->job);
  struct template_row template = {0};
  struct buf line = BUF_INIT;
  struct err e = {0};

  (void)n;
  if (!item)
    return;
  if (!is_newest_of_its_kind(g, item)) {
    workbench_say(w, "job %u was followed by a newer one of the same template and teacher: go on with that",
                  item->row.id);
    return;
  }
  if (template_store_by_id(g->p, item->row.template_id, &template, &e)) {
    workbench_complain(w, &e);
  } else {
    buf_addf(&line, "%s %s --template ", generate_annotates(g) ? "annotate" : "generate", g->n_failed ? "--retry-errors"
             : "--resume");
    workbench_quote(&line, template.name);
    buf_adds(&line, item->teachers);
    if (generate_annotates(g))
      add_annotation(&line, item->row.key);
    generate_run(g, buf_str(&line));
  }
  template_row_release(&template);
  buf_release(&line);
}

/* ---- reading again ---- */

static void
reparse_now(void *arg)
{
  const struct generate *g = arg;

  workbench_runf(g->w, "reparse --job %u", g->job);
}

static void
on_reparse(void *arg, int status, const char *output, const struct err *e)
{
  struct generate *g = arg;
  struct json *j = status == 0 ? json_parse(output, strlen(output), NULL, NULL) : NULL;
  double kept = json_number(json_get(j, "kept"), 0);
  char *question;

  (void)e;
  if (j && kept < 1) {
    workbench_say(g->w, "read again, by the rules as they are: nothing new would come in");
  } else if (j) {
    question = xasprintf("Read again, by the rules as they are: %.0f text%s would come in. Let %s in? (y/n)", kept,
                         kept > 1 ? "s" : "",
                         kept > 1 ? "them" : "it");
    workbench_confirm(g->w, question, reparse_now, g);
    free(question);
  }
  json_free(j);
}

void
generate_reparse(struct workbench *w, void *v, int n)
{
  struct generate *g = v;
  char *line = xasprintf("reparse --job %u --dry-run --json", g->job);

  (void)n;
  workbench_run_then(w, line, on_reparse, g);
  free(line);
}
