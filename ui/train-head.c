/* The lines over the charts of Train: what runs and how fast, its figures or those under the crosshair, the runs laid over. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/state.h"
#include "ui/view-train.h"

const char *
train_part(double x, char out[16])
{
  if (!isfinite(x))
    return "-";
  snprintf(out, 16, "%.3f", x);
  return out[0] == '0' ? out + 1 : out;
}

const char *
train_short(double x, char out[16])
{
  double size = fabs(x);

  if (!isfinite(x))
    return "-";
  if (size > 0 && (size < .01 || size >= 1e5)) {
    int power = (int)floor(log10(size) + 1e-9);

    snprintf(out, 16, "%.3ge%d", x / pow(10, power), power);
    return out;
  }
  snprintf(out, 16, "%.4g", x);
  return out[0] == '0' && out[1] == '.' ? out + 1 : out;
}

/* ---- the first line ---- */

/* "epoch 3/10  4 210 samples/s  ETA 6 s", or how it ended. */
static void
tell_state(const struct train *v, const struct run_row *run, struct buf *out)
{
  const struct curve *k = &v->here.curve;
  const struct train_point *last = k->n ? &k->points[k->n - 1] : NULL;
  struct activity live = {0};
  enum run_state state = train_state(v, run, &live);
  char number[32];

  if (state != RUN_RUNNING || !curve_runs(k)) {
    buf_adds(out, run_state_names[state]);
    if (run->seconds > 0)
      buf_addf(out, "  %.1f s", run->seconds);
    return;
  }
  if (live.state == ACTIVITY_PAUSED)
    buf_adds(out, "PAUSED  ");
  if (!last) {
    buf_adds(out, "begins");
    return;
  }
  buf_addf(out, "epoch %d", last->epoch);
  if (k->n_epochs)
    buf_addf(out, "/%d", k->n_epochs);
  if (last->samples_per_s > 0)
    buf_addf(out, "  %s samples/s", frame_count((uint64_t)last->samples_per_s, number));
  if (last->step > 0 && last->n_steps >= last->step) {
    double left = last->seconds / last->step * (last->n_steps - last->step);

    buf_addf(out, left < 120 ? "  ETA %.0f s" : "  ETA %.0f min", left < 120 ? left : left / 60);
  }
}

/* A part of the line where there is room for it: returns where the next one begins. */
static int
part_of_line(struct canvas *c, struct area a, int col, int end, enum style s, const char *name, const char *value)
{
  int width = canvas_width(name, strlen(name)) + (*value ? 1 + canvas_width(value, strlen(value)) : 0);

  if (col + width > end)
    return col;
  col = canvas_str(c, a, 0, col, *value ? STYLE_DIM : s, name);
  return (*value ? canvas_str(c, a, 0, col + 1, s, value) : col) + 2;
}

static int
parameters(const struct train *v, struct canvas *c, struct area a, int col, int end)
{
  static const char *const names[] = {"lr", "dropout", "batch", "decay", "cost"};
  bool keys = curve_runs(&v->here.curve);

  for (size_t i = 0; i < N_OF(names); i++) {
    double value = train_value(v, names[i]);
    char number[16], text[24];
    bool changed = false;

    if (!isfinite(value))
      continue;
    for (size_t k = 0; k < v->here.curve.n_changes; k++)
      changed |= !strcmp(v->here.curve.changes[k].param, names[i]);
    snprintf(text, sizeof text, "%s%s", train_short(value, number), keys && i == 0 ? " [ ]" : "");
    col = part_of_line(c, a, col, end, changed ? STYLE_BOLD : STYLE_NORMAL, names[i], text);
  }
  return col;
}

static void
draw_first(const struct train *v, struct canvas *c, struct area a, const struct run_row *run)
{
  struct buf state = BUF_INIT;
  char text[80];
  int col, end;

  tell_state(v, run, &state);
  end = a.cols - 1 - canvas_width(buf_str(&state), state.n);
  col = canvas_fit(c, a, 0, 1, canvas_width(run->name, strlen(run->name)) < end - 2
                               ? canvas_width(run->name, strlen(run->name)) : end - 2, STYLE_NAME, run->name,
                   strlen(run->name)) + 2;
  canvas_str(c, a, 0, end, run->state == RUN_FAILED ? STYLE_BAD : curve_runs(&v->here.curve) ? STYLE_GOOD : STYLE_DIM,
             buf_str(&state));
  buf_release(&state);
  snprintf(text, sizeof text, "(%u)", run->n_train);
  if (end - col > 70)
    col = part_of_line(c, a, col, end - 2, STYLE_DIM, run->student, "");
  if (end - col > 44 && run->n_train) {
    snprintf(text, sizeof text, "%.40s (%u)", *run->data ? run->data : "accepted+seed", run->n_train);
    col = part_of_line(c, a, col, end - 2, STYLE_NORMAL, "data", text);
  }
  col = parameters(v, c, a, col, end - 2);
  if (end - col > 12) {
    snprintf(text, sizeof text, "%llu", (unsigned long long)run->seed);
    part_of_line(c, a, col, end - 2, STYLE_NORMAL, "seed", text);
  }
}

/* ---- the second line ---- */

/* "loss t .257 v .450": with the letters and colours of the curves. */
static int
draw_pair(struct canvas *c, struct area a, int row, int col, const char *name, double train, double valid)
{
  char number[16];

  col = canvas_str(c, a, row, col, STYLE_DIM, name) + 1;
  col = canvas_str(c, a, row, col, STYLE_TRAIN, "t") + 1;
  col = canvas_str(c, a, row, col, STYLE_NORMAL, train_part(train, number)) + 1;
  col = canvas_str(c, a, row, col, STYLE_VALID, "v") + 1;
  return canvas_str(c, a, row, col, STYLE_NORMAL, train_part(valid, number)) + 2;
}

/* The newest validation figures up to a point. */
static const struct train_point *
valid_at(const struct curve *k, size_t at)
{
  size_t low = 0, high = k->n_ends;

  while (low < high) {
    size_t middle = (low + high) / 2;

    if (k->ends[middle] <= at)
      low = middle + 1;
    else
      high = middle;
  }
  return low ? &k->points[k->ends[low - 1]] : NULL;
}

static void
draw_cross(const struct train *v, struct canvas *c, struct area a)
{
  const struct curve *k = &v->here.curve;
  size_t at = curve_find(k, v->look.cross, v->look.axis);
  const struct train_point *p = &k->points[at], *valid = valid_at(k, at);
  int col = canvas_printf(c, a, 1, 1, STYLE_BOLD, "step %d", p->step) + 1;

  col = canvas_printf(c, a, 1, col, STYLE_DIM, "ep %d", p->epoch) + (a.cols > 70 ? 1 : 2);
  if (a.cols > 70)
    col = canvas_printf(c, a, 1, col, STYLE_DIM, "%.1f s", p->seconds) + 2;
  col = draw_pair(c, a, 1, col, "loss", p->train_loss, valid ? valid->valid_loss : NAN);
  draw_pair(c, a, 1, col, "acc", p->train_accuracy, valid ? valid->valid_accuracy : NAN);
}

static void
draw_figures(const struct train *v, struct canvas *c, struct area a)
{
  const struct curve *k = &v->here.curve;
  const struct train_point *last = k->n ? &k->points[k->n - 1] : NULL, *valid = curve_valid(k);
  char number[16];
  int col;

  /* of one that has ended, those of the epoch that was kept */
  if (!curve_runs(k) && train_best(v))
    last = valid = train_best(v);
  if (!last)
    return;
  col = draw_pair(c, a, 1, 1, "loss", last->train_loss, valid ? valid->valid_loss : NAN);
  col = draw_pair(c, a, 1, col, "acc", last->train_accuracy, valid ? valid->valid_accuracy : NAN);
  col = canvas_str(c, a, 1, col, STYLE_DIM, "F1") + 1;
  col = canvas_str(c, a, 1, col, STYLE_NORMAL, train_part(valid ? valid->valid_f1 : NAN, number)) + 2;
  if (col + 30 < a.cols && v->look.smoothing)
    canvas_printf(c, a, 1, col, STYLE_DIM, "%s", trace_smoothing_names[v->look.smoothing]);
  if (v->look.zoomed)
    canvas_right(c, a, 1, a.cols - 12, 11, STYLE_DIM, "zoomed");
}

void
train_draw_head(struct train *v, struct canvas *c, struct area a)
{
  const struct run_row *run = train_selected(v);

  if (!run)
    return;
  draw_first(v, c, a, run);
  if (run->state == RUN_FAILED && *run->message)
    canvas_fit(c, a, 1, 1, a.cols - 2, STYLE_BAD, run->message, strlen(run->message));
  else if (run->state == RUN_INTERRUPTED && !curve_runs(&v->here.curve))
    canvas_str(c, a, 1, 1, STYLE_WARN, "interrupted: c goes on with it, to the same end");
  else if (v->look.crossed && v->here.curve.n)
    draw_cross(v, c, a);
  else
    draw_figures(v, c, a);
}

/* ---- runs laid over ---- */

#define LEGEND_COLS 26

static int
legend_columns(struct area a)
{
  return a.cols / LEGEND_COLS < 1 ? 1 : a.cols / LEGEND_COLS;
}

int
train_legend_rows(const struct train *v, struct area a)
{
  int n = (int)train_n_over(v), columns = legend_columns(a), rows = (n + columns - 1) / columns;
  int most = a.rows >= 34 ? 4 : a.rows >= 24 ? 2 : 1;

  return rows < most ? rows : most;
}

/* "b cnn#2  .311 .872": the validation loss and accuracy under the crosshair, else of the last epoch. */
static void
draw_over(const struct train *v, const struct laid *l, struct canvas *c, struct area a)
{
  const struct curve *k = &l->curve;
  size_t at = v->look.crossed ? curve_find(k, v->look.cross, v->look.axis) : k->n - 1;
  const struct train_point *p = k->n ? valid_at(k, at) : NULL;
  char loss[16], accuracy[16];

  canvas_put(c, a, 0, 0, l->style, (unsigned char)l->letter);
  canvas_fit(c, a, 0, 2, a.cols - 16, STYLE_NORMAL, l->name, strlen(l->name));
  canvas_right(c, a, 0, a.cols - 14, 5, STYLE_DIM, train_part(p ? p->valid_loss : NAN, loss));
  canvas_right(c, a, 0, a.cols - 8, 5, STYLE_NORMAL, train_part(p ? p->valid_accuracy : NAN, accuracy));
}

void
train_draw_legend(struct train *v, struct canvas *c, struct area a)
{
  int columns = legend_columns(a), width = a.cols / columns, cells = columns * a.rows, at = 0;
  size_t n = train_n_over(v);

  for (size_t i = 0; i < v->n_over && at < cells; i++) {
    struct area cell = area_cols(area_rows(a, at / columns, 1), at % columns * width, width);

    if (!v->over[i]->run || v->over[i]->run == v->run)
      continue;
    if (at == cells - 1 && n > (size_t)cells) {
      canvas_printf(c, cell, 0, 0, STYLE_DIM, "and %zu more", n - (size_t)cells + 1);
      return;
    }
    draw_over(v, v->over[i], c, cell);
    at++;
  }
}
