/* Train: runs, their curves live, what they confuse. */
#include "ui/view-train.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/corpus.h"
#include "ui/state.h"

static void *
train_open(struct workbench *w)
{
  struct train *v = xcalloc(1, sizeof *v);

  v->w = w;
  v->project = workbench_project(w);
  v->seen = UINT64_MAX;
  v->smooth = true;
  curve_init(&v->curve, w);
  curve_init(&v->other, w);
  return v;
}

static void
train_close(void *view)
{
  struct train *v = view;

  curve_release(&v->curve);
  curve_release(&v->other);
  free(v->offered);
  run_rows_free(v->runs, v->n_runs);
  evaluation_rows_free(v->evaluations, v->n_evaluations);
  json_free(v->confusion);
  free(v->confusion_split);
  free(v->rows);
  free(v);
}

const struct run_row *
train_selected(const struct train *v)
{
  return v->list.at < v->n_runs ? &v->runs[v->list.at] : NULL;
}

/* ---- what the project file knows ---- */

struct lookup {
  struct train *v;
  struct run_row *runs;
  struct evaluation_row *evaluations;
  size_t n_runs, n_evaluations;
};

static void
lookup_work(void *arg)
{
  struct lookup *l = arg;

  if (run_store_list(l->v->project, &l->runs, &l->n_runs, NULL) < 0)
    l->n_runs = 0;
  if (run_store_evaluations(l->v->project, &l->evaluations, &l->n_evaluations, NULL) < 0)
    l->n_evaluations = 0;
}

static void
select_row(struct train *v, size_t row)
{
  list_go(&v->list, row);
  v->crossed &= train_selected(v) && v->run == train_selected(v)->id;
  v->run = train_selected(v) ? train_selected(v)->id : 0;
  curve_of(&v->curve, v->run);
  curve_update(&v->curve);
}

/* The evaluation of the selected run: on the test texts where there is one, else whatever there is. */
static void
find_confusion(struct train *v)
{
  const struct evaluation_row *best = NULL;

  for (size_t i = 0; i < v->n_evaluations; i++) {
    const struct evaluation_row *e = &v->evaluations[i];

    if (e->kind == PREDICTOR_RUN && e->predictor_id == v->run && (!best || !strcmp(e->split, "test")))
      best = e;
  }
  json_free(v->confusion);
  free(v->confusion_split);
  v->confusion = best ? json_parse(best->metrics, strlen(best->metrics), NULL, NULL) : NULL;
  v->confusion_split = xstrdup(best ? best->split : "");
  v->confusion_of = v->run;
}

/* Newest first, without the many runs that experiments make. */
static void
take_runs(struct train *v, struct run_row *runs, size_t n)
{
  size_t kept = 0, row = 0;

  for (size_t i = n; i-- > 0;) {
    if (!runs[i].experiment_id)
      continue;
    run_row_release(&runs[i]);
    memset(&runs[i], 0, sizeof runs[i]);
  }
  for (size_t i = 0; i < n; i++)
    if (runs[i].id)
      runs[kept++] = runs[i];
  for (size_t i = 0; i < kept / 2; i++) {
    struct run_row other = runs[i];

    runs[i] = runs[kept - 1 - i];
    runs[kept - 1 - i] = other;
  }
  run_rows_free(v->runs, v->n_runs);
  v->runs = runs;
  v->n_runs = kept;
  for (size_t i = 0; i < kept; i++)
    if (runs[i].id == v->run)
      row = i;
  if (v->follow && kept && runs[0].id > v->newest) {
    row = 0;
    v->follow = false;
  }
  list_keep(&v->list, kept, row);
  select_row(v, v->list.at);
}

static void
lookup_done(void *arg)
{
  struct lookup *l = arg;
  struct train *v = l->v;

  v->working = false;
  evaluation_rows_free(v->evaluations, v->n_evaluations);
  v->evaluations = l->evaluations;
  v->n_evaluations = l->n_evaluations;
  take_runs(v, l->runs, l->n_runs);
  find_confusion(v);
  free(l);
}

static void
train_update(void *view, bool visible)
{
  struct train *v = view;

  if (!visible && v->seen != UINT64_MAX && !v->follow)
    return;
  if (!v->working && v->seen != project_records_revision(v->project)) {
    struct lookup *l = xcalloc(1, sizeof *l);

    v->seen = project_records_revision(v->project);
    v->working = true;
    l->v = v;
    workbench_work(v->w, lookup_work, lookup_done, l);
  }
  curve_update(&v->curve);
  curve_update(&v->other);
}

/* ---- keys ---- */

/* The crosshair goes from point to point; in a long run by as many as a column of the chart holds. */
static void
move_cross(struct train *v, int step)
{
  size_t n = v->curve.n, by = n / 60 + 1;

  if (n == 0)
    return;
  if (!v->crossed)
    v->cross = n - 1;
  else if (step < 0)
    v->cross = v->cross > by ? v->cross - by : 0;
  else
    v->cross = v->cross + by < n ? v->cross + by : n - 1;
  v->crossed = true;
}

static void
train_pane(void *view, int step)
{
  struct train *v = view;

  (void)step;
  v->epochs_first = !v->epochs_first;
}

static bool
train_back(void *view)
{
  struct train *v = view;
  bool was = v->crossed;

  v->crossed = false;
  return was;
}

static void
train_move(void *view, enum move m)
{
  struct train *v = view;

  if (m == MOVE_LEFT || m == MOVE_RIGHT) {
    move_cross(v, m == MOVE_LEFT ? -1 : 1);
    return;
  }
  list_move(&v->list, m);
  select_row(v, v->list.at);
  if (v->confusion_of != v->run)
    find_confusion(v);
}

static bool
runs_now(struct workbench *w, void *view)
{
  struct train *v = view;

  (void)w;
  return v->curve.live && (v->curve.activity.state == ACTIVITY_RUNNING || v->curve.activity.state == ACTIVITY_PAUSED);
}

static bool
is_finished(struct workbench *w, void *view)
{
  const struct run_row *run = train_selected(view);

  (void)w;
  return run && (run->state == RUN_DONE || run->state == RUN_STOPPED) && !runs_now(w, view);
}

static bool
has_run(struct workbench *w, void *view)
{
  (void)w;
  return train_selected(view) != NULL;
}

static void
pause(struct workbench *w, void *view, int n)
{
  struct train *v = view;
  bool paused = board_paused(workbench_board(w), v->curve.activity.id);

  (void)n;
  board_pause(workbench_board(w), v->curve.activity.id, !paused);
  workbench_say(w, paused ? "%s goes on" : "%s pauses (Space goes on)", v->curve.activity.title);
}

static void
stop(struct workbench *w, void *view, int n)
{
  struct train *v = view;

  (void)n;
  board_stop(workbench_board(w), v->curve.activity.id);
  workbench_say(w, "%s stops; its best epoch is kept", v->curve.activity.title);
}

void
train_evaluate_run(struct workbench *w, const char *name)
{
  struct corpus_counts counts;
  struct buf line = BUF_INIT;

  corpus_counts(workbench_corpus(w), &counts);
  if (!counts.split[SPLIT_TEST] && !counts.split[SPLIT_VALID]) {
    workbench_say(w, "there are no test texts to evaluate on (:import FILE --split test)");
    return;
  }
  buf_adds(&line, "evaluate --run ");
  workbench_quote(&line, name);
  if (!counts.split[SPLIT_TEST])
    buf_adds(&line, " --split valid");
  workbench_run(w, buf_str(&line));
  buf_release(&line);
}

static void
evaluate(struct workbench *w, void *view, int n)
{
  (void)n;
  if (train_selected(view))
    train_evaluate_run(w, train_selected(view)->name);
}

static void
log_scale(struct workbench *w, void *view, int n)
{
  struct train *v = view;

  (void)n;
  v->log_scale = !v->log_scale;
  workbench_say(w, v->log_scale ? "loss on a log scale" : "loss on a plain scale");
}

static void
smooth(struct workbench *w, void *view, int n)
{
  struct train *v = view;

  (void)n;
  v->smooth = !v->smooth;
  workbench_say(w, v->smooth ? "training curves smoothed" : "training curves as they are");
}

static void
lay_over(void *view, int i)
{
  struct train *v = view;

  curve_of(&v->other, v->offered[i]);
  curve_update(&v->other);
}

static bool
has_others(struct workbench *w, void *view)
{
  (void)w;
  return ((struct train *)view)->n_runs > 1;
}

/* Asks which run's curves to lay over; where one lies there, it goes. */
static void
overlay(struct workbench *w, void *view, int n)
{
  struct train *v = view;
  const char **names = xcalloc(v->n_runs + 1, sizeof *names);
  size_t count = 0;

  (void)n;
  free(v->offered);
  v->offered = xcalloc(v->n_runs + 1, sizeof *v->offered);
  if (v->other.run) {
    curve_of(&v->other, 0);
    workbench_say(w, "one run's curves alone");
  } else {
    for (size_t i = 0; i < v->n_runs; i++)
      if (v->runs[i].id != v->run) {
        v->offered[count] = v->runs[i].id;
        names[count++] = v->runs[i].name;
      }
    workbench_menu(w, "lay over the validation curves of", names, count, 0, lay_over, v);
  }
  free(names);
}

static void
show_run(void *view)
{
  struct train *v = view;
  const struct run_row *run = train_selected(v);
  struct buf b = BUF_INIT;

  if (!run)
    return;
  buf_addf(&b, "%s  %s  %s\n\n", run->name, run->student, run_state_names[run->state]);
  buf_addf(&b, "data        %s\n", *run->data ? run->data : "accepted and seed (the default)");
  buf_addf(&b, "trained on  %u texts, checked on %u\n", run->n_train, run->n_valid);
  buf_addf(&b, "seed        %llu\nseconds     %.1f\n", (unsigned long long)run->seed, run->seconds);
  buf_addf(&b, "model       %zu bytes\nparameters  %s\nresult      %s\n", run->model_bytes, run->params, run->metrics);
  if (*run->message)
    buf_addf(&b, "message     %s\n", run->message);
  workbench_page(v->w, run->name, buf_str(&b));
  buf_release(&b);
}

static void
train_mouse(void *view, const struct key *k, int row, int col)
{
  struct train *v = view;
  size_t i;

  if (k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN)
    train_move(v, k->mouse == MOUSE_WHEEL_UP ? MOVE_UP : MOVE_DOWN);
  else if (area_has(v->list_area, row, col) && list_hit(&v->list, row - v->list_area.row, &i))
    select_row(v, i);
  if (v->confusion_of != v->run)
    find_confusion(v);
}

const struct binding train_bindings[] = {
  {.keys = "n", .line = "train", .action = train_new, .help = "a new run: a form of what can be told, then it starts",
   .hint = "new"},
  {.keys = "Space", .action = pause, .help = "pause the training, go on", .hint = "pause", .when = runs_now},
  {.keys = "x", .action = stop, .help = "stop the training and keep its best epoch", .hint = "stop", .when = runs_now},
  {.keys = "v", .line = "evaluate", .action = evaluate, .help = "evaluate the run on the test texts (or validation)",
   .hint = "evaluate",
   .when = is_finished},
  {.keys = "o", .action = overlay, .help = "lay another run's validation curves over these, or take them off",
   .hint = "overlay", .when = has_others},
  {.keys = "L", .action = log_scale, .help = "loss on a log scale, or plain", .hint = "log", .when = has_run},
  {.keys = "=", .action = smooth, .help = "smooth the training curves, or not", .hint = "smooth", .when = has_run},
  {.keys = NULL},
};

const struct view view_train = {
  .name = "Train",
  .about = "training runs: their curves while they run, what they confuse; Enter shows all about a run, "
           "Left and Right read values off the curves; Tab: epochs or confusion, where there is no room for both",
  .bindings = train_bindings,
  .open = train_open,
  .close = train_close,
  .draw = train_draw,
  .update = train_update,
  .move = train_move,
  .enter = show_run,
  .back = train_back,
  .pane = train_pane,
  .mouse = train_mouse,
};
