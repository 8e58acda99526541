/* view 2: what is asked of teachers and what comes of it. */
#include "ui/view-generate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/template_store.h"
#include "teacher/teacher.h"

/* ---- life ---- */

static void *
open_view(struct workbench *w)
{
  struct generate *g = xcalloc(1, sizeof *g);

  g->w = w;
  g->p = workbench_project(w);
  g->reason = DROP_NONE;
  funnel_init(&g->funnel, 0);
  return g;
}

static void
drop_form(struct generate *g)
{
  if (g->has_form) {
    form_release(&g->form);
    free(g->form_rows);
  }
  g->has_form = false;
  g->step = STEP_NONE;
}

static void
close_view(void *v)
{
  struct generate *g = v;

  drop_form(g);
  generate_data_release(g);
  free(g);
}

static void
draw(void *v, struct canvas *c, struct area a)
{
  generate_draw(v, c, a);
}

static void
update(void *v, bool visible)
{
  if (visible)
    generate_load(v, false);
}

/* ---- a new job: form, estimate, start ---- */

/* "a|b|c" of the newest templates or the teachers, the one used last first. */
static char *
offer_templates(struct generate *g)
{
  struct template_row *rows = NULL;
  struct buf out = BUF_INIT;
  struct err e = {0};
  size_t n = 0;

  if (template_store_list(g->p, false, &rows, &n, &e) == 0) {
    for (size_t i = 0; i < n; i++)
      buf_addf(&out, "%s%s", i ? "|" : "", rows[i].name);
    template_rows_free(rows, n);
  }
  return buf_take(&out);
}

static char *
offer_teachers(struct generate *g)
{
  struct teacher_row *rows = NULL;
  struct buf out = BUF_INIT;
  struct err e = {0};
  size_t n = 0;

  if (teacher_store_list(g->p, &rows, &n, &e) == 0) {
    for (size_t i = 0; i < n; i++)
      buf_addf(&out, "%s%s", i ? "|" : "", rows[i].name);
    teacher_rows_free(rows, n);
  }
  return buf_take(&out);
}

/* What the newest job used, else the first of "a|b|c". */
static void
set_field(struct form *f, const char *field, const char *offers, const char *last)
{
  size_t n = last ? strcspn(last, " ") : 0;   /* without the version: "tickets v4" */
  char *value = n ? xstrndup(last, n) : xstrndup(offers, strcspn(offers, "|"));

  form_offer(f, field, offers);
  if (*value)
    form_set(f, field, value);
  free(value);
}

static void
open_form(struct generate *g)
{
  char *templates, *teachers;

  if (!g->has_form) {
    size_t n = part_rows(&g->form_rows, "generate", "template teacher per-label count label concurrency budget accept seed");

    form_init(&g->form, "Generate: a new job", g->form_rows, n);
    g->has_form = true;
    templates = offer_templates(g);
    teachers = offer_teachers(g);
    set_field(&g->form, "template", templates, g->n_jobs ? g->jobs[0].template_name : NULL);
    set_field(&g->form, "teacher", teachers, g->n_jobs ? g->jobs[0].teacher_name : NULL);
    free(templates);
    free(teachers);
  }
  g->problem[0] = '\0';
  g->step = STEP_FORM;
  workbench_touch(g->w);
}

static void
do_new(struct workbench *w, void *v, int n)
{
  (void)w;
  (void)n;
  open_form(v);
}

static double
number_of(const struct json *j)
{
  return json_number(j, NAN);
}

/* The dry run's words. */
static void
on_estimate(void *arg, int status, const char *output, const struct err *e)
{
  struct generate *g = arg;
  struct json *j = NULL;
  struct err bad = {0};

  if (g->step != STEP_ASKED)
    return;
  g->step = STEP_FORM;
  if (status == 0)
    j = json_parse(output, strlen(output), NULL, &bad);
  if (!j) {
    snprintf(g->problem, sizeof g->problem, "%.390s", status ? e->message : bad.message);
    workbench_touch(g->w);
    return;
  }
  g->estimate = (struct estimate_shown){
    .requests = number_of(json_get(j, "requests")), .cached = number_of(json_get(j, "cached")),
    .texts = number_of(json_get(j, "texts")), .tokens_in = number_of(json_path(j, "tokens", "in", NULL)),
    .tokens_out = number_of(json_path(j, "tokens", "out", NULL)), .cost_usd = number_of(json_get(j, "cost_usd")),
    .bound_usd = number_of(json_get(j, "cost_bound_usd")),
  };
  json_free(j);
  g->step = STEP_ESTIMATE;
  workbench_say(g->w, "nothing is sent yet");
  workbench_touch(g->w);
}

static void
ask_estimate(struct generate *g)
{
  struct buf line = BUF_INIT;
  char *dry;

  buf_adds(&line, "generate");
  form_line(&g->form, &line);
  free(g->line);
  g->line = buf_take(&line);
  g->problem[0] = '\0';
  if (workbench_running(g->w, "generate")) {
    snprintf(g->problem, sizeof g->problem, "a job is running: it must end, or be stopped (Esc, then x), before the next");
    return;
  }
  dry = xasprintf("%s --dry-run --json", g->line);
  g->step = STEP_ASKED;
  if (workbench_run_then(g->w, dry, on_estimate, g))
    g->step = STEP_FORM;
  free(dry);
}

/* In words of this view, over those of the command. */
static void
on_end(void *arg, int status, const char *output, const struct err *e)
{
  struct generate *g = arg;
  struct json *j = status == 0 ? json_parse(output, strlen(output), NULL, NULL) : NULL;
  char n[PART_TEXT], m[PART_TEXT], money[PART_TEXT];

  (void)e;
  generate_load(g, true);
  if (j)
    workbench_say(g->w, "job %.0f is done: %s of %s texts kept, %s", json_number(json_get(j, "job"), 0),
                  part_count(json_number(json_get(j, "kept"), NAN), n), part_count(json_number(json_get(j, "requested"), NAN), m),
                  part_money(json_number(json_get(j, "cost_usd"), NAN), money));
  json_free(j);
}

static void
run_job(struct generate *g, const char *line)
{
  char *with_json = xasprintf("%s --json", line);

  g->in_flight = 0;
  workbench_run_then(g->w, with_json, on_end, g);
  free(with_json);
}

static void
start(struct generate *g)
{
  g->step = STEP_NONE;
  g->chosen = false;
  g->page = PAGE_TEXTS;
  run_job(g, g->line);
}

static bool
tells_keys(void *v)
{
  return ((struct generate *)v)->step != STEP_NONE;
}

static bool
key(void *v, const struct key *k)
{
  struct generate *g = v;

  if (k->code >= K_F1 && k->code < K_F1 + VIEW_COUNT)  /* the form waits */
    return false;
  switch (g->step) {
  case STEP_NONE:
    return false;
  case STEP_FORM:
    switch (form_key(&g->form, k)) {
    case FORM_DONE: ask_estimate(g); break;
    case FORM_CANCEL: g->step = STEP_NONE; break;
    case FORM_GOES_ON: g->problem[0] = '\0'; break;
    }
    return true;
  case STEP_ASKED:
    if (key_is(k, "Esc"))
      g->step = STEP_FORM;
    return true;
  case STEP_ESTIMATE:
    if (key_is(k, "Enter") || key_is(k, "y"))
      start(g);
    else if (key_is(k, "Esc") || key_is(k, "n") || key_is(k, "q"))
      g->step = STEP_FORM;
    return true;
  }
  return false;
}

/* ---- the job that runs ---- */

static bool
has_running(struct workbench *w, void *v)
{
  (void)w;
  return generate_runs(v);
}

static bool
has_unfinished(struct workbench *w, void *v)
{
  (void)w;
  return generate_unfinished(v);
}

static void
do_pause(struct workbench *w, void *v, int n)
{
  struct generate *g = v;

  (void)n;
  board_pause(project_board(g->p), g->live.id, g->live.state == ACTIVITY_RUNNING);
  workbench_say(w, g->live.state == ACTIVITY_RUNNING ? "pausing: what is in flight still comes in" : "going on");
}

static void
do_stop(struct workbench *w, void *v, int n)
{
  struct generate *g = v;

  (void)n;
  board_stop(project_board(g->p), g->live.id);
  workbench_say(w, "stopping: what came is kept, `r` goes on where it stood");
}

static void
do_in_flight(struct workbench *w, void *v, int step)
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

static void
do_budget(struct workbench *w, void *v, int n)
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

static void
do_resume(struct workbench *w, void *v, int n)
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
    buf_adds(&line, g->n_failed ? "generate --retry-failed --template " : "generate --resume --template ");
    workbench_quote(&line, template.name);
    buf_adds(&line, " --teacher ");
    workbench_quote(&line, teacher.name);
    run_job(g, buf_str(&line));
  }
  template_row_release(&template);
  teacher_row_release(&teacher);
  buf_release(&line);
}

/* ---- pages and rows ---- */

static void
do_page(struct workbench *w, void *v, int n)
{
  struct generate *g = v;

  (void)w;
  if (n == PAGE_FUNNEL)
    generate_open_reason(g, DROP_NONE);
  g->page = (enum generate_page)n;
  if (n == PAGE_JOBS)
    generate_load(g, true);
}

static void
pane(void *v, int step)
{
  struct generate *g = v;

  do_page(g->w, g, ((int)g->page + step + N_PAGES) % N_PAGES);
}

static void
move(void *v, enum move m)
{
  list_move(generate_list(v), m);
}

static void
choose_job(struct generate *g, size_t i)
{
  uint32_t job = g->jobs[i].row.id;

  generate_show_job(g, job);
  g->chosen = true;
  g->page = PAGE_TEXTS;
  generate_load(g, true);
}

static void
enter(void *v)
{
  struct generate *g = v;
  struct list *l = generate_list(g);
  enum drop_reason reason;

  if (l->at >= l->n)
    return;
  switch (g->page) {
  case PAGE_TEXTS:
    generate_page_of_row(g, &g->stream[l->at]);
    break;
  case PAGE_FUNNEL:
    if (g->reason != DROP_NONE) {
      size_t i = g->of_reason[l->at];

      generate_page_of_row(g, &(struct stream_row){.request = g->dropped[i].request_id, .dropped = i});
      break;
    }
    reason = l->at < FUNNEL_STAGES ? DROP_NONE : generate_reason_at(g, l->at - FUNNEL_STAGES);
    g->reasons = (struct list){0};
    generate_open_reason(g, reason);
    break;
  case PAGE_FAILED:
    generate_page_of_request(g, &g->failed[l->at]);
    break;
  case PAGE_JOBS:
    choose_job(g, l->at);
    break;
  case N_PAGES:
    break;
  }
}

static bool
back(void *v)
{
  struct generate *g = v;

  if (g->page == PAGE_FUNNEL && g->reason != DROP_NONE) {
    generate_open_reason(g, DROP_NONE);
    return true;
  }
  if (g->page != PAGE_TEXTS && g->job) {
    g->page = PAGE_TEXTS;
    return true;
  }
  if (g->chosen) {
    g->chosen = false;
    generate_load(g, true);
    return true;
  }
  return false;
}

static void
mouse(void *v, const struct key *k, int row, int col)
{
  struct generate *g = v;
  struct part_tab tabs[N_PAGES];
  int r = row + g->view_area.row, x = col + g->view_area.col, tab;
  size_t i;

  if (k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN) {
    list_wheel(generate_list(g), k->mouse == MOUSE_WHEEL_UP ? -1 : 1);
  } else if (area_has(g->tabs_area, r, x)) {
    generate_tabs(g, tabs);
    tab = part_tabs_hit(tabs, N_PAGES, x - g->tabs_area.col);
    if (tab >= 0)
      do_page(g->w, g, tab);
  } else if (area_has(g->list_area, r, x) && list_hit(generate_list(g), r - g->list_area.row, &i)) {
    list_go(generate_list(g), i);
    if (k->mouse == MOUSE_DOUBLE)
      enter(g);
  }
}

static const struct binding bindings[] = {
  {.keys = "n", .action = do_new, .help = "a new job: the form, then what it costs, then it starts", .hint = "new"},
  {.keys = "Space", .action = do_pause, .when = has_running, .help = "pause the job that runs, or go on with it",
   .hint = "pause"},
  {.keys = "x", .action = do_stop, .when = has_running, .help = "stop the job that runs; what came is kept", .hint = "stop"},
  {.keys = "+ =", .action = do_in_flight, .n = 1, .when = has_running, .help = "more requests in flight", .hint = "more"},
  {.keys = "-", .action = do_in_flight, .n = -1, .when = has_running, .help = "fewer requests in flight"},
  {.keys = "$", .action = do_budget, .when = has_running, .help = "change the budget of the job that runs"},
  {.keys = "r", .action = do_resume, .when = has_unfinished,
   .help = "go on with the job where it stood, failed requests again; nothing is paid twice", .hint = "resume"},
  {.keys = "t", .action = do_page, .n = PAGE_TEXTS, .help = "the texts as they come: + kept, ~ dropped and why"},
  {.keys = "w", .action = do_page, .n = PAGE_FUNNEL, .help = "why texts were dropped: asked, answered, parsed, kept",
   .hint = "why"},
  {.keys = "f", .action = do_page, .n = PAGE_FAILED, .help = "failed requests with the server's own words", .hint = "failed"},
  {.keys = "o", .action = do_page, .n = PAGE_JOBS, .help = "all jobs; Enter shows one", .hint = "jobs"},
  {.keys = NULL},
};

const struct view view_generate = {
  .name = "Generate", .about = "what is asked of teachers, and the texts that come of it",
  .bindings = bindings, .open = open_view, .close = close_view, .draw = draw, .update = update, .key = key,
  .tells_keys = tells_keys, .move = move,
  .enter = enter, .back = back, .pane = pane, .mouse = mouse,
};
