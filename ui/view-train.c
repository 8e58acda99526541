/* Train: runs, their curves live, what they confuse. */
#include "ui/view-train.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

static void *
train_open(struct workbench *w)
{
  struct train *v = xcalloc(1, sizeof *v);

  v->w = w;
  v->project = workbench_project(w);
  v->seen = UINT64_MAX;
  v->look.smoothing = SMOOTH_LIGHTLY;
  v->page = PANE_EPOCHS;
  v->wished_lr = NAN;
  curve_init(&v->here.curve, w);
  return v;
}

static void
train_close(void *view)
{
  struct train *v = view;

  laid_release(&v->here);
  for (size_t i = 0; i < v->n_over; i++) {
    laid_release(v->over[i]);
    free(v->over[i]);
  }
  free(v->over);
  train_known_release(&v->known);
  confusion_release(&v->confusion);
  json_free(v->params);
  free(v->rows);
  sweeps_free(v->sweeps);
  free(v);
}

static void
train_update(void *view, bool visible)
{
  struct train *v = view;

  if (!visible && v->seen != UINT64_MAX && !v->follow)
    return;
  train_look_up(v);
  curve_update(&v->here.curve);
  for (size_t i = 0; i < v->n_over; i++)
    curve_update(&v->over[i]->curve);
  train_find_confusion(v);
  train_tell(v);
  if (!v->page_chosen)
    v->page = !train_runs(v->w, v) && v->confusion_of == v->run && v->confusion.n ? PANE_CONFUSION : PANE_EPOCHS;
}

/* ---- panes ---- */

static void
train_pane(void *view, int step)
{
  struct train *v = view;

  v->pane = (enum train_pane)(((int)v->pane + step + N_PANES) % N_PANES);
  v->page_chosen = true;
  if (v->pane != PANE_RUNS)
    v->page = v->pane;
}

static bool
train_back(void *view)
{
  struct train *v = view;

  if (v->look.crossed) {
    v->look.crossed = false;
    return true;
  }
  if (v->pane == PANE_RUNS && !v->page_chosen)
    return false;
  v->pane = PANE_RUNS;
  v->page_chosen = false;
  return true;
}

static void
train_move(void *view, enum move m)
{
  struct train *v = view;
  struct list *scrolled[N_PANES] = {&v->list, &v->epochs, &v->pairs, &v->labels};

  if (m == MOVE_LEFT || m == MOVE_RIGHT) {
    train_cross(v, m == MOVE_LEFT ? -1 : 1);
    return;
  }
  list_move(scrolled[v->pane], m);
  if (v->pane == PANE_RUNS)
    train_select(v, v->list.at);
}

static void
order_labels(struct workbench *w, void *view, int n)
{
  struct train *v = view;

  (void)n;
  v->worst_first = !v->worst_first;
  confusion_sort(&v->confusion, v->worst_first);
  workbench_say(w, v->worst_first ? "labels: the lowest F1 first" : "labels in their own order");
}

/* ---- keys ---- */

static bool
has_run(struct workbench *w, void *view)
{
  (void)w;
  return train_selected(view) != NULL;
}

static bool
is_finished(struct workbench *w, void *view)
{
  const struct run_row *run = train_selected(view);

  return run && (run->state == RUN_DONE || run->state == RUN_STOPPED) && !train_runs(w, view);
}

static bool
worth_going_on(struct workbench *w, void *view)
{
  const struct run_row *run = train_selected(view);
  const struct student_kind *kind = run ? student_kind_find(run->student) : NULL;

  (void)w;
  return kind && kind->goes_on;
}

static bool
was_interrupted(struct workbench *w, void *view)
{
  const struct run_row *run = train_selected(view);

  return run && run->state == RUN_INTERRUPTED && !train_runs(w, view);
}

static bool
is_over(struct workbench *w, void *view)
{
  (void)w;
  return train_n_over(view) > 0;
}

static bool
can_zoom(struct workbench *w, void *view)
{
  (void)w;
  return ((struct train *)view)->here.curve.n > 1;
}

static bool
idle(struct workbench *w, void *view)
{
  return has_run(w, view) && !train_runs(w, view);
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
  buf_addf(&b, "model       %zu bytes\nparameters  %s\nasked for   %s\nresult      %s\n", run->model_bytes, run->params,
           run->options ? run->options : "{}", run->metrics);
  for (size_t i = 0; i < v->here.curve.n_changes; i++) {
    const struct board_change *change = &v->here.curve.changes[i];

    buf_addf(&b, "changed     %s from %.6g to %.6g after step %d (epoch %d)\n", change->param, change->from, change->to,
             change->step, change->epoch);
  }
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
    train_select(v, i);
  else
    train_click_chart(v, row + v->origin.row, col + v->origin.col);
}

const struct binding train_bindings[] = {
  {.keys = "n", .line = "train", .action = train_new,
   .help = "a new run: a student or a preset, a form of what can be told, then it starts, or waits for its turn", .hint = "new"},
  {.keys = "Space", .action = train_space, .help = "pause the training, or go on with it", .hint = "pause", .when = train_runs},
  {.keys = "Space o", .action = train_over_toggle,
   .help = "mark the run: its curves stay on the charts while you go to others; again: take them off", .hint = "overlay",
   .when = idle},
  {.keys = "o", .action = train_over_toggle, .help = "mark a run that runs: its curves stay on the charts", .when = train_runs},
  {.keys = "O", .action = train_over_clear, .help = "take all runs laid over off the charts", .hint = "alone",
   .hint_when = is_over, .when = has_run},
  {.keys = "T", .action = train_over_next, .help = "of runs laid over: their validation curves, or those of training",
   .when = has_run},
  {.keys = "[", .action = train_rate, .n = -1, .help = "half the learning rate, while it runs", .hint = "lr down",
   .hint_when = train_can_change, .when = train_runs},
  {.keys = "]", .action = train_rate, .n = 1, .help = "twice the learning rate, while it runs", .hint = "lr up",
   .hint_when = train_can_change, .when = train_runs},
  {.keys = "d", .action = train_change, .help = "change dropout, decay or learning rate while it runs", .hint = "change",
   .hint_when = train_can_change, .when = train_runs},
  {.keys = "p", .action = train_pause, .help = "pause the training, or go on with it", .when = train_runs},
  {.keys = "x", .action = train_stop, .help = "stop the training and keep its best epoch; take one that waits out of the queue",
   .hint = "stop", .when = train_runs},
  {.keys = "c", .line = "train --resume", .action = train_go_on, .help = "go on with a run that was interrupted, to the same end",
   .hint = "go on", .when = was_interrupted},
  {.keys = "c", .line = "train --from", .action = train_go_on,
   .help = "a new run that begins with what a finished one has learned", .hint = "go on", .when = is_finished,
   .hint_when = worth_going_on},
  {.keys = "v", .line = "evaluate", .action = train_evaluate, .help = "evaluate the run on the test texts (or validation)",
   .hint = "evaluate", .when = is_finished},
  {.keys = "w", .action = train_sweep, .help = "the trials of a sweep (:sweep makes one)", .hint = "sweeps"},
  {.keys = "t", .action = train_axis, .help = "charts over steps, epochs or seconds", .hint = "axis", .when = has_run},
  {.keys = "+", .action = train_zoom, .n = 1, .help = "a smaller part of the charts, around the crosshair", .hint = "zoom",
   .when = can_zoom},
  {.keys = "-", .action = train_zoom, .n = -1, .help = "a larger part of the charts", .when = can_zoom},
  {.keys = "0", .action = train_zoom, .n = 0, .help = "all of the charts", .when = can_zoom},
  {.keys = "<", .action = train_pan, .n = -1, .help = "the part of the charts before this one", .when = can_zoom},
  {.keys = ">", .action = train_pan, .n = 1, .help = "the part of the charts after this one", .when = can_zoom},
  {.keys = "L", .action = train_log, .help = "loss on a log scale, or plain", .hint = "log", .when = has_run},
  {.keys = "=", .action = train_smooth, .help = "smooth the training curves: lightly, more, a lot, not at all", .hint = "smooth",
   .when = has_run},
  {.keys = "s", .action = order_labels, .help = "labels by F1, the lowest first, or in their own order", .when = has_run},
  {.keys = NULL},
};

static const struct figure_row figures[] = {
  {"▸ ✓ ● ✗ ? ·", "a run that runs, is done, was stopped, has failed, was interrupted, waits for its turn"},
  {".884 in the list", "accuracy on the validation texts, of the epoch that was kept; of one that runs: how far it is"},
  {"a b c ...", "runs laid over: the letter before the run in the list, on its curves, and over the charts with loss and accuracy"},
  {"t, ● or v", "on the charts: training texts, as they scored just before they were learned; validation texts, after each epoch"},
  {"┆lr→1e-3", "a parameter was changed here, while it ran"},
  {"best .884 @3", "validation accuracy of the epoch that is kept: the third"},
  {"ETA", "to the last epoch, at the speed so far; an early stop comes sooner"},
  {"F1", "macro F1: the mean over the labels of 2PR/(P+R)"},
  {"s/ep", "seconds of training in this epoch, and in all; pauses do not count"},
  {"confusion", "while it runs: of the validation texts of the last epoch; later: of the texts it was evaluated on (v)"},
  {"prec., recall", "of the texts said to be of a label, those that are; of the texts of a label, those found"},
  {NULL, NULL},
};

const struct view view_train = {
  .name = "Train",
  .about = "training runs: their curves while they run, what they confuse; Enter shows all about a run, "
           "Left and Right read values off the curves; Tab goes through the runs and the tables below the charts",
  .bindings = train_bindings,
  .figures = figures,
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
