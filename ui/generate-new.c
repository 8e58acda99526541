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


/* ---- what it would take ---- */

static double
number_of(const struct json *j)
{
  return json_number(j, NAN);
}

static void
take_range(const struct json *j, const char *key, double range[2])
{
  const struct json *pair = json_path(j, "interval", key, NULL);

  range[0] = number_of(json_at(pair, 0));
  range[1] = number_of(json_at(pair, 1));
}

static void
take_estimate(struct estimate_shown *x, const struct json *j)
{
  *x = (struct estimate_shown){
    .requests = number_of(json_get(j, "requests")), .cached = number_of(json_get(j, "cached")),
    .texts = number_of(json_get(j, "texts")), .tokens_in = number_of(json_path(j, "tokens", "in", NULL)),
    .tokens_out = number_of(json_path(j, "tokens", "out", NULL)), .cost_usd = number_of(json_get(j, "cost_usd")),
    .bound_usd = number_of(json_get(j, "cost_bound_usd")), .requests_bound = number_of(json_get(j, "requests_bound")),
    .yield = number_of(json_get(j, "yield")), .replies = json_number(json_path(j, "interval", "replies", NULL), 0),
    .probed = number_of(json_get(j, "probed")), .job = json_number(json_get(j, "job"), 0),
  };
  take_range(j, "tokens_in", x->tokens_in_range);
  take_range(j, "tokens_out", x->tokens_out_range);
  take_range(j, "cost_usd", x->cost_range_usd);
}

/* The words of a dry run or a probe. */
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
  take_estimate(&g->estimate, j);
  json_free(j);
  g->step = STEP_ESTIMATE;
  g->chosen = false;
  workbench_touch(g->w);
}

static void
ask(struct generate *g, bool probe)
{
  char *line = xasprintf("%s %s --json", g->line, probe ? "--probe" : "--dry-run");

  g->probing = probe;
  g->step = STEP_ASKED;
  if (workbench_run_then(g->w, line, on_estimate, g))
    g->step = STEP_FORM;
  free(line);
}

static void
ask_estimate(struct generate *g)
{
  struct buf line = BUF_INIT;

  buf_adds(&line, "generate");
  form_line(&g->form, &line);
  free(g->line);
  g->line = buf_take(&line);
  g->problem[0] = '\0';
  if (workbench_running(g->w, "generate"))
    snprintf(g->problem, sizeof g->problem, "a job is running: it must end, or be stopped (Esc, then x), before the next");
  else
    ask(g, false);
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

/* After a probe the job stands there with its first replies. */
static void
start(struct generate *g)
{
  char *line = xasprintf("%s%s", g->line, g->estimate.probed > 0 ? " --resume" : "");

  g->step = STEP_NONE;
  g->chosen = false;
  generate_go(g, PAGE_TEXTS);
  generate_run(g, line);
  free(line);
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
    if (!key_is(k, "Esc"))
      return true;
    if (g->probing)
      workbench_stop(g->w, "generate");
    g->step = STEP_FORM;
    return true;
  case STEP_ESTIMATE:
    if (key_is(k, "Enter") || key_is(k, "y"))
      start(g);
    else if (key_is(k, "p") && !(g->estimate.probed > 0))
      ask(g, true);
    else if (key_is(k, "Esc") || key_is(k, "n") || key_is(k, "q"))
      g->step = STEP_FORM;
    return true;
  }
  return false;
}

/* ---- over the view ---- */

static void
say_texts(const struct estimate_shown *x, struct pane *p)
{
  char n[PART_TEXT], m[PART_TEXT];

  part_row(p, "asks for", STYLE_NORMAL, "%s texts in %s requests", part_count(x->texts, n), part_count(x->requests, m));
  if (x->cached > 0)
    part_row(p, "", STYLE_NORMAL, "%s of them are answered: not sent, not paid again", part_count(x->cached, n));
  if (x->requests_bound > x->requests)
    part_row(p, "", STYLE_NORMAL, "at most %s requests, if topping up has to go as far as it may", part_count(x->requests_bound, n));
  if (isfinite(x->yield))
    part_row(p, "", STYLE_NORMAL, "of the texts that this template asked for, %s were kept", part_percent(x->yield, 1, n));
}

/* " (1 400 to 1 500)", where there is something between. */
static const char *
range_words(const double range[2], const char *(*say)(double x, char out[PART_TEXT]), char *out, size_t size)
{
  char a[PART_TEXT], b[PART_TEXT];

  *out = '\0';
  if (strcmp(say(range[0], a), say(range[1], b)))
    snprintf(out, size, " (%s to %s)", a, b);
  return out;
}

static void
say_tokens(const struct estimate_shown *x, struct pane *p)
{
  char n[PART_TEXT], range[3 * PART_TEXT];

  part_row(p, "tokens", STYLE_NORMAL, "in about %s%s", part_short(x->tokens_in, n),
           range_words(x->tokens_in_range, part_short, range, sizeof range));
  part_row(p, "", STYLE_NORMAL, "out about %s%s", part_short(x->tokens_out, n),
           range_words(x->tokens_out_range, part_short, range, sizeof range));
}

static void
say_cost(const struct estimate_shown *x, struct pane *p)
{
  char n[PART_TEXT], range[3 * PART_TEXT];

  if (!isfinite(x->cost_usd)) {
    part_row(p, "cost", STYLE_WARN, "not known: this teacher has no price; limit tokens or requests");
    return;
  }
  if (x->cost_usd == 0 && x->bound_usd == 0) {
    part_row(p, "cost", STYLE_BOLD, "nothing");
    return;
  }
  part_row(p, "cost", STYLE_BOLD, "about %s%s", part_money(x->cost_usd, n),
           range_words(x->cost_range_usd, part_money, range, sizeof range));
  if (isfinite(x->bound_usd))
    part_row(p, "", STYLE_NORMAL, "never more than %s", part_money(x->bound_usd, n));
  else
    part_row(p, "", STYLE_WARN, "no upper bound: the template has no max_tokens, the job no limit");
  if (x->replies > 0)
    part_row(p, "", STYLE_DIM, "95 %% intervals, by the lengths of %s repl%s", part_count(x->replies, n), x->replies == 1 ? "y" : "ies");
  else
    part_row(p, "", STYLE_DIM, "by the lengths of texts in the corpus; a probe knows better");
}

#define ESTIMATE_ROWS 15

static void
draw_estimate(struct generate *g, struct canvas *c, struct area a)
{
  const struct estimate_shown *x = &g->estimate;
  bool probed = x->probed > 0;
  struct area box, foot;
  struct pane p;
  int col = 1;

  box = canvas_box(c, part_middle(a, ESTIMATE_ROWS, 84), STYLE_RULE, probed ? "Generate: a probe was sent" : "Generate: nothing is sent yet");
  foot = area_rows(box, box.rows - 1, 1);
  pane_init(&p);
  say_texts(x, &p);
  say_tokens(x, &p);
  say_cost(x, &p);
  part_row(&p, "command", STYLE_DIM, "%s", g->line);
  pane_draw(&p, c, area_cols(area_rows(box, 0, box.rows - 1), 1, box.cols - 2));
  pane_release(&p);
  col = canvas_str(c, foot, 0, col, STYLE_KEY, "Enter");
  col = canvas_str(c, foot, 0, col + 1, STYLE_NORMAL, probed ? "go on with it" : "start");
  if (!probed) {
    col = canvas_str(c, foot, 0, col + 3, STYLE_KEY, "p");
    col = canvas_str(c, foot, 0, col + 1, STYLE_NORMAL, "probe with 5 requests");
  }
  col = canvas_str(c, foot, 0, col + 3, STYLE_KEY, "Esc");
  canvas_str(c, foot, 0, col + 1, STYLE_NORMAL, "back to the form");
}

void
generate_new_draw(struct generate *g, struct canvas *c, struct area a)
{
  const char *asked = g->probing ? "sending 5 requests, to know better what the rest takes … (Esc stops)"
                                 : "counting requests, tokens and cost …";

  if (g->step == STEP_ESTIMATE) {
    draw_estimate(g, c, a);
    return;
  }
  if (g->step == STEP_NONE)
    return;
  a = part_middle(a, form_rows(&g->form), 96);
  form_draw(&g->form, c, a);
  if (g->step == STEP_ASKED)
    canvas_fit(c, a, a.rows - 2, 2, a.cols - 4, STYLE_BOLD, asked, strlen(asked));
  else if (g->problem[0])
    canvas_fit(c, a, a.rows - 2, 2, a.cols - 4, STYLE_ERROR, g->problem, strlen(g->problem));
}
