/* Audit: a random part of one's own decisions, shown a second time as the samples came, over Curate; at the end, how
 * far the answers agree with what was decided. Answers change no sample. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "command/command.h"
#include "curate/audit.h"
#include "ui/label-keys.h"
#include "ui/pane.h"
#include "ui/view.h"
#include "ui/workbench.h"

#define AUDIT_SEED 1
#define SET_MAX 256
#define TEXT_COLS 84

/* Answers on their way to the project; it outlives the view. */
struct answers {
  struct workbench *w;
  struct project *project;
  size_t pending;
  bool open;                 /* the view is */
  bool complete;             /* all were given: the report is wanted */
};
struct audit_view {
  struct workbench *w;
  const struct corpus *corpus;
  struct audit_pass pass;
  size_t at;
  uint16_t set[SET_MAX];     /* the labels as they would be answered */
  uint32_t n_set;
  struct answers *answers;
  struct pane text;
};

/* ---- the report ---- */

struct report {
  struct workbench *w;
  struct project *project;
  char *output;
  struct err e;
  int status;
};

static void
report_work(void *arg)
{
  struct report *r = arg;
  struct command_environment env = {.project = r->project};
  size_t n;

  r->status = command_line(&env, "curate --audit", &r->output, &n, &r->e);
}

static void
report_done(void *arg)
{
  struct report *r = arg;

  if (r->status)
    workbench_complain(r->w, &r->e);
  else
    workbench_page(r->w, "how far you agree with yourself", r->output);
  free(r->output);
  free(r);
}

static void
show_report(struct workbench *w)
{
  struct report *r = xcalloc(1, sizeof *r);

  *r = (struct report){.w = w, .project = workbench_project(w)};
  workbench_work(w, report_work, report_done, r);
}

/* ---- answers ---- */

static void
settle(struct answers *a)
{
  if (a->pending)
    return;
  if (a->complete)
    show_report(a->w);
  a->complete = false;
  if (!a->open)
    free(a);
}

struct answer {
  struct answers *answers;
  uint32_t sample;
  struct judgement judgement;
  struct err e;
  int status;
};

static void
answer_work(void *arg)
{
  struct answer *a = arg;

  a->status = audit_answer(a->answers->project, a->sample, &a->judgement, &a->e);
}

static void
answer_done(void *arg)
{
  struct answer *a = arg;

  if (a->status < 0)
    workbench_complain(a->answers->w, &a->e);
  a->answers->pending--;
  settle(a->answers);
  free(a->judgement.labels);
  free(a);
}

/* The next sample, with the labels that it came with. */
static void
begin(struct audit_view *v)
{
  const struct judgement *came = &v->pass.items[v->at].came;

  v->n_set = came->n_labels < SET_MAX ? came->n_labels : SET_MAX;
  if (v->n_set)
    memcpy(v->set, came->labels, v->n_set * sizeof *v->set);
  v->text.top = 0;
}

static void
give(struct audit_view *v, enum status status)
{
  struct answer *a = xcalloc(1, sizeof *a);

  *a = (struct answer){.answers = v->answers, .sample = v->pass.items[v->at].sample};
  a->judgement = (struct judgement){status, xmalloc((v->n_set + 1) * sizeof *v->set), v->n_set};
  memcpy(a->judgement.labels, v->set, v->n_set * sizeof *v->set);
  v->answers->pending++;
  workbench_work(v->w, answer_work, answer_done, a);
  if (++v->at < v->pass.n) {
    begin(v);
    return;
  }
  v->answers->complete = true;
  workbench_close_over(v->w);
}

/* ---- keys ---- */

static void
accept(struct workbench *w, void *view, int n)
{
  (void)w, (void)n;
  give(view, STATUS_ACCEPTED);
}

static void
reject(struct workbench *w, void *view, int n)
{
  (void)w, (void)n;
  give(view, STATUS_REJECTED);
}

static void
toggle(struct audit_view *v, uint16_t label)
{
  uint32_t i = 0;

  while (i < v->n_set && v->set[i] < label)
    i++;
  if (i < v->n_set && v->set[i] == label) {
    memmove(&v->set[i], &v->set[i + 1], (--v->n_set - i) * sizeof *v->set);
  } else if (v->n_set < SET_MAX) {
    memmove(&v->set[i + 1], &v->set[i], (v->n_set++ - i) * sizeof *v->set);
    v->set[i] = label;
  }
}

static void
label_it(void *view, int label)
{
  struct audit_view *v = view;

  if ((size_t)label >= labels_count(corpus_labels(v->corpus)))
    return;
  if (corpus_task(v->corpus) == TASK_MULTILABEL) {
    toggle(v, (uint16_t)label);
    return;
  }
  v->set[0] = (uint16_t)label;
  v->n_set = 1;
  give(v, STATUS_ACCEPTED);
}

static void
digit(struct workbench *w, void *view, int n)
{
  (void)n;
  label_it(view, (int)(workbench_last_key(w)->code - '1'));
}

static void
menu(struct workbench *w, void *view, int n)
{
  struct audit_view *v = view;
  size_t count = labels_count(corpus_labels(v->corpus));
  const char **names = xcalloc(count + 1, sizeof *names);

  (void)n;
  for (size_t i = 0; i < count; i++)
    names[i] = label_name(corpus_labels(v->corpus), (uint16_t)i);
  workbench_menu(w, "label", names, count, v->n_set ? v->set[0] : 0, label_it, v);
  free(names);
}

static void
leave(struct workbench *w, void *view, int n)
{
  (void)view, (void)n;
  workbench_say(w, "what was answered is kept; A goes on with the rest");
  workbench_close_over(w);
}

static const struct binding bindings[] = {
  {.keys = "a Enter", .action = accept, .help = "accept, with the labels that are marked", .hint = "accept"},
  {.keys = "x", .action = reject, .help = "reject", .hint = "reject"},
  {.keys = "1 2 3 4 5 6 7 8 9", .action = digit,
   .help = "accept with this label; where a text may have several: put it in, or take it out"},
  {.keys = "l", .action = menu, .help = "the same from a menu", .hint = "label"},
  {.keys = "Esc", .action = leave, .help = "leave it for now", .hint = "leave"},
  {.keys = NULL},
};

/* ---- drawing ---- */

static void
draw(void *view, struct canvas *c, struct area a)
{
  struct audit_view *v = view;
  struct label_keys keys = {corpus_labels(v->corpus), v->set, v->n_set, LABEL_NONE};
  int rows = label_keys_rows(&keys, a.cols);
  struct sample s;

  if (v->at >= v->pass.n)
    return;
  corpus_get(v->corpus, v->pass.items[v->at].sample, &s);
  canvas_printf(c, a, 0, 1, STYLE_BOLD, "judge again  %zu of %zu", v->at + 1, v->pass.n);
  canvas_str(c, a, 0, 28, STYLE_DIM, a.cols >= 100 ? "as it came, without what you decided; nothing is changed by it"
             : "as it came; changes nothing");
  canvas_bar(c, a, 1, 0, a.cols, STYLE_BAR, (double)v->at / (double)v->pass.n);
  pane_clear(&v->text);
  pane_add(&v->text, STYLE_BOLD, s.text, s.n_text);
  if (s.text2) {
    pane_str(&v->text, STYLE_HEAD, "\n\nsecond text\n");
    pane_add(&v->text, STYLE_BOLD, s.text2, s.n_text2);
  }
  pane_draw(&v->text, c, area_cols(area_rows(a, 3, a.rows - 4 - rows), 2,
                                   a.cols - 4 > TEXT_COLS ? TEXT_COLS : a.cols - 4));
  canvas_hline(c, a, a.rows - rows - 1, STYLE_RULE);
  label_keys_draw(&keys, c, area_rows(a, a.rows - rows, rows));
}

static void
move(void *view, enum move m)
{
  struct audit_view *v = view;

  pane_move(&v->text, m);
}

static void
close_view(void *view)
{
  struct audit_view *v = view;

  v->answers->open = false;
  settle(v->answers);
  audit_pass_release(&v->pass);
  pane_release(&v->text);
  free(v);
}

const struct view view_audit = {
  .name = "Audit",
  .about = "a random 5 % of your own decisions, judged a second time: how far you agree with yourself is the best that a "
           "student can be expected to agree with you",
  .bindings = bindings,
  .draw = draw,
  .move = move,
  .close = close_view,
};

/* ---- beginning ---- */

struct picking {
  struct workbench *w;
  struct project *project;
  struct audit_pass pass;
  struct err e;
  int status;
};

static void
picking_work(void *arg)
{
  struct picking *p = arg;

  p->status = audit_pick(p->project, AUDIT_SHARE, AUDIT_SEED, &p->pass, &p->e);
}

static void
open_on(struct workbench *w, const struct audit_pass *pass)
{
  struct audit_view *v = xcalloc(1, sizeof *v);

  v->w = w;
  v->corpus = workbench_corpus(w);
  v->pass = *pass;
  v->answers = xcalloc(1, sizeof *v->answers);
  *v->answers = (struct answers){.w = w, .project = workbench_project(w), .open = true};
  pane_init(&v->text);
  begin(v);
  workbench_open_over(w, &view_audit, v);
}

static void
picking_done(void *arg)
{
  struct picking *p = arg;

  if (p->status < 0)
    workbench_complain(p->w, &p->e);
  else if (p->pass.n) {
    open_on(p->w, &p->pass);
    p->pass = (struct audit_pass){0};
  } else if (p->pass.n_picked)
    show_report(p->w);
  else
    workbench_say(p->w, "nothing was decided one by one yet: there is nothing to judge again");
  if (p->status == 0)
    audit_pass_release(&p->pass);
  free(p);
}

void
audit_open(struct workbench *w, void *view, int n)
{
  struct picking *p = xcalloc(1, sizeof *p);

  (void)view, (void)n;
  *p = (struct picking){.w = w, .project = workbench_project(w)};
  workbench_work(w, picking_work, picking_done, p);
}
