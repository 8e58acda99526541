/* view 5: runs side by side, and the experiments that say whether generated texts help. */
#include "ui/view-compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* ---- life ---- */

static void *
open_view(struct workbench *w)
{
  struct compare *v = xcalloc(1, sizeof *v);
  char *setting;

  v->w = w;
  v->p = workbench_project(w);
  v->records_seen = UINT64_MAX;
  for (int i = 0; i < 2; i++)
    grounds_init(&v->grounds[i], w);
  setting = project_setting(v->p, "baseline");
  v->baseline = setting ? (uint32_t)strtoul(setting, NULL, 10) : 0;
  free(setting);
  return v;
}

static void
close_view(void *view)
{
  struct compare *v = view;

  for (int i = 0; i < 2; i++)
    grounds_release(&v->grounds[i]);
  compare_data_release(v);
  free(v);
}

static void
draw(void *view, struct canvas *c, struct area a)
{
  compare_draw(view, c, a);
}

static void
update(void *view, bool visible)
{
  if (visible)
    compare_load(view);
}

/* ---- runs ---- */

static bool
has_run(struct workbench *w, void *view)
{
  (void)w;
  return compare_selected(view) != NULL;
}

static void
do_mark(struct workbench *w, void *view, int n)
{
  struct compare *v = view;
  struct compare_row *row = compare_selected(v);

  (void)w;
  (void)n;
  for (size_t i = 0; i < v->n; i++)   /* two are compared: one is marked, one selected */
    if (&v->rows[i] != row)
      v->rows[i].marked = false;
  row->marked = !row->marked;
  compare_find_disagreements(v);
}

static void
do_baseline(struct workbench *w, void *view, int n)
{
  struct compare *v = view;
  struct compare_row *row = compare_selected(v);
  struct err e = {0};
  char id[16];

  (void)n;
  if (row->kind != PREDICTOR_RUN || !row->evaluated_ms) {
    workbench_say(w, "a baseline must be a run that was evaluated: e does it");
    return;
  }
  v->baseline_kind = row->kind;
  v->baseline = row->id;
  snprintf(id, sizeof id, "%u", row->id);
  if (project_set_setting(v->p, "baseline", id, &e))
    workbench_complain(w, &e);
  compare_find_differences(v);
  compare_find_disagreements(v);
  workbench_say(w, "differences are now to %s", row->name);
}

static void
do_evaluate(struct workbench *w, void *view, int n)
{
  const struct compare_row *row = compare_selected(view);
  struct buf line = BUF_INIT;

  (void)n;
  buf_addf(&line, "evaluate --split test --%s ", row->kind == PREDICTOR_RUN ? "run" : "teacher");
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
  v->sort = (enum compare_sort)i;
  v->reverse = false;
  compare_sort_rows(v);
}

static void
do_sort(struct workbench *w, void *view, int n)
{
  struct compare *v = view;

  if (n) {
    v->reverse = !v->reverse;
    compare_sort_rows(v);
  } else {
    workbench_menu(w, "Sort by", compare_sort_names, N_SORTS, v->sort, on_sort, v);
  }
}

/* ---- experiments ---- */

static void
on_form(void *arg, const struct form *f)
{
  struct compare *v = arg;
  struct buf line = BUF_INIT;

  buf_adds(&line, "experiment");
  form_line(f, &line);
  v->page = PAGE_EXPERIMENTS;
  workbench_run(v->w, buf_str(&line));
  buf_release(&line);
}

static void
do_new(struct workbench *w, void *view, int n)
{
  struct compare *v = view;
  size_t n_rows;
  struct form *f;

  (void)n;
  if (v->has_live) {
    workbench_say(w, "an experiment is running: Space pauses it, X stops it");
    return;
  }
  free(v->form_rows);
  n_rows = part_rows(&v->form_rows, "experiment", "arm student seeds curve test seed");
  f = workbench_form(w, "A new experiment: does the student get better, by how much, at what cost?", v->form_rows, n_rows,
                     on_form, v);
  form_set(f, "arm", "seed,generated,both");
}

static bool
has_running(struct workbench *w, void *view)
{
  (void)w;
  return ((struct compare *)view)->has_live;
}

static void
do_stop(struct workbench *w, void *view, int n)
{
  struct compare *v = view;

  if (n) {
    board_stop(project_board(v->p), v->live.id);
    workbench_say(w, "stopping the experiment; in part it says nothing, and is not kept");
  } else {
    board_pause(project_board(v->p), v->live.id, v->live.state == ACTIVITY_RUNNING);
  }
}

static void
step_experiment(struct compare *v, int step)
{
  size_t n = 0;

  for (size_t i = 0; i < v->n_experiments; i++)
    n += v->results[i] != NULL;
  if (step < 0 && v->experiment > 0)
    v->experiment--;
  if (step > 0 && v->experiment + 1 < n)
    v->experiment++;
}

static void
do_experiment(struct workbench *w, void *view, int n)
{
  struct compare *v = view;

  (void)w;
  v->page = PAGE_EXPERIMENTS;
  step_experiment(v, n);
}

/* ---- moving ---- */

static void
do_page(struct workbench *w, void *view, int n)
{
  struct compare *v = view;

  (void)w;
  v->page = (enum compare_page)n;
}

/* Tab goes from the table through the pages and back. */
static void
pane(void *view, int step)
{
  struct compare *v = view;
  int at = (v->below ? 1 + (int)v->page : 0) + step, n = N_PAGES + 1;

  at = (at + n) % n;
  v->below = at > 0;
  if (at > 0)
    v->page = (enum compare_page)(at - 1);
}

static void
move(void *view, enum move m)
{
  struct compare *v = view;

  if (v->below && v->page == PAGE_DISAGREE) {
    list_move(&v->disagree_list, m);
  } else if (v->below && v->page == PAGE_EXPERIMENTS) {
    step_experiment(v, m == MOVE_UP || m == MOVE_LEFT ? -1 : m == MOVE_DOWN || m == MOVE_RIGHT ? 1 : 0);
  } else {
    list_move(&v->list, m);
    compare_find_disagreements(v);
  }
}

static void
enter(void *view)
{
  struct compare *v = view;

  if (v->below && v->page == PAGE_DISAGREE && v->disagree_list.at < v->n_disagreements)
    compare_text_page(v, &v->disagreements[v->disagree_list.at]);
  else if (!v->below && compare_selected(v))
    compare_run_page(v, compare_selected(v));
}

static bool
back(void *view)
{
  struct compare *v = view;

  if (!v->below)
    return false;
  v->below = false;
  return true;
}

static void
mouse(void *view, const struct key *k, int row, int col)
{
  struct compare *v = view;
  bool wheel = k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN;
  int step = k->mouse == MOUSE_WHEEL_UP ? -1 : 1, tab;
  struct part_tab tabs[N_PAGES];
  size_t i;

  row += v->view_area.row;
  col += v->view_area.col;
  if (area_has(v->tabs_area, row, col)) {
    compare_tabs(v, tabs);
    tab = part_tabs_hit(tabs, N_PAGES, col - v->tabs_area.col);
    if (tab >= 0 && !wheel)
      v->page = (enum compare_page)tab;
  } else if (area_has(v->table_area, row, col)) {
    if (wheel)
      list_wheel(&v->list, step);
    else if (list_hit(&v->list, row - v->table_area.row, &i))
      list_go(&v->list, i);
    v->below = false;
    compare_find_disagreements(v);
  } else if (area_has(v->page_area, row, col) && v->page == PAGE_DISAGREE) {
    if (wheel)
      list_wheel(&v->disagree_list, step);
    else if (list_hit(&v->disagree_list, row - v->page_area.row, &i))
      list_go(&v->disagree_list, i);
    v->below = true;
  }
  if (k->mouse == MOUSE_DOUBLE)
    enter(v);
}

static bool
on_disagreements(struct workbench *w, void *view)
{
  (void)w;
  return ((struct compare *)view)->page == PAGE_DISAGREE;
}

static void
do_why(struct workbench *w, void *view, int n)
{
  struct compare *v = view;

  (void)n;
  v->grounds[0].on = v->grounds[1].on = !v->grounds[0].on;
  workbench_touch(w);
}

static const struct binding bindings[] = {
  {.keys = "n", .action = do_new, .help = "a new experiment: arms, seeds, student", .hint = "experiment"},
  {.keys = "Space", .action = do_stop, .n = 0, .when = has_running, .help = "pause the experiment that runs, or go on with it",
   .hint = "pause"},
  {.keys = "X", .action = do_stop, .n = 1, .when = has_running, .help = "stop the experiment that runs", .hint = "stop"},
  {.keys = "e", .action = do_evaluate, .when = has_run, .help = "evaluate the selected run on the test texts",
   .hint = "evaluate"},
  {.keys = "b", .action = do_baseline, .when = has_run, .help = "make the selected run the baseline of all differences",
   .hint = "baseline"},
  {.keys = "m Space", .action = do_mark, .when = has_run, .help = "mark the run: the selected one is set against it",
   .hint = "mark"},
  {.keys = "l", .action = do_page, .n = PAGE_LABELS, .help = "precision, recall and F1 of each label"},
  {.keys = "c", .action = do_page, .n = PAGE_CONFUSION, .help = "which label is taken for which"},
  {.keys = "d", .action = do_page, .n = PAGE_DISAGREE, .help = "the test texts on which two runs disagree", .hint = "disagree"},
  {.keys = "w", .action = do_why, .when = on_disagreements,
   .help = "why: the words that both runs go by, of the selected text, or no more"},
  {.keys = "x", .action = do_page, .n = PAGE_EXPERIMENTS, .help = "the experiments: arms with intervals, and what they say"},
  {.keys = "[", .action = do_experiment, .n = -1, .help = "the experiment before"},
  {.keys = "]", .action = do_experiment, .n = 1, .help = "the experiment after"},
  {.keys = "s", .action = do_sort, .n = 0, .help = "sort the runs by ...", .hint = "sort"},
  {.keys = "S", .action = do_sort, .n = 1, .help = "sort the other way round"},
  {.keys = NULL},
};

static const struct figure_row figures[] = {
  {"accuracy ±95 %", "test texts that it labels rightly, and the interval that this many texts allow to tell"},
  {"macro F1", "the mean of the labels' F1, each counting the same"},
  {"Δ points", "accuracy above or below the baseline in points, and p: how often chance alone would do as much"},
  {"texts", "that it learned from"},
  {"cost", "what the generated texts that it learned from cost; of a teacher, what its labels cost for a million texts "
   "(each time that a text is put to it counts)"},
  {.name = NULL},
};

const struct view view_compare = {
  .name = "Compare", .about = "runs side by side, and whether the generated texts helped",
  .bindings = bindings, .figures = figures, .open = open_view, .close = close_view, .draw = draw, .update = update, .move = move, .enter = enter,
  .back = back, .pane = pane, .mouse = mouse,
};
