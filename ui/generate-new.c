/* A new job: the form, what it would cost, the start. */
#include "ui/view-generate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "store/template_store.h"

/* ---- the form ---- */

void
generate_new_release(struct generate *g)
{
  if (g->has_form) {
    form_release(&g->form);
    free(g->form_rows);
  }
  free(g->limit_rows);
}

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

/* Those that the command has. */
static const char form_names[] =
  "template teacher fallback per-label count label top-up waste steer seeds aim student budget budget-tokens budget-requests "
  "budget-time concurrency batch accept seed";

void
generate_new_open(struct generate *g)
{
  char *templates, *teachers;

  if (!g->has_form) {
    size_t n = part_rows(&g->form_rows, "generate", form_names);

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

void
generate_run(struct generate *g, const char *line)
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
  generate_go(g, PAGE_TEXTS);
  generate_run(g, g->line);
}

bool
generate_new_key(struct generate *g, const struct key *k)
{
  switch (g->step) {
  case STEP_NONE: case STEP_REPAIR:
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

/* ---- over the view ---- */

static int
draw_estimate_row(struct canvas *c, struct area a, int row, const char *name, const char *value)
{
  canvas_str(c, a, row, 1, STYLE_DIM, name);
  canvas_fit(c, a, row, 12, a.cols - 13, STYLE_NORMAL, value, strlen(value));
  return row + 1;
}

static void
draw_estimate(struct generate *g, struct canvas *c, struct area a)
{
  const struct estimate_shown *x = &g->estimate;
  struct area box = canvas_box(c, part_middle(a, x->cached > 0 ? 9 : 8, 72), STYLE_RULE, "Generate: nothing is sent yet");
  char n[PART_TEXT], m[PART_TEXT], words[160];
  int row = 0;

  snprintf(words, sizeof words, "%s texts in %s requests", part_count(x->texts, n), part_count(x->requests, m));
  row = draw_estimate_row(c, box, row, "asks for", words);
  if (x->cached > 0) {
    snprintf(words, sizeof words, "%s of them answered before: not sent, not paid again", part_count(x->cached, n));
    row = draw_estimate_row(c, box, row, "", words);
  }
  snprintf(words, sizeof words, "about %s in, %s out", part_short(x->tokens_in, n), part_short(x->tokens_out, m));
  row = draw_estimate_row(c, box, row, "tokens", words);
  if (x->cost_usd == 0 && x->bound_usd == 0)
    snprintf(words, sizeof words, "nothing");
  else if (!isfinite(x->cost_usd))
    snprintf(words, sizeof words, "not known: this teacher has no price");
  else if (isfinite(x->bound_usd))
    snprintf(words, sizeof words, "about %s, never more than %s", part_money(x->cost_usd, n), part_money(x->bound_usd, m));
  else
    snprintf(words, sizeof words, "about %s", part_money(x->cost_usd, n));
  row = draw_estimate_row(c, box, row, "cost", words);
  draw_estimate_row(c, box, row, "command", g->line);
  canvas_str(c, box, box.rows - 1, 1, STYLE_KEY, "Enter");
  canvas_str(c, box, box.rows - 1, 7, STYLE_NORMAL, "start");
  canvas_str(c, box, box.rows - 1, 15, STYLE_KEY, "Esc");
  canvas_str(c, box, box.rows - 1, 19, STYLE_NORMAL, "back to the form");
}

void
generate_new_draw(struct generate *g, struct canvas *c, struct area a)
{
  if (g->step == STEP_ESTIMATE) {
    draw_estimate(g, c, a);
    return;
  }
  if (g->step == STEP_NONE)
    return;
  a = part_middle(a, form_rows(&g->form), 96);
  form_draw(&g->form, c, a);
  if (g->step == STEP_ASKED)
    canvas_fit(c, a, a.rows - 2, 2, a.cols - 4, STYLE_BOLD, "counting requests, tokens and cost …", 38);
  else if (g->problem[0])
    canvas_fit(c, a, a.rows - 2, 2, a.cols - 4, STYLE_ERROR, g->problem, strlen(g->problem));
}
