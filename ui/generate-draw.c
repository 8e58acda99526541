#include "ui/view-generate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "corpus/label.h"
#include "prompt/prompty.h"
#include "teacher/openai.h"

const char *const drop_words[N_DROP_REASONS] = {
  [DROP_PARSE] = "unreadable", [DROP_SHAPE] = "shape", [DROP_EMPTY] = "empty", [DROP_TOO_SHORT] = "short",
  [DROP_TOO_LONG] = "long", [DROP_LABEL_NAMED] = "names label", [DROP_TEST] = "in test", [DROP_DUPLICATE] = "double",
  [DROP_NEAR_DUPLICATE] = "near double",
};

/* ---- the job ---- */

struct state_words {
  const char *words;
  enum style style;
};

static struct state_words
state_of(const struct generate *g, const struct job_item *item)
{
  static const struct state_words of_file[N_JOB_STATES] = {
    [JOB_PLANNED] = {"not begun", STYLE_WARN}, [JOB_RUNNING] = {"interrupted", STYLE_WARN},
    [JOB_PAUSED] = {"paused", STYLE_WARN}, [JOB_DONE] = {"done", STYLE_GOOD}, [JOB_STOPPED] = {"stopped", STYLE_WARN},
    [JOB_FAILED] = {"unfinished", STYLE_WARN},
  };

  if (g->has_live && item->row.id == g->job && g->live.state == ACTIVITY_RUNNING)
    return (struct state_words){"running", STYLE_GOOD};
  if (g->has_live && item->row.id == g->job && g->live.state == ACTIVITY_PAUSED)
    return (struct state_words){"paused", STYLE_WARN};
  if (item->elsewhere)
    return (struct state_words){"runs in another process", STYLE_GOOD};
  return of_file[item->row.state];
}

/* Figures of the job: those of the board while it runs, else those of the file. */
static struct job_live
figures_of(const struct generate *g)
{
  const struct funnel *f = &g->funnel;

  if (generate_runs(g))
    return g->live.job;
  return (struct job_live){.requests = f->n_requests, .ok = f->ok, .retried = f->retried, .failed = f->failed,
    .cached = f->cached, .wanted = f->requested, .kept = f->kept, .dropped = funnel_n_dropped(f), .tokens_in = f->tokens_in,
    .tokens_out = f->tokens_out, .cost_usd = f->cost_usd};
}

static void
draw_head(struct generate *g, const struct job_item *item, struct canvas *c, struct area a)
{
  struct job_live f = figures_of(g);
  struct state_words state = state_of(g, item);
  char n[PART_TEXT], m[PART_TEXT], right[120] = "";
  int col = canvas_printf(c, a, 0, 1, STYLE_NAME, "job %u", item->row.id);
  uint32_t answered = f.ok + f.cached;

  if (generate_runs(g) && g->live.rate > 0 && g->live.total > g->live.done)
    snprintf(right, sizeof right, "%s/s   ETA %s ", part_short(g->live.rate, n),
             part_seconds((double)(g->live.total - g->live.done) / g->live.rate, m));
  col = canvas_str(c, a, 0, col + 2, STYLE_BOLD, item->template_name);
  if (a.cols >= 70) {
    col = canvas_str(c, a, 0, col + 2, STYLE_DIM, "teacher");
    col = canvas_str(c, a, 0, col + 1, STYLE_NORMAL, item->teacher_name);
  }
  col = canvas_str(c, a, 0, col + 2, state.style, state.words);
  if (f.failed && !generate_runs(g))
    col = canvas_printf(c, a, 0, col, STYLE_BAD, ", %s failed", answered ? part_count(f.failed, n) : "every request");
  else if (f.requests)
    col = canvas_printf(c, a, 0, col + 2, STYLE_NORMAL, "%s", part_percent(answered, f.requests, n));
  if (col + (int)strlen(right) + 1 < a.cols)
    canvas_right(c, a, 0, a.cols - (int)strlen(right), (int)strlen(right), STYLE_NORMAL, right);
}

/* Words that are left out from the end on where they do not fit. */
struct words {
  struct canvas *c;
  struct area a;
  int col;
};

static void __attribute__((format(printf, 4, 5)))
say(struct words *w, const char *name, enum style s, const char *format, ...)
{
  char value[120];
  va_list args;
  int width;

  va_start(args, format);
  vsnprintf(value, sizeof value, format, args);
  va_end(args);
  width = canvas_width(name, strlen(name)) + 1 + canvas_width(value, strlen(value));
  if (w->col + width > w->a.cols) {
    w->col = w->a.cols;
    return;
  }
  w->col = canvas_str(w->c, w->a, 0, w->col, STYLE_DIM, name);
  w->col = canvas_str(w->c, w->a, 0, w->col + 1, s, value) + 3;
}

static void
draw_figures(struct generate *g, struct canvas *c, struct area a)
{
  struct job_live f = figures_of(g);
  struct words w = {c, a, 1};
  char n[PART_TEXT], m[PART_TEXT];

  if (generate_runs(g))
    say(&w, "in flight", STYLE_NORMAL, "%u of %u", f.in_flight, f.max_in_flight);
  say(&w, "requests", STYLE_NORMAL, "%s of %s", part_count(f.ok + f.cached, n), part_count(f.requests, m));
  say(&w, "failed", f.failed ? STYLE_BAD : STYLE_NORMAL, "%u", f.failed);
  if (f.budget_usd > 0)
    say(&w, "cost", STYLE_NORMAL, "%s of %s", part_money(f.cost_usd, n), part_money(f.budget_usd, m));
  else
    say(&w, "cost", STYLE_NORMAL, "%s", part_money(f.cost_usd, n));
  say(&w, "tokens", STYLE_NORMAL, "%s in, %s out", part_short((double)f.tokens_in, n), part_short((double)f.tokens_out, m));
  say(&w, "tried again", STYLE_NORMAL, "%u", f.retried);
  if (f.cached)
    say(&w, "answered before", STYLE_NORMAL, "%u", f.cached);
}

/* ---- labels ---- */

static const struct board_cell *
cell_of(const struct generate *g, uint16_t label)
{
  for (size_t i = 0; i < g->n_cells; i++)
    if (g->cells[i].label == label)
      return &g->cells[i];
  return NULL;
}

static int
label_width(const struct labels *l, int most)
{
  int width = 6;

  for (size_t i = 0; i < labels_count(l); i++) {
    const char *name = label_name(l, (uint16_t)i);
    int w = canvas_width(name, strlen(name));

    width = w > width ? w : width;
  }
  return width < most ? width : most;
}

static void
draw_label(struct generate *g, const struct funnel_label *row, struct canvas *c, struct area a, int name_cols)
{
  const struct labels *labels = corpus_labels(project_corpus(g->p));
  const struct board_cell *live = cell_of(g, row->label);
  const char *name = row->label == LABEL_NONE ? "no label" : label_name(labels, row->label);
  uint32_t kept = live && live->kept > row->kept ? live->kept : row->kept, n_dropped = 0;   /* the file is read less often */
  uint32_t wanted = row->wanted;
  char n[PART_TEXT], m[PART_TEXT];
  int bar = a.cols / 3 > 30 ? 30 : a.cols / 3, col;
  struct words w = {c, a, 0};

  for (int i = 0; i < N_DROP_REASONS; i++)
    n_dropped += row->dropped[i];
  n_dropped = live && live->dropped > n_dropped ? live->dropped : n_dropped;
  col = canvas_fit(c, a, 0, 1, name_cols, STYLE_LABEL, name, strlen(name)) + 1;
  canvas_bar(c, a, 0, col, bar, STYLE_BAR, wanted ? (double)kept / wanted : 0);
  col += bar + 1;
  w.col = canvas_printf(c, a, 0, col, STYLE_NUMBER, "%s of %s", part_count(kept, n), part_count(wanted, m));
  w.col = w.col + 2 > col + 14 ? w.col + 2 : col + 14;
  if (kept + n_dropped && w.col + 9 < a.cols)
    canvas_printf(c, a, 0, w.col, STYLE_DIM, "kept %s", part_percent(kept, kept + n_dropped, n));
  w.col += 12;
  for (int i = 0; i < N_DROP_REASONS; i++)
    if (row->dropped[i])
      say(&w, drop_words[i], STYLE_WARN, "%u", row->dropped[i]);
}

/* In one column where they fit, else in several; returns the rows used. */
static int
draw_labels(struct generate *g, struct canvas *c, struct area a)
{
  size_t n = g->funnel.n_labels, rows = (size_t)(a.rows > 0 ? a.rows : 0), columns = 1, most;
  int name_cols = label_width(corpus_labels(project_corpus(g->p)), a.cols / 5 > 18 ? 18 : a.cols / 5), cols;

  if (rows == 0 || n == 0)
    return 0;
  most = (size_t)(a.cols / (name_cols + 34));
  if (n > rows && most > 1) {
    columns = (n + rows - 1) / rows;
    columns = columns > most ? most : columns;
  }
  cols = a.cols / (int)columns;
  rows = (n + columns - 1) / columns < rows ? (n + columns - 1) / columns : rows;
  for (size_t i = 0; i < n && i < rows * columns; i++) {
    struct area cell = area_cols(area_rows(a, (int)(i % rows), 1), (int)(i / rows) * cols, cols);

    if (i + 1 == rows * columns && n > rows * columns)
      canvas_printf(c, cell, 0, 1, STYLE_DIM, "… and %zu more labels", n - i);
    else
      draw_label(g, &g->funnel.labels[i], c, cell, name_cols);
  }
  return (int)rows;
}

/* ---- the lower half ---- */

struct list *
generate_list(struct generate *g)
{
  return g->page == PAGE_FUNNEL && g->reason != DROP_NONE ? &g->reasons : &g->lists[g->page];
}

void
generate_tabs(const struct generate *g, struct part_tab tabs[N_PAGES])
{
  tabs[PAGE_TEXTS] = (struct part_tab){"texts", "t", (double)g->n_stream};
  tabs[PAGE_FUNNEL] = (struct part_tab){"why dropped", "w", (double)g->n_dropped};
  tabs[PAGE_FAILED] = (struct part_tab){"failed", "f", (double)g->n_failed};
  tabs[PAGE_JOBS] = (struct part_tab){"jobs", "o", (double)g->n_jobs};
}

static void
draw_dropped(struct generate *g, const struct dropped_row *d, struct canvas *c, struct area a, int name_cols)
{
  const struct labels *labels = corpus_labels(project_corpus(g->p));
  enum drop_reason reason = drop_parse(d->reason);
  const char *words = reason == DROP_NONE ? d->reason : drop_words[reason];
  const char *text = d->text ? d->text : "(the whole reply: Enter shows it)";
  const char *label = d->label == LABEL_NONE ? "" : label_name(labels, d->label);
  char why[80];
  int width, col;

  if (d->of_id)
    snprintf(why, sizeof why, "%s of %u", words, d->of_id);
  else
    snprintf(why, sizeof why, "%s", words);
  width = canvas_width(why, strlen(why));
  canvas_put(c, a, 0, 1, STYLE_WARN, '~');
  col = canvas_fit(c, a, 0, 3, name_cols, STYLE_DIM, label, strlen(label)) + 2;
  canvas_fit(c, a, 0, col, a.cols - col - width - 3, STYLE_DIM, text, strlen(text));
  canvas_right(c, a, 0, a.cols - width - 1, width, STYLE_WARN, why);
}

static void
draw_kept(struct generate *g, uint32_t id, struct canvas *c, struct area a, int name_cols)
{
  struct corpus *corpus = project_corpus(g->p);
  struct buf label = BUF_INIT;
  struct sample s;
  bool there = corpus_get(corpus, id, &s);
  const char *status = !there ? "undone" : status_names[s.status];
  int col;

  labels_join(&label, corpus_labels(corpus), s.labels, s.n_labels, ", ");
  canvas_put(c, a, 0, 1, there ? STYLE_GOOD : STYLE_DIM, there ? '+' : '-');
  col = canvas_fit(c, a, 0, 3, name_cols, STYLE_LABEL, buf_str(&label), label.n) + 2;
  canvas_fit(c, a, 0, col, a.cols - col - 11, there ? STYLE_NORMAL : STYLE_DIM, s.text, s.n_text);
  canvas_right(c, a, 0, a.cols - 9, 8, s.status == STATUS_ACCEPTED ? STYLE_GOOD : STYLE_DIM, status);
  buf_release(&label);
}

#define READ_COLS 150          /* an eye does not follow a row further than that */

struct row_context {
  struct generate *g;
  int name_cols;
  bool at_reason;
};

static void
draw_text_row(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct row_context *x = arg;
  const struct stream_row *row = &x->g->stream[i];

  (void)here;
  a = area_cols(a, 0, READ_COLS);
  if (row->sample)
    draw_kept(x->g, row->sample, c, a, x->name_cols);
  else
    draw_dropped(x->g, &x->g->dropped[row->dropped], c, a, x->name_cols);
}

static void
draw_reason_row(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct row_context *x = arg;

  (void)here;
  draw_dropped(x->g, &x->g->dropped[x->g->of_reason[i]], c, area_cols(a, 0, READ_COLS), x->name_cols);
}

static void
draw_funnel_row(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  static const char *const stages[FUNNEL_STAGES] = {"asked", "answered", "parsed", "kept"};
  struct generate *g = ((struct row_context *)arg)->g;
  const struct funnel *f = &g->funnel;
  uint32_t values[FUNNEL_STAGES] = {f->requested, f->answered, f->parsed, f->kept};
  char n[PART_TEXT];
  int bar = a.cols > 60 ? a.cols - 46 : a.cols - 34;
  enum drop_reason reason;

  (void)here;
  if (i < FUNNEL_STAGES) {
    canvas_str(c, a, 0, 1, STYLE_BOLD, stages[i]);
    canvas_right(c, a, 0, 14, 9, STYLE_NUMBER, part_count(values[i], n));
    canvas_right(c, a, 0, 23, 7, STYLE_DIM, part_percent(values[i], f->requested, n));
    canvas_bar(c, a, 0, 32, bar > 60 ? 60 : bar, STYLE_BAR, f->requested ? (double)values[i] / f->requested : 0);
    return;
  }
  reason = generate_reason_at(g, i - FUNNEL_STAGES);
  if (reason == DROP_NONE)
    return;
  canvas_str(c, a, 0, 1, STYLE_WARN, drop_words[reason]);
  canvas_right(c, a, 0, 14, 9, STYLE_NUMBER, part_count(f->dropped[reason], n));
  canvas_fit(c, a, 0, 25, a.cols - 26, STYLE_DIM, drop_defs[reason].help, strlen(drop_defs[reason].help));
}

static void
draw_failed_row(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct row_context *x = arg;
  const struct request_row *r = &x->g->failed[i];
  const struct labels *labels = corpus_labels(project_corpus(x->g->p));
  const char *label = r->label == LABEL_NONE ? "" : label_name(labels, r->label), *why = r->error ? r->error : "", *own;
  char status[24];
  int col = canvas_printf(c, a, 0, 1, STYLE_NUMBER, "%6u", r->id) + 2;

  (void)here;
  col = canvas_fit(c, a, 0, col, x->name_cols, STYLE_LABEL, label, strlen(label)) + 2;
  snprintf(status, sizeof status, "HTTP %u: ", r->http_status);
  if ((own = strstr(why, status)))   /* the server's own words; the rest stands in the page */
    why = own + strlen(status);
  if (r->http_status)
    canvas_printf(c, a, 0, col, STYLE_BAD, "%u", r->http_status);
  col = canvas_printf(c, a, 0, col + 5, STYLE_DIM, r->tries == 1 ? "1 try  " : "%u tries", r->tries) + 2;
  canvas_fit(c, a, 0, col, a.cols - col - 1, STYLE_NORMAL, why, strlen(why));
}

static void
draw_job_row(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct generate *g = ((struct row_context *)arg)->g;
  const struct job_item *item = &g->jobs[i];
  struct state_words state = state_of(g, item);
  char n[PART_TEXT], when[20];
  int col = canvas_printf(c, a, 0, 1, item->row.id == g->job ? STYLE_NAME : STYLE_NUMBER, "%c%4u",
                          item->row.id == g->job ? '>' : ' ', item->row.id) + 2;

  (void)here;
  col = canvas_fit(c, a, 0, col, a.cols / 4, STYLE_BOLD, item->template_name, strlen(item->template_name)) + 1;
  col = canvas_fit(c, a, 0, col, a.cols / 6, STYLE_NORMAL, item->teacher_name, strlen(item->teacher_name)) + 1;
  col = canvas_fit(c, a, 0, col, 11, state.style, state.words, strlen(state.words)) + 1;
  if (item->has_figures) {
    canvas_right(c, a, 0, col, 7, STYLE_NUMBER, part_count(item->figures.kept, n));
    canvas_right(c, a, 0, col + 7, 9, STYLE_NUMBER, part_money(item->figures.cost_usd, n));
  }
  clock_format(item->row.at_ms, when, sizeof when);
  if (col + 17 + 18 < a.cols)
    canvas_str(c, a, 0, col + 18, STYLE_DIM, when);
}

typedef void draw_row_fn(void *arg, struct canvas *c, struct area a, size_t i, bool here);

/* What stands over a page's rows, NULL: nothing; and what is said where it has none. */
static const char *
nothing_there(const struct generate *g)
{
  switch (g->page) {
  case PAGE_TEXTS:
    return generate_runs(g) ? "Waiting for the first reply" : "No texts came of this job";
  case PAGE_FAILED:
    return "No request failed";
  case PAGE_JOBS: case PAGE_FUNNEL: case N_PAGES:
    break;
  }
  return "";
}

static void
draw_page_head(struct generate *g, struct canvas *c, struct area a)
{
  int col;

  switch (g->page) {
  case PAGE_JOBS:
    canvas_str(c, a, 0, 4, STYLE_HEAD, "job");
    col = 8 + a.cols / 4 + 1;
    canvas_str(c, a, 0, 8, STYLE_HEAD, "template");
    canvas_str(c, a, 0, col, STYLE_HEAD, "teacher");
    col += a.cols / 6 + 1;
    canvas_str(c, a, 0, col, STYLE_HEAD, "state");
    canvas_right(c, a, 0, col + 12, 7, STYLE_HEAD, "kept");
    canvas_right(c, a, 0, col + 19, 9, STYLE_HEAD, "cost");
    if (col + 47 < a.cols)
      canvas_str(c, a, 0, col + 30, STYLE_HEAD, "begun");
    break;
  case PAGE_FUNNEL:
    if (g->reason != DROP_NONE)
      canvas_printf(c, a, 0, 1, STYLE_HEAD, "%s: %s (Esc goes back)", drop_words[g->reason], drop_defs[g->reason].help);
    break;
  case PAGE_TEXTS: case PAGE_FAILED: case N_PAGES:
    break;
  }
}

static void
draw_page(struct generate *g, struct canvas *c, struct area a)
{
  static draw_row_fn *const rows[N_PAGES] = {draw_text_row, draw_funnel_row, draw_failed_row, draw_job_row};
  bool reason = g->page == PAGE_FUNNEL && g->reason != DROP_NONE, head = reason || g->page == PAGE_JOBS;
  struct row_context x = {g, label_width(corpus_labels(project_corpus(g->p)), a.cols / 5 > 16 ? 16 : a.cols / 5), reason};
  struct list *l = generate_list(g);

  if (head) {
    draw_page_head(g, c, area_rows(a, 0, 1));
    a = area_rows(a, 1, a.rows - 1);
  }
  g->list_area = a;
  if (l->n == 0 && *nothing_there(g))
    canvas_str(c, a, 0, 1, STYLE_DIM, nothing_there(g));
  list_draw(l, c, a, g->step == STEP_NONE, reason ? draw_reason_row : rows[g->page], &x);
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

static void
draw_step(struct generate *g, struct canvas *c, struct area a)
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

/* ---- all of it ---- */

static void
draw_job(struct generate *g, const struct job_item *item, struct canvas *c, struct area a)
{
  bool has_message = !generate_runs(g) && item->row.message && *item->row.message;
  const char *message = has_message ? item->row.message : g->has_live ? g->live.message : "";
  int head = 1 + (*message != '\0'), budget = a.rows - head - 2, least = budget / 2 > 4 ? budget / 2 : 4, used;
  struct part_tab tabs[N_PAGES];

  draw_head(g, item, c, area_rows(a, 0, 1));
  if (*message)
    canvas_fit(c, area_rows(a, 1, 1), 0, 1, a.cols - 2, generate_runs(g) ? STYLE_DIM : STYLE_WARN, message, strlen(message));
  used = head + draw_labels(g, c, area_rows(a, head, budget - least));
  draw_figures(g, c, area_rows(a, used, 1));
  generate_tabs(g, tabs);
  g->tabs_area = area_rows(a, used + 1, 1);
  part_tabs_draw(c, g->tabs_area, tabs, N_PAGES, g->page, g->step == STEP_NONE);
  draw_page(g, c, area_rows(a, used + 2, a.rows));
}

static void
draw_empty(struct generate *g, struct canvas *c, struct area a)
{
  struct corpus *corpus = project_corpus(g->p);

  if (corpus_name_count(corpus, NAME_TEACHER) == 0)
    part_empty(c, a, "No teacher yet\n"
                     "A teacher is the large model that writes the texts.\n"
                     "`:` and then the command tells retort of one:\n"
                     "  teacher add NAME --url https://api.openai.com/v1\n"
                     "    --model MODEL --key-env OPENAI_API_KEY");
  else if (corpus_name_count(corpus, NAME_TEMPLATE) == 0)
    part_empty(c, a, "No template yet\n"
                     "A template is what is asked of the teacher.\n"
                     "`1` goes to the templates, `n` there makes one.");
  else
    part_empty(c, a, "Nothing has been generated yet\n"
                     "`n` asks a teacher for texts: how many of each label,\n"
                     "and for how much money at the most.\n"
                     "What it takes and costs is shown before anything is sent.");
}

void
generate_draw(struct generate *g, struct canvas *c, struct area a)
{
  const struct job_item *item = generate_job_item(g, g->job);

  g->view_area = a;
  if (!g->loaded_ms)
    return;
  if (item)
    draw_job(g, item, c, a);
  else
    draw_empty(g, c, a);
  draw_step(g, c, a);
}

/* ---- pages ---- */

static void
add_messages(struct buf *out, const char *json)
{
  struct json *array = json_parse(json, strlen(json), NULL, NULL);
  struct messages m;

  if (array && messages_of_json(&m, array, NULL) == 0)
    for (size_t i = 0; i < m.n; i++)
      buf_addf(out, "\nsent as %s\n%s\n", m.v[i].role, m.v[i].content);
  else
    buf_addf(out, "\nsent\n%s\n", json);
  if (array)
    messages_release(&m);
  json_free(array);
}

static void
add_reply(struct buf *out, const struct request_row *r)
{
  struct chat_reply chat;

  if (chat_parse(r->reply, r->n_reply, &chat, NULL) == 0)
    buf_addf(out, "\nthe reply\n%s\n", chat.content);
  else
    buf_addf(out, "\nthe raw reply\n%s\n", r->reply);
  chat_reply_release(&chat);
}

static void
add_request(struct generate *g, struct buf *out, uint32_t id)
{
  struct request_row r = {0};
  struct err e = {0};
  char n[PART_TEXT];

  if (!id || job_store_request(g->p, id, &r, &e))
    return;
  buf_addf(out, "request    %u of job %u, %s", r.id, r.job_id, request_state_names[r.state]);
  if (r.http_status)
    buf_addf(out, ", HTTP %u", r.http_status);
  buf_addf(out, ", %u %s%s\n", r.tries, r.tries == 1 ? "try" : "tries", r.cached ? ", answered before" : "");
  if (r.tokens_in || r.tokens_out)
    buf_addf(out, "tokens     %llu in, %llu out, %s\n", (unsigned long long)r.tokens_in, (unsigned long long)r.tokens_out,
             part_money(r.cost_usd, n));
  if (r.error && *r.error)
    buf_addf(out, "the server's words\n%s\n", r.error);
  if (r.reply && r.n_reply)
    add_reply(out, &r);
  add_messages(out, r.messages ? r.messages : "");
  request_row_release(&r);
}

static void
add_attributes(struct buf *out, const char *attributes)
{
  const char *at = attributes ? attributes : "", *name, *value;
  size_t n_name, n_value;

  while (attribute_next(&at, &name, &n_name, &value, &n_value))
    buf_addf(out, "%-10.*s %.*s\n", (int)n_name, name, (int)n_value, value);
}

void
generate_page_of_row(struct generate *g, const struct stream_row *row)
{
  struct corpus *corpus = project_corpus(g->p);
  const struct labels *labels = corpus_labels(corpus);
  const struct dropped_row *d = row->sample ? NULL : &g->dropped[row->dropped];
  struct buf out = BUF_INIT;
  struct sample s = {0};
  char title[60];

  if (row->sample) {
    corpus_get(corpus, row->sample, &s);
    snprintf(title, sizeof title, "sample %u", row->sample);
    buf_addf(&out, "%s\n%s%s\nlabel      ", s.text, s.text2 ? s.text2 : "", s.text2 ? "\n" : "");
    labels_join(&out, labels, s.labels, s.n_labels, ", ");
    buf_addf(&out, "\nstatus     %s\n", status_names[s.status]);
    add_attributes(&out, s.attributes);
  } else {
    snprintf(title, sizeof title, "dropped: %s", d->reason);
    buf_addf(&out, "%s\n%s%s\n", d->text ? d->text : "(the whole reply)", d->text2 ? d->text2 : "", d->text2 ? "\n" : "");
    buf_addf(&out, "why        %s%s%s\n", d->reason, d->detail && *d->detail ? ": " : "", d->detail ? d->detail : "");
    if (d->of_id && (corpus_get(corpus, d->of_id, &s), s.text))
      buf_addf(&out, "double of  %u: %s\n", d->of_id, s.text);
    if (d->label != LABEL_NONE)
      buf_addf(&out, "label      %s\n", label_name(labels, d->label));
    add_attributes(&out, d->attributes);
  }
  add_request(g, &out, row->request);
  workbench_page(g->w, title, buf_str(&out));
  buf_release(&out);
}

void
generate_page_of_request(struct generate *g, const struct request_row *row)
{
  struct buf out = BUF_INIT;
  char title[60];

  snprintf(title, sizeof title, "failed request %u", row->id);
  add_attributes(&out, row->attributes);
  add_request(g, &out, row->id);
  workbench_page(g->w, title, buf_str(&out));
  buf_release(&out);
}
