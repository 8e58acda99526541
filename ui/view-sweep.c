/* Sweep: the trials of a sweep as a table, over Train. What it shows stays with Train (struct sweeps), since reads that it has
 * asked for may end after it was closed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/sweeps.h"
#include "ui/view-train.h"

struct sweep_view {
  struct train *train;
  struct list list;
  uint32_t trial;            /* selected */
  struct area area;          /* of the rows, relative to the view, as last drawn */
};

static struct sweep_table *
table_of(const struct sweep_view *v)
{
  return &v->train->sweeps->table;
}

static const struct sweep_trial_row *
selected(const struct sweep_view *v)
{
  return v->list.at < table_of(v)->n ? &table_of(v)->rows[v->list.at] : NULL;
}

static void
keep_selected(struct sweep_view *v)
{
  const struct sweep_table *t = table_of(v);
  size_t row = 0;

  for (size_t i = 0; i < t->n; i++)
    if (t->rows[i].trial == v->trial)
      row = i;
  list_keep(&v->list, t->n, row);
  v->trial = selected(v) ? selected(v)->trial : v->trial;
}

static void
sweep_update(void *view, bool visible)
{
  struct sweep_view *v = view;

  (void)visible;
  sweeps_update(v->train->sweeps);
  keep_selected(v);
}

static void
sweep_close(void *view)
{
  free(view);
}

/* ---- drawing ---- */

/* Of its runs that stand on the board: "37%", "" where none does. */
static void
tell_live(const struct sweep_view *v, const struct sweep_trial_row *row, char out[16])
{
  struct activity a;

  out[0] = '\0';
  for (size_t i = 0; row->running && i < row->n_runs; i++)
    if (board_find(workbench_board(v->train->w), ACTIVITY_RUN, row->runs[i], &a) && !activity_ended(a.state))
      snprintf(out, 16, "%.0f%%", a.total ? fmin(100, 100. * (double)a.done / (double)a.total) : 0);
}

#define TAIL_COLS 46         /* valid, sd, runs, epochs, stopped, seconds */

static size_t
shown_names(const struct sweep_table *t, int cols)
{
  size_t most = cols > TAIL_COLS + 8 ? (size_t)(cols - TAIL_COLS - 8) / (SWEEP_VALUE_COLS + 1) : 0;

  return t->n_names < most ? t->n_names : most;
}

static void
draw_row(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct sweep_view *v = arg;
  const struct sweep_table *t = table_of(v);
  const struct sweep_trial_row *row = &t->rows[i];
  const struct laid *over = row->n_runs ? train_over_of(v->train, row->runs[0]) : NULL;
  bool best = i == v->train->sweeps->best;
  char number[16], live[16];
  int col = 8;

  canvas_put(c, a, 0, 0, STYLE_KEY, here ? '>' : ' ');
  if (over)
    canvas_put(c, a, 0, 1, over->style, (unsigned char)over->letter);
  canvas_printf(c, a, 0, 2, best ? STYLE_BOLD : STYLE_NORMAL, "%5u", row->trial);
  for (size_t k = 0; k < shown_names(t, a.cols); k++, col += SWEEP_VALUE_COLS + 1)
    canvas_right(c, a, 0, col, SWEEP_VALUE_COLS, STYLE_NORMAL, row->values[k]);
  tell_live(v, row, live);
  canvas_right(c, a, 0, col, 7, best ? STYLE_BOLD : STYLE_NORMAL, train_part(row->mean, number));
  canvas_right(c, a, 0, col + 8, 5, STYLE_DIM, isfinite(row->sd) ? train_part(row->sd, number) : "");
  canvas_printf(c, a, 0, col + 14, STYLE_DIM, "%5u", row->n_ended);
  if (isfinite(row->epochs))
    canvas_printf(c, a, 0, col + 20, STYLE_NORMAL, "%7.1f", row->epochs);
  if (row->seconds > 0)
    canvas_printf(c, a, 0, col + 28, STYLE_DIM, "%7.1f", row->seconds);
  if (*live)
    canvas_str(c, a, 0, col + 37, STYLE_GOOD, live);
  else if (row->stopped_at)
    canvas_printf(c, a, 0, col + 37, STYLE_WARN, "at %d", row->stopped_at);
  else if (row->failed)
    canvas_str(c, a, 0, col + 37, STYLE_BAD, "failed");
  else if (best)
    canvas_str(c, a, 0, col + 37, STYLE_GOOD, "best");
}

/* The name of a column; with an arrow where the rows are sorted by it. */
static void
draw_name(const struct sweeps *s, struct canvas *c, struct area a, int col, int width, const char *name, int sort)
{
  char text[40];

  snprintf(text, sizeof text, "%s%s", name, s->sort == sort ? (s->reverse ? "↑" : "↓") : "");
  canvas_right(c, a, 0, col, width, s->sort == sort ? STYLE_BOLD : STYLE_HEAD, text);
}

static void
draw_names(const struct sweep_view *v, struct canvas *c, struct area a)
{
  const struct sweeps *s = v->train->sweeps;
  int col = 8;

  draw_name(s, c, a, 1, 6, "trial", SWEEP_BY_TRIAL);
  for (size_t k = 0; k < shown_names(&s->table, a.cols); k++, col += SWEEP_VALUE_COLS + 1)
    draw_name(s, c, a, col, SWEEP_VALUE_COLS, s->table.names[k], (int)k);
  draw_name(s, c, a, col, 7, "valid", SWEEP_BY_MEAN);
  canvas_right(c, a, 0, col + 8, 5, STYLE_HEAD, "± sd");
  canvas_right(c, a, 0, col + 14, 5, STYLE_HEAD, "runs");
  draw_name(s, c, a, col + 20, 7, "epochs", SWEEP_BY_EPOCHS);
  draw_name(s, c, a, col + 28, 7, "s", SWEEP_BY_SECONDS);
  canvas_str(c, a, 0, col + 37, STYLE_HEAD, "stopped");
}

static void
draw_head(const struct sweep_view *v, struct canvas *c, struct area a)
{
  const struct sweep_table *t = table_of(v);
  size_t best = v->train->sweeps->best;
  struct activity live;
  bool runs = board_find(workbench_board(v->train->w), ACTIVITY_SWEEP, t->id, &live) && !activity_ended(live.state);
  char number[16];
  int col = canvas_printf(c, a, 0, 1, STYLE_NAME, "sweep %u", t->id) + 2;

  col = canvas_printf(c, a, 0, col, STYLE_DIM, "%s  %s", t->student, t->method) + 2;
  col = t->n_planned ? canvas_printf(c, a, 0, col, STYLE_NORMAL, "%zu of %u trials", t->n, t->n_planned) + 2
                     : canvas_printf(c, a, 0, col, STYLE_NORMAL, "%zu trials", t->n) + 2;
  if (t->n_seeds > 1)
    col = canvas_printf(c, a, 0, col, STYLE_NORMAL, "%u seeds", t->n_seeds) + 2;
  col = runs && live.total ? canvas_printf(c, a, 0, col, STYLE_GOOD, "%s %.0f%%", activity_state_names[live.state],
                                           fmin(100, 100. * (double)live.done / (double)live.total)) + 2
                           : canvas_str(c, a, 0, col, runs ? STYLE_GOOD : STYLE_DIM, run_state_names[t->state]) + 2;
  if (t->n_sweeps > 1 && col + 12 < a.cols)
    canvas_printf(c, a, 0, a.cols - 11, STYLE_DIM, "[ %u of %u ]", t->nth, t->n_sweeps);
  if (t->message && *t->message) {
    canvas_fit(c, a, 1, 1, a.cols - 2, STYLE_BAD, t->message, strlen(t->message));
    return;
  }
  if (best == SIZE_MAX)
    return;
  col = canvas_printf(c, a, 1, 1, STYLE_NORMAL, "best %s", train_part(t->rows[best].mean, number));
  for (size_t k = 0; k < t->n_names && col + 24 < a.cols; k++)
    col = canvas_printf(c, a, 1, col + 2, STYLE_NORMAL, "%s %s", t->names[k], t->rows[best].values[k]);
}

static void
draw_runs_of(const struct sweep_view *v, struct canvas *c, struct area a)
{
  const struct sweep_trial_row *row = selected(v);
  int col = 1;

  for (size_t i = 0; row && i < row->n_runs && col < a.cols; i++)
    col = canvas_str(c, a, 0, col, STYLE_DIM, row->names[i]) + 2;
}

static void
sweep_draw(void *view, struct canvas *c, struct area a)
{
  struct sweep_view *v = view;

  if (!table_of(v)->id) {
    canvas_str(c, a, 1, 3, STYLE_NORMAL, v->train->sweeps->read ? "no sweep was made yet" : "");
    canvas_str(c, a, 2, 3, STYLE_DIM, ":sweep lr=1e-4..1e-2:log seeds=3 tries 20 learning rates, three times each");
    return;
  }
  keep_selected(v);
  draw_head(v, c, area_rows(a, 0, 2));
  draw_names(v, c, area_rows(a, 3, 1));
  v->area = (struct area){4, 0, a.rows - 5, a.cols};
  v->list.height = a.rows - 5;
  list_draw(&v->list, c, area_rows(a, 4, a.rows - 5), true, draw_row, v);
  draw_runs_of(v, c, area_rows(a, a.rows - 1, 1));
}

/* ---- keys ---- */

static void
sweep_move(void *view, enum move m)
{
  struct sweep_view *v = view;

  list_move(&v->list, m);
  v->trial = selected(v) ? selected(v)->trial : 0;
}

static void
sweep_mouse(void *view, const struct key *k, int row, int col)
{
  struct sweep_view *v = view;
  size_t i;

  if (k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN) {
    sweep_move(v, k->mouse == MOUSE_WHEEL_UP ? MOVE_UP : MOVE_DOWN);
  } else if (area_has(v->area, row, col) && list_hit(&v->list, row - v->area.row, &i)) {
    list_go(&v->list, i);
    v->trial = selected(v) ? selected(v)->trial : 0;
  }
}

/* Its runs lie over the charts then, and stand in the list of runs as long as they do. */
static void
lay_over(struct sweep_view *v)
{
  const struct sweep_trial_row *row = selected(v);

  for (size_t i = 0; row && i < row->n_runs; i++)
    train_lay_over(v->train, row->runs[i], row->names[i]);
  train_look_again(v->train);
}

static void
mark(struct workbench *w, void *view, int n)
{
  struct sweep_view *v = view;
  const struct sweep_trial_row *row = selected(v);

  (void)n;
  if (!row || !row->n_runs)
    return;
  if (train_over_of(v->train, row->runs[0])) {
    for (size_t i = 0; i < row->n_runs; i++)
      train_over_off(v->train, row->runs[i]);
    train_look_again(v->train);
    return;
  }
  lay_over(v);
  workbench_say(w, "trial %u lies over the charts of Train (Esc goes there)", row->trial);
  sweep_move(v, MOVE_DOWN);
}

static void
sweep_enter(void *view)
{
  struct sweep_view *v = view;

  if (!selected(v))
    return;
  lay_over(v);
  v->train->turn_to = selected(v)->n_runs ? selected(v)->runs[0] : 0;
  workbench_close_over(v->train->w);
}

static void
enter(struct workbench *w, void *view, int n)
{
  (void)w, (void)n;
  sweep_enter(view);
}

static void
sort_next(struct workbench *w, void *view, int n)
{
  struct sweep_view *v = view;
  struct sweeps *s = v->train->sweeps;
  int n_names = (int)s->table.n_names;

  (void)w;
  if (n)
    s->reverse = !s->reverse;
  else
    s->sort = s->sort == SWEEP_BY_SECONDS ? (n_names ? 0 : SWEEP_BY_MEAN)
            : s->sort < SWEEP_COLUMNS_MAX && s->sort + 1 >= n_names ? SWEEP_BY_MEAN : s->sort + 1;
  sweeps_sort(s);
  keep_selected(v);
}

static void
other(struct workbench *w, void *view, int n)
{
  struct sweep_view *v = view;
  struct sweeps *s = v->train->sweeps;
  uint32_t now = s->table.nth;

  if ((n < 0 && now <= 1) || (n > 0 && now >= s->table.n_sweeps)) {
    workbench_say(w, n < 0 ? "this is the first sweep" : "this is the newest sweep");
    return;
  }
  s->wanted = n < 0 ? now - 1 : now + 1 == s->table.n_sweeps ? 0 : now + 1;
  sweeps_update(s);
}

/* With its parameters, in a form, for there may be more epochs wanted, or other texts. */
static void
train_trial(struct workbench *w, void *view, int n)
{
  struct sweep_view *v = view;
  const struct sweep_table *t = table_of(v);
  size_t best = v->train->sweeps->best;
  const struct sweep_trial_row *row = n ? (best < t->n ? &t->rows[best] : NULL) : selected(v);

  if (row)
    train_with(v->train, t->student, row->params);
  else
    workbench_say(w, "no trial has ended yet");
}

static bool
sweeping(struct workbench *w, void *view)
{
  struct sweep_view *v = view;
  struct activity a;

  return table_of(v)->id && board_find(workbench_board(w), ACTIVITY_SWEEP, table_of(v)->id, &a) && !activity_ended(a.state);
}

static bool
unfinished(struct workbench *w, void *view)
{
  struct sweep_view *v = view;
  enum run_state state = table_of(v)->state;

  return table_of(v)->id && !sweeping(w, v) && (state == RUN_INTERRUPTED || state == RUN_STOPPED || state == RUN_FAILED);
}

static void
stop(struct workbench *w, void *view, int n)
{
  struct sweep_view *v = view;
  struct activity a;

  (void)n;
  if (!board_find(workbench_board(w), ACTIVITY_SWEEP, table_of(v)->id, &a))
    return;
  board_stop(workbench_board(w), a.id);
  workbench_say(w, "%s stops; what has ended is kept, c goes on", a.title);
}

static const struct binding bindings[] = {
  {.keys = "Enter", .action = enter, .help = "lay the trial's runs over the charts of Train, and go there", .hint = "charts"},
  {.keys = "Space", .action = mark, .help = "lay its runs over the charts, and stay here; again: take them off", .hint = "mark"},
  {.keys = "b", .line = "train", .action = train_trial, .n = 1, .help = "train the best: a form with its parameters",
   .hint = "train the best"},
  {.keys = "n", .line = "train", .action = train_trial, .help = "train this one: a form with its parameters", .hint = "train it"},
  {.keys = "s", .action = sort_next, .help = "sort by the next column", .hint = "sort"},
  {.keys = "S", .action = sort_next, .n = 1, .help = "the other way round"},
  {.keys = "[", .action = other, .n = -1, .help = "the sweep before this one"},
  {.keys = "]", .action = other, .n = 1, .help = "the sweep after this one"},
  {.keys = "x", .action = stop, .help = "stop the sweep; what has ended is kept", .hint = "stop", .when = sweeping},
  {.keys = "c", .line = "sweep --resume", .help = "go on with the newest sweep that was stopped or killed", .hint = "go on",
   .when = unfinished},
  {.keys = NULL},
};

static const struct figure_row figures[] = {
  {"valid, ± sd", "accuracy on the validation texts, of the epoch that was kept: mean and standard deviation over the seeds"},
  {"runs", "runs of the trial that have ended: one for each seed"},
  {"epochs", "that they learned for, on average"},
  {"s", "seconds of training of all its runs"},
  {"stopped", "at 3: the median rule stopped it after the third epoch, for it was worse than the median of those before it"},
  {"a b c ...", "its runs are laid over the charts of Train, by these letters"},
  {NULL, NULL},
};

const struct view view_sweep = {
  .name = "Sweep",
  .about = "the trials of a sweep, the best first: what they tried, how good they were; :sweep makes one",
  .bindings = bindings,
  .figures = figures,
  .close = sweep_close,
  .update = sweep_update,
  .draw = sweep_draw,
  .move = sweep_move,
  .enter = sweep_enter,
  .mouse = sweep_mouse,
};

void
train_sweep(struct workbench *w, void *view, int n)
{
  struct sweep_view *v = xcalloc(1, sizeof *v);

  (void)n;
  v->train = view;
  if (!v->train->sweeps)
    v->train->sweeps = sweeps_new(w);
  workbench_open_over(w, &view_sweep, v);
}
