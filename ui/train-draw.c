/* What Train looks like. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/corpus.h"
#include "ui/chart.h"
#include "ui/state.h"
#include "ui/view-train.h"

#define LIST_COLS 24

/* .884, or - where there is none */
static const char *
part(double x, char out[16])
{
  if (!isfinite(x))
    return "-";
  snprintf(out, 16, "%.3f", x);
  return out[0] == '0' ? out + 1 : out;
}

/* ---- the runs ---- */

static const struct {
  uint32_t sign;
  enum style style;
} state_signs[N_RUN_STATES] = {{0x25b8, STYLE_GOOD}, {0x2713, STYLE_GOOD}, {0x25cf, STYLE_DIM}, {0x2717, STYLE_BAD},
  {'?', STYLE_WARN}};

/* A figure of the student that was kept. */
static double
kept(const struct run_row *run, const char *name)
{
  struct json *j = json_parse(run->metrics, strlen(run->metrics), NULL, NULL);
  double value = json_number(json_get(j, name), NAN);

  json_free(j);
  return value;
}

static void
draw_run(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct train *v = arg;
  const struct run_row *run = &v->runs[i];
  struct activity live;
  bool runs = board_find(workbench_board(v->w), ACTIVITY_RUN, run->id, &live) &&
              (live.state == ACTIVITY_RUNNING || live.state == ACTIVITY_PAUSED);
  char number[16], percent[16];
  enum run_state state = runs ? RUN_RUNNING : run->state;

  canvas_put(c, a, 0, 0, STYLE_KEY, here ? '>' : ' ');
  canvas_put(c, a, 0, 2, state_signs[state].style, state_signs[state].sign);
  canvas_fit(c, a, 0, 4, a.cols - 10, STYLE_NORMAL, run->name, strlen(run->name));
  if (runs && live.total)
    snprintf(percent, sizeof percent, "%.0f%%", fmin(100, 100. * (double)live.done / (double)live.total));
  canvas_right(c, a, 0, a.cols - 6, 5, runs ? STYLE_GOOD : STYLE_NORMAL,
               runs ? (live.total ? percent : "") : part(kept(run, "valid_accuracy"), number));
}

/* ---- the head ---- */

/* "loss t .257 v .450": with the letters and colours of the curves. */
static int
draw_pair(struct canvas *c, struct area a, int row, int col, const char *name, double train, double valid)
{
  char number[16];

  col = canvas_str(c, a, row, col, STYLE_DIM, name) + 1;
  col = canvas_str(c, a, row, col, STYLE_TRAIN, "t") + 1;
  col = canvas_str(c, a, row, col, STYLE_NORMAL, part(train, number)) + 1;
  col = canvas_str(c, a, row, col, STYLE_VALID, "v") + 1;
  return canvas_str(c, a, row, col, STYLE_NORMAL, part(valid, number)) + 2;
}

/* The values under the crosshair; those of the validation are the newest up to there. */
static void
draw_cross(const struct curve *k, size_t at, struct canvas *c, struct area a)
{
  const struct train_point *p = &k->points[at], *valid = p;
  int col = canvas_printf(c, a, 1, 1, STYLE_BOLD, "step %d", p->step) + 2;

  for (size_t i = at + 1; i-- > 0 && !isfinite(valid->valid_accuracy);)
    valid = &k->points[i];
  col = draw_pair(c, a, 1, col, "loss", p->train_loss, valid->valid_loss);
  draw_pair(c, a, 1, col, "acc", p->train_accuracy, valid->valid_accuracy);
}

/* A figure now, or of the student that was kept. */
static double
shown(const struct run_row *run, double now, const char *name, bool runs)
{
  return runs ? now : kept(run, name);
}

static void
draw_head(struct train *v, struct canvas *c, struct area a, const struct run_row *run)
{
  const struct curve *k = &v->curve;
  const struct train_point *last = k->n ? &k->points[k->n - 1] : NULL, *valid = curve_valid(k);
  bool runs = k->live && (k->activity.state == ACTIVITY_RUNNING || k->activity.state == ACTIVITY_PAUSED);
  char number[16];
  int col;

  col = canvas_str(c, a, 0, 1, STYLE_NAME, run->name) + 2;
  col = canvas_printf(c, a, 0, col, STYLE_DIM, "%s", run->student) + 2;
  col = canvas_printf(c, a, 0, col, STYLE_DIM, "%s (%u)", *run->data ? run->data : "accepted+seed", run->n_train) + 2;
  if (last && runs) {
    double left = last->step > 0 && last->n_steps > last->step
        ? last->seconds * (last->n_steps - last->step) / last->step : 0;

    col = canvas_printf(c, a, 0, col, STYLE_BOLD, "epoch %d", last->epoch) + 2;
    col = canvas_printf(c, a, 0, col, STYLE_NORMAL, "%.0f texts/s", last->samples_per_s) + 2;
    canvas_printf(c, a, 0, col, STYLE_NORMAL, k->activity.state == ACTIVITY_PAUSED ? "paused" : "ETA %.0f s", left);
  } else if (!runs) {
    canvas_printf(c, a, 0, col, run->state == RUN_FAILED ? STYLE_BAD : STYLE_DIM, "%s  %.1f s",
                  run_state_names[run->state], run->seconds);
  }
  if (run->state == RUN_FAILED && *run->message) {
    canvas_fit(c, a, 1, 1, a.cols - 2, STYLE_BAD, run->message, strlen(run->message));
    return;
  }
  if (!last)
    return;
  if (v->crossed && v->cross < k->n) {
    draw_cross(k, v->cross, c, a);
    return;
  }
  col = draw_pair(c, a, 1, 1, "loss", last->train_loss,
                  shown(run, valid ? valid->valid_loss : NAN, "valid_loss", runs));
  col = draw_pair(c, a, 1, col, "acc", last->train_accuracy,
                  shown(run, valid ? valid->valid_accuracy : NAN, "valid_accuracy", runs));
  col = canvas_str(c, a, 1, col, STYLE_DIM, "F1") + 1;
  canvas_str(c, a, 1, col, STYLE_NORMAL, part(shown(run, valid ? valid->valid_f1 : NAN, "valid_f1", runs), number));
}

/* ---- charts ---- */

struct lines {
  double *x, *train, *valid;
  size_t n;
};

static double
field(const struct train_point *p, bool loss, bool valid)
{
  return valid ? (loss ? p->valid_loss : p->valid_accuracy) : loss ? p->train_loss : p->train_accuracy;
}

/* Steps as they are; the training figures of single steps jump about, so they may be smoothed (a running mean). */
static void
fill(struct train *v, struct lines *l, bool loss)
{
  double mean = NAN, keep = v->smooth ? fmin(.95, 1 - 8. / (double)(v->curve.n + 8)) : 0;

  l->n = v->curve.n;
  for (size_t i = 0; i < l->n; i++) {
    const struct train_point *p = &v->curve.points[i];
    double value = field(p, loss, false);

    mean = isfinite(value) ? (isfinite(mean) ? keep * mean + (1 - keep) * value : value) : mean;
    l->x[i] = p->step;
    l->train[i] = isfinite(value) ? mean : NAN;
    l->valid[i] = field(p, loss, true);
  }
}

/* The validation figures of the run that is laid over, as one more series; its arrays are the caller's to free. */
static void
add_other(struct train *v, struct chart *chart, bool loss, double **x, double **y)
{
  const struct curve *o = &v->other;
  const char *name = NULL;

  for (size_t i = 0; i < v->n_runs; i++)
    if (v->runs[i].id == o->run)
      name = v->runs[i].name;
  if (!o->run || o->run == v->run || !o->n || !name)
    return;
  *x = xcalloc(o->n, sizeof **x);
  *y = xcalloc(o->n, sizeof **y);
  for (size_t i = 0; i < o->n; i++) {
    (*x)[i] = o->points[i].step;
    (*y)[i] = field(&o->points[i], loss, true);
  }
  chart->series[chart->n_series++] = (struct series){.name = name, .x = *x, .y = *y, .n = o->n, .style = STYLE_GOOD,
                                                     .letter = 'o'};
}

static void
draw_chart(struct train *v, struct canvas *c, struct area a, bool loss)
{
  double *other_x = NULL, *other_y = NULL;
  size_t n = v->curve.n ? v->curve.n : 1;
  struct lines l = {xcalloc(n, sizeof(double)), xcalloc(n, sizeof(double)), xcalloc(n, sizeof(double)), 0};
  const struct train_point *last = v->curve.n ? &v->curve.points[v->curve.n - 1] : NULL;
  struct chart chart = {.title = loss ? "loss" : "accuracy", .log_y = loss && v->log_scale, .y_fraction = true,
                        .x_name = "step",
                        .empty = v->curve.working ? "" : v->curve.live ? "reading the texts" : "no points were kept"};

  fill(v, &l, loss);
  if (v->crossed && v->cross < v->curve.n) {
    chart.has_cross = true;
    chart.cross_x = v->curve.points[v->cross].step;
  }
  chart.n_series = 2;
  chart.series[0] = (struct series){.name = "train", .x = l.x, .y = l.train, .n = l.n, .style = STYLE_TRAIN,
                                    .letter = 't'};
  chart.series[1] = (struct series){.name = "valid", .x = l.x, .y = l.valid, .n = l.n, .style = STYLE_VALID,
                                    .letter = 'v', .marks = true};
  add_other(v, &chart, loss, &other_x, &other_y);
  /* room for what is to come, so that nothing is squeezed together */
  if (last && v->curve.live && last->n_steps > last->step)
    chart.x_max = last->n_steps;
  chart_draw(&chart, c, a);
  free(l.x);
  free(l.train);
  free(l.valid);
  free(other_x);
  free(other_y);
}

/* ---- epochs ---- */

static void
draw_epochs(struct train *v, struct canvas *c, struct area a)
{
  const struct run_row *run = train_selected(v);
  size_t n = 0, skip;
  int row = 1;

  canvas_str(c, a, 0, 0, STYLE_HEAD, "  ep  train   acc  valid   acc    F1     s");
  for (size_t i = 0; i < v->curve.n; i++)
    n += v->curve.points[i].epoch_end;
  skip = n > (size_t)(a.rows - 1) ? n - (size_t)(a.rows - 1) : 0;
  for (size_t i = 0; i < v->curve.n && row < a.rows; i++) {
    const struct train_point *p = &v->curve.points[i];
    bool best = run && run->best_epoch == (uint32_t)p->epoch;
    char b[5][16];

    if (!p->epoch_end || (skip > 0 && skip--))
      continue;
    canvas_printf(c, a, row, 0, best ? STYLE_BOLD : STYLE_NORMAL, "%s%3d  %5s %5s  %5s %5s %5s %5.1f", best ? ">" : " ",
                  p->epoch, part(p->train_loss, b[0]), part(p->train_accuracy, b[1]), part(p->valid_loss, b[2]),
                  part(p->valid_accuracy, b[3]), part(p->valid_f1, b[4]), p->seconds);
    row++;
  }
  if (n == 0)
    canvas_str(c, a, 1, 2, STYLE_DIM, "no epoch has ended yet");
}

/* ---- confusion ---- */

static double
cell(const struct json *confusion, size_t truth, size_t said)
{
  return json_number(json_at(json_at(confusion, truth), said), 0);
}

static void
draw_matrix(const struct labels *labels, const struct json *m, size_t n, struct canvas *c, struct area a, int name)
{
  for (size_t k = 0; k < n; k++)
    canvas_fit(c, a, 0, name + 1 + (int)k * 5, 4, STYLE_HEAD, label_name(labels, (uint16_t)k),
               strnlen(label_name(labels, (uint16_t)k), 4));
  for (size_t i = 0; i < n && (int)i + 1 < a.rows; i++) {
    const char *truth = label_name(labels, (uint16_t)i);

    canvas_fit(c, a, (int)i + 1, 0, name, STYLE_LABEL, truth, strlen(truth));
    for (size_t k = 0; k < n; k++) {
      double x = cell(m, i, k);
      char number[16] = ".";

      if (x > 0)
        snprintf(number, sizeof number, "%.0f", x);
      canvas_right(c, a, (int)i + 1, name + (int)k * 5, 4, x == 0 ? STYLE_DIM : i == k ? STYLE_BOLD : STYLE_BAD,
                   number);
    }
  }
}

/* Where the matrix does not fit: what is mistaken for what, most often first. */
static void
draw_pairs(const struct labels *labels, const struct json *m, size_t n, struct canvas *c, struct area a)
{
  double last = INFINITY;
  size_t last_at = 0;

  for (int row = 0; row < a.rows; row++) {
    double most = 0;
    size_t at = 0;

    for (size_t i = 0; i < n * n; i++) {
      double x = cell(m, i / n, i % n);

      if (i / n != i % n && x > most && (x < last || (x == last && i > last_at))) {
        most = x;
        at = i;
      }
    }
    if (most == 0)
      break;
    canvas_printf(c, a, row, 0, STYLE_NORMAL, "%4.0f  %s taken for %s", most, label_name(labels, (uint16_t)(at / n)),
                  label_name(labels, (uint16_t)(at % n)));
    last = most;
    last_at = at;
  }
}

static void
draw_confusion(struct train *v, struct canvas *c, struct area a)
{
  const struct labels *labels = corpus_labels(workbench_corpus(v->w));
  const struct json *m = json_get(v->confusion, "confusion");
  size_t n = json_size(m);
  char number[16], f1[16];
  int name = 10;
  bool fits;

  if (!n || v->confusion_of != v->run) {
    canvas_str(c, a, 0, 0, STYLE_HEAD, "confusion");
    canvas_str(c, a, 1, 0, STYLE_DIM, "v evaluates a finished run on the test texts");
    return;
  }
  n = n < labels_count(labels) ? n : labels_count(labels);
  fits = name + (int)n * 5 <= a.cols && (int)n + 2 <= a.rows;
  canvas_printf(c, a, 0, 0, STYLE_HEAD, "%s: %s  acc %s F1 %s", v->confusion_split,
                fits ? "truth down, answer across" : "what it confuses",
                part(json_number(json_get(v->confusion, "accuracy"), NAN), number),
                part(json_number(json_get(v->confusion, "macro_f1"), NAN), f1));
  a = area_rows(a, 1, a.rows - 1);
  if (fits)
    draw_matrix(labels, m, n, c, a, name);
  else
    draw_pairs(labels, m, n, c, a);
}

/* ---- the whole ---- */

static void
draw_empty(struct train *v, struct canvas *c, struct area a)
{
  struct corpus_counts counts;

  corpus_counts(workbench_corpus(v->w), &counts);
  canvas_str(c, a, 1, 3, STYLE_NORMAL, v->working ? "" : "no runs yet");
  canvas_printf(c, a, 2, 3, STYLE_DIM,
                counts.usable ? "n trains a student on the %u accepted and seed samples"
                              : "nothing to train on (%u): accept samples in Curate, or import seeds", counts.usable);
}

void
train_draw(void *view, struct canvas *c, struct area a)
{
  struct train *v = view;
  const struct run_row *run = train_selected(v);
  int left = a.cols >= 76 ? LIST_COLS : 0;
  struct area right = left ? area_cols(a, left + 1, a.cols - left - 1) : a, charts, tables;
  int labels = (int)labels_count(corpus_labels(workbench_corpus(v->w))) + 2;
  int table_rows = a.rows >= 40 ? 16 : a.rows >= 22 ? 9 : a.rows >= 18 ? 6 : 4;

  if (table_rows < labels && labels <= a.rows / 2 - 2)
    table_rows = labels;
  v->list_area = (struct area){0, 0, a.rows, left};
  if (!v->n_runs) {
    draw_empty(v, c, a);
    return;
  }
  v->list.height = a.rows;
  if (left) {
    canvas_vline(c, a, left, STYLE_RULE);
    list_draw(&v->list, c, area_cols(a, 0, left), true, draw_run, v);
  }
  draw_head(v, c, area_rows(right, 0, 2), run);
  charts = area_cols(area_rows(right, 3, right.rows - table_rows - 4), 1, right.cols - 2);
  tables = area_cols(area_rows(right, right.rows - table_rows, table_rows), 1, right.cols - 2);
  draw_chart(v, c, area_cols(charts, 0, charts.cols / 2 - 1), true);
  draw_chart(v, c, area_cols(charts, charts.cols / 2 + 1, charts.cols - charts.cols / 2 - 1), false);
  canvas_hline(c, right, right.rows - table_rows - 1, STYLE_RULE);
  if (tables.cols >= 90) {
    draw_epochs(v, c, area_cols(tables, 0, 44));
    draw_confusion(v, c, area_cols(tables, 47, tables.cols - 47));
  } else if (!v->epochs_first && json_size(json_get(v->confusion, "confusion")) && v->confusion_of == v->run) {
    draw_confusion(v, c, tables);
  } else {
    draw_epochs(v, c, tables);
  }
}
