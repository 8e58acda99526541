/* A new job: the form, what it would cost, the start. */
#include "ui/view-generate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "prompt/prompty.h"
#include "store/template_store.h"

#define PLURAL(n) ((n) == 1 ? "" : "s")

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

/* The two kinds of work that have a form: rows of their commands, those that the command has. */
static const struct work {
  const char *command, *title, *fields;
  bool annotates;
} works[] = {
  {"generate", "Generate: a new job",
   "template teacher per-label count budget top-up accept label concurrency steer seeds aim filter batch "
   "budget-tokens budget-requests budget-time waste fallback run seed", false},
  {"annotate", "Annotate: a teacher labels texts that are there",
   "filter template teacher budget texts-a-request repeats soft rationale relabel concurrency batch budget-tokens "
   "budget-requests budget-time fallback seed", true},
};

/* Beside the fields, so that each is understood at 80 columns; the option's own line stands below the fields. */
void
generate_form_words(struct form *f)
{
  static const struct { const char *field, *words; } rows[] = {
    {"template", "what is asked"},
    {"teacher", "whom to ask; several: a,b"},
    {"per-label", "texts for each label; 0: the grid once"},
    {"count", "or: texts in all"},
    {"budget", "dollars at the most; 0: no limit"},
    {"top-up", "ask again until so many are kept"},
    {"accept", "let in as accepted, without a look"},
    {"label", "only for this one; several: a,b"},
    {"concurrency", "requests in flight; 0: as the teacher"},
    {"steer", "more where yield or variety is low"},
    {"seeds", "how texts are drawn into prompts"},
    {"aim", "hard, or confused:A,B, of a student"},
    {"batch", "hand in as a batch, collect later"},
    {"budget-tokens", "tokens at the most; 0: no limit"},
    {"budget-requests", "requests at the most; 0: no limit"},
    {"budget-time", "90s, 10m, 1h30m; 0: no limit"},
    {"waste", "top-up: most asked for, for each kept"},
    {"fallback", "the second only where the first fails"},
    {"run", "of aim: the student; else the newest"},
    {"seed", "of what is drawn into prompts"},
    {"texts-a-request", "texts shown in one request"},
    {"repeats", "how often each text is put"},
    {"soft", "probabilities of the labels, too"},
    {"rationale", "ask for a reason, which is kept"},
    {"relabel", "labelled texts, too (never test texts)"},
  };

  for (size_t i = 0; i < N_OF(rows); i++)
    form_brief(f, rows[i].field, rows[i].words);
}

/* "a|b|c" of the templates that this work can take. */
static char *
offer_templates(struct generate *g, const struct work *work)
{
  struct template_row *rows = NULL;
  struct buf out = BUF_INIT;
  struct err e = {0};
  size_t n = 0;

  if (template_store_list(g->p, false, &rows, &n, &e) == 0) {
    for (size_t i = 0; i < n; i++) {
      struct prompty p;

      if (prompty_parse(&p, rows[i].name, rows[i].source, strlen(rows[i].source), NULL) < 0
          || (p.kind == PROMPTY_ANNOTATE) == work->annotates)
        buf_addf(&out, "%s%s", out.n ? "|" : "", rows[i].name);
      prompty_release(&p);
    }
    template_rows_free(rows, n);
  }
  return buf_take(&out);
}

static char *
offer_labels(struct generate *g)
{
  const struct labels *labels = corpus_labels(project_corpus(g->p));
  struct buf out = BUF_INIT;

  for (size_t i = 0; i < labels_count(labels); i++)
    buf_addf(&out, "%s%s", i ? "|" : "", label_name(labels, (uint16_t)i));
  return buf_take(&out);
}

static bool
is_offered(const char *offers, const char *value)
{
  size_t n = strlen(value);

  for (const char *s = offers; *s; s += strcspn(s, "|"), s += *s == '|')
    if (strcspn(s, "|") == n && !strncmp(s, value, n))
      return true;
  return false;
}

/* What the newest job used, if it can be used here, else the first. Frees offers. */
static void
set_field(struct form *f, const char *field, char *offers, const char *last)
{
  char *first = xstrndup(offers, strcspn(offers, "|"));

  form_offer(f, field, offers);
  form_set(f, field, last && is_offered(offers, last) ? last : first);
  free(first);
  free(offers);
}

static void
make_form(struct generate *g, const struct work *work)
{
  size_t n = part_rows(&g->form_rows, work->command, work->fields);
  const char *last = g->n_jobs ? g->jobs[0].template_name : "";
  /* no version */
  char *template = xstrndup(last, strrchr(last, ' ') ? (size_t)(strrchr(last, ' ') - last) : strlen(last));
  char *labels = offer_labels(g);

  form_init(&g->form, work->title, g->form_rows, n);
  generate_form_words(&g->form);
  form_brief(&g->form, "filter", work->annotates ? "the texts to label, as split:test"
             : "rewriting: the texts to make others of");
  if (work->annotates)
    form_brief(&g->form, "template", "how; empty: as retort asks by itself");
  g->has_form = true;
  set_field(&g->form, "template", offer_templates(g, work), template);
  set_field(&g->form, "teacher", part_teachers(g->p), g->n_jobs ? g->jobs[0].teacher_name : NULL);
  form_offer(&g->form, "label", labels);
  free(labels);
  free(template);
}

/* The form keeps what was typed as long as it is for the same kind of work. */
void
generate_new_open(struct generate *g, bool annotates)
{
  const struct work *work = &works[annotates];

  if (g->has_form && g->work != work->command) {
    form_release(&g->form);
    free(g->form_rows);
    g->has_form = false;
  }
  if (!g->has_form)
    make_form(g, work);
  g->work = work->command;
  g->problem[0] = '\0';
  g->step = STEP_FORM;
  workbench_touch(g->w);
}

/* ---- what it would take ---- */

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
  generate_estimate_take(&g->estimate, j);
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

  buf_adds(&line, g->work);
  form_line(&g->form, &line);
  free(g->line);
  g->line = buf_take(&line);
  g->problem[0] = '\0';
  if (workbench_running(g->w, "generate") || workbench_running(g->w, "annotate"))
    snprintf(g->problem, sizeof g->problem, "a job is running: it must end, or be stopped (Esc, then x), before the "
             "next");
  else
    ask(g, false);
}

static void
say_votes(struct generate *g, const struct json *j)
{
  double votes = json_number(json_get(j, "votes"), NAN), labelled = json_number(json_get(j, "labelled"), NAN);
  double accuracy = json_number(json_path(j, "evaluation", "accuracy", NULL), NAN);
  char n[PART_TEXT], m[PART_TEXT], share[PART_TEXT + 60] = "";

  if (isfinite(accuracy))
    snprintf(share, sizeof share, ", like people on %s of those that they labelled", part_percent(accuracy, 1, n));
  workbench_say(g->w, "job %.0f is done: %s vote%s, %s text%s got a label%s", json_number(json_get(j, "job"), 0),
                part_count(votes, n),
                PLURAL(votes), part_count(labelled, m), PLURAL(labelled), share);
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
  if (json_get(j, "votes"))
    say_votes(g, j);
  else if (j)
    workbench_say(g->w, "job %.0f is done: %s of %s texts kept, %s", json_number(json_get(j, "job"), 0),
                  part_count(json_number(json_get(j, "kept"), NAN), n),
                    part_count(json_number(json_get(j, "requested"), NAN), m),
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
      workbench_stop(g->w, g->work);
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

void
generate_new_draw(struct generate *g, struct canvas *c, struct area a)
{
  const char *asked = g->probing ? "sending 5 requests, to know better what the rest takes … (Esc stops)"
                                 : "counting requests, tokens and cost …";

  if (g->step == STEP_ESTIMATE) {
    generate_estimate_draw(g, c, a);
    return;
  }
  if (g->step == STEP_NONE)
    return;
  a = part_middle(a, form_rows(&g->form), 120);
  form_draw(&g->form, c, a);
  if (g->step == STEP_ASKED)
    canvas_fit(c, a, a.rows - 2, 2, a.cols - 4, STYLE_BOLD, asked, strlen(asked));
  else if (g->problem[0])
    canvas_fit(c, a, a.rows - 2, 2, a.cols - 4, STYLE_ERROR, g->problem, strlen(g->problem));
}
