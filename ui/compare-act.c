/* The keys of Compare, and what its figures mean. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ui/view-compare.h"

/* ---- rows ---- */

static bool
has_row(struct workbench *w, void *view)
{
  (void)w;
  return compare_selected(view) != NULL;
}

static bool
can_evaluate(struct workbench *w, void *view)
{
  const struct compare_row *row = compare_selected(view);

  (void)w;
  return row && row->kind != COMPARE_ARM;
}

static void
do_mark(struct workbench *w, void *view, int n)
{
  struct compare *v = view;
  struct compare_row *row = compare_selected(v);

  (void)w, (void)n;
  row->marked = row->marked ? 0 : ++v->marks;
}

static void
do_unmark(struct workbench *w, void *view, int n)
{
  struct compare *v = view;

  (void)w, (void)n;
  for (size_t i = 0; i < v->n; i++)
    v->rows[i].marked = 0;
}

/* The baseline is kept on a thread of its own. */
struct keep {
  struct workbench *w;
  char id[16];
  struct err e;
};

static void
keep_work(void *arg)
{
  struct keep *k = arg;

  project_set_setting(workbench_project(k->w), "baseline", k->id, &k->e);
}

static void
keep_done(void *arg)
{
  struct keep *k = arg;

  if (k->e.code)
    workbench_complain(k->w, &k->e);
  free(k);
}

static void
do_baseline(struct workbench *w, void *view, int n)
{
  struct compare *v = view;
  struct compare_row *row = compare_selected(v);
  struct keep *k;

  (void)n;
  if (row->kind == COMPARE_ARM) {
    workbench_say(w, "arms are set against the first arm of their plan; m marks another, and the selected one is set "
                     "against it");
    return;
  }
  if (row->kind != COMPARE_RUN || !row->evaluated_ms) {
    workbench_say(w, "a baseline must be a run that was evaluated: e does it");
    return;
  }
  v->baseline = row->id;
  v->stale = true;
  compare_load(v);
  k = xcalloc(1, sizeof *k);
  k->w = w;
  snprintf(k->id, sizeof k->id, "%u", row->id);
  workbench_work(w, keep_work, keep_done, k);
  workbench_say(w, "differences of runs are now to %s", row->name);
}

static void
do_evaluate(struct workbench *w, void *view, int n)
{
  const struct compare_row *row = compare_selected(view);
  struct buf line = BUF_INIT;

  (void)n;
  buf_addf(&line, "evaluate --split test --%s ", row->kind == COMPARE_RUN ? "run" : "teacher");
  workbench_quote(&line, row->name);
  workbench_run(w, buf_str(&line));
  buf_release(&line);
}

static void
on_sort(void *arg, int i)
{
  struct compare *v = arg;

  if (i < 0)
    return;
  v->sort = (size_t)i;
  v->reverse = false;
  compare_sort_rows(v);
}

static void
do_sort(struct workbench *w, void *view, int n)
{
  struct compare *v = view;
  size_t n_sorts = compare_sort_count();

  if (n) {
    v->reverse = !v->reverse;
    compare_sort_rows(v);
  } else {
    workbench_menu(w, "Sort by", compare_sort_names, n_sorts, v->sort, on_sort, v);
  }
}

/* ---- pages ---- */

static void
do_page(struct workbench *w, void *view, int n)
{
  struct compare *v = view;

  (void)w;
  v->below = v->below || v->page == (enum compare_page_number)n;  /* once more: the keys go there */
  v->page = (enum compare_page_number)n;
}

static bool
on_differ(struct workbench *w, void *view)
{
  (void)w;
  return ((struct compare *)view)->page == PAGE_DIFFER;
}

static void
do_why(struct workbench *w, void *view, int n)
{
  struct compare *v = view;

  (void)n;
  v->grounds[0].on = v->grounds[1].on = !v->grounds[0].on;
  workbench_touch(w);
}

static bool
can_be_seen_otherwise(struct workbench *w, void *view)
{
  enum compare_page_number page = ((struct compare *)view)->page;

  (void)w;
  return page == PAGE_ARMS || page == PAGE_CURVE || page == PAGE_LABELS || page == PAGE_COST;
}

static void
do_other_look(struct workbench *w, void *view, int n)
{
  struct compare *v = view;

  (void)n;
  if (v->page == PAGE_ARMS) {
    v->differences = !v->differences;
  } else if (v->page == PAGE_LABELS) {
    v->worst_first = !v->worst_first;
    list_go(&v->lists[PAGE_LABELS], 0);
  } else if (v->page == PAGE_CURVE) {
    v->log_x = !v->log_x;
  } else {
    compare_next_axis(v);
    workbench_say(w, "accuracy over %s", compare_axis_name(v));
  }
}

static void
do_wide(struct workbench *w, void *view, int n)
{
  struct compare *v = view;

  (void)w, (void)n;
  v->wide = !v->wide;
}

const struct binding compare_bindings[] = {
  {.keys = "n", .line = "experiment", .action = compare_new, .help = "a new experiment: arms, seeds, students",
   .hint = "experiment"},
  {.keys = "Space", .action = compare_stop, .n = 0, .when = compare_is_running,
   .help = "pause the experiment that runs, or go on with it",
   .hint = "pause"},
  {.keys = "X", .action = compare_stop, .n = 1, .when = compare_is_running,
   .help = "stop the experiment that runs; what it has trained is kept", .hint = "stop"},
  {.keys = "C", .line = "experiment --name", .action = compare_go_on, .when = compare_is_unfinished,
   .help = "go on with the experiment that has not ended", .hint = "go on"},
  {.keys = "x", .action = do_other_look, .when = can_be_seen_otherwise, .hint = "look",
   .help = "another look: arms by accuracy or difference; a log axis of the curve; the worst labels first; another "
           "cost"},
  {.keys = "m Space", .action = do_mark, .when = has_row, .help = "mark the row: the selected one is set against it",
   .hint = "mark"},
  {.keys = "M", .action = do_unmark, .when = has_row, .help = "take all marks away"},
  {.keys = "d", .action = do_page, .n = PAGE_DIFFER, .help = "the test texts that were fixed and broken",
   .hint = "differ"},
  {.keys = "R", .line = "report", .action = compare_report, .when = compare_has_experiment,
   .help = "write the report of this experiment",
   .hint = "report"},
  {.keys = "e", .line = "evaluate", .action = do_evaluate, .when = can_evaluate,
   .help = "evaluate the selected run on the test texts", .hint = "evaluate"},
  {.keys = "b", .action = do_baseline, .when = has_row,
   .help = "make the selected run the baseline of runs and teachers",
   .hint = "baseline", .hint_when = can_evaluate},
  {.keys = "a", .action = do_page, .n = PAGE_ARMS, .help = "the arms with their intervals, and what they say"},
  {.keys = "v", .action = do_page, .n = PAGE_CURVE,
   .help = "accuracy over the number of texts, and what more would bring"},
  {.keys = "r", .action = do_page, .n = PAGE_SOURCES,
   .help = "what each template, teacher or attribute value is worth"},
  {.keys = "l", .action = do_page, .n = PAGE_LABELS,
   .help = "precision, recall and F1 of each label, with the effect on it"},
  {.keys = "c", .action = do_page, .n = PAGE_CONFUSION, .help = "which label is taken for which"},
  {.keys = "i", .action = do_page, .n = PAGE_AGREEMENT, .help = "how often two rows say the same"},
  {.keys = "o", .action = do_page, .n = PAGE_COST, .help = "accuracy over cost: what nothing beats, and what pays"},
  {.keys = "w", .action = do_why, .when = on_differ,
   .help = "why: the words that both runs go by, of the selected text, or no more"},
  {.keys = "[", .action = compare_step_experiment, .n = -1, .help = "the experiment before"},
  {.keys = "]", .action = compare_step_experiment, .n = 1, .help = "the experiment after"},
  {.keys = "z", .action = do_wide, .help = "give the page all the room, or not"},
  {.keys = "s", .action = do_sort, .n = 0, .help = "sort the rows by ...", .hint = "sort"},
  {.keys = "S", .action = do_sort, .n = 1, .help = "sort the other way round"},
  {.keys = NULL},
};

const struct figure_row compare_figures[] = {
  {"show differences above",
   "what so many test texts show four times of five, before anything is trained; less is noise to them"},
  {"accuracy ±95 %",
   "test texts answered rightly, and half the width of the interval; of arms over new test texts and new seeds"},
  {"Δ points", "accuracy above or below the first arm of the same student (of runs: the baseline) in points"},
  {"p", "how often chance alone would do as much: of arms a paired bootstrap, corrected for all differences of the "
        "experiment (Holm); of runs McNemar's"},
  {"macro F1", "the mean of the labels' F1, each counting the same"},
  {"texts", "that it learned from"},
  {"cost", "what the texts that it learned from cost; of a teacher, what its labels cost for a million texts"},
  {"µs/text", "of an answer to one text, one thread; of a teacher: the median time of a request"},
  {"bytes, params, mult-adds", "of the saved model; numbers that it learned; multiplications for one text"},
  {"CPU s", "processor seconds of one training"},
  {"law",
   "accuracy = ceiling − scale · texts^−rate, fitted to the points of the curve; texts: seeds and others together"},
  {"points, of a source",
   "accuracy of the arm with the texts of that source, minus without them; p corrected within its kind (Holm)"},
  {"prec., recall, F1", "of the texts said to be of a label, those that are; of the texts of a label, those found; "
                        "2PR/(P+R)"},
  {"should bring", "what so many more texts should bring in points, by the law, with its interval; $1: as many as that "
                     "pays for"},
  {"ΔF1", "of a label, to the first arm; p corrected for the labels of the arm (Holm)"},
  {"fixed, broken",
   "test texts that most seeds have right only in the selected row, or only in the one it is set against"},
  {"3/5", "seeds that are right on this text"},
  {"say the same", "share of the test texts on which two rows agree, right or wrong, mean over the seeds"},
  {"front", "● nothing that was tested is cheaper and as accurate, by the cost that is drawn"},
  {"pays after", "texts after which the student has paid for itself, beside the cheapest teacher"},
  {"of teacher", "its accuracy over the best teacher's"},
  {"µs at 32", "a text, when 32 are answered together"},
  {"peak", "bytes of memory that a training took"},
  {.name = NULL},
};
