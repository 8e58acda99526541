/* The charts of Train: the selected run's curves, those laid over them, the changes that were made. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/chart.h"
#include "ui/view-train.h"

static const char *const axis_titles[CURVE_N_AXES] = {"step", "epoch", "s"};

/* ---- changes ---- */

/* "lr→1e-3" of each; *notes and their texts are the caller's to free. */
static size_t
notes_of(const struct train *v, struct chart_note **notes, bool ascii)
{
  const struct curve *k = &v->here.curve;

  *notes = xcalloc(k->n_changes + 1, sizeof **notes);
  for (size_t i = 0; i < k->n_changes; i++) {
    const struct board_change *change = &k->changes[i];
    char number[16];

    (*notes)[i].x = curve_at_step(k, change->step, v->look.axis);
    (*notes)[i].text = xasprintf("%s%s%s", change->param, ascii ? ">" : "→", train_short(change->to, number));
  }
  return k->n_changes;
}

static void
notes_free(struct chart_note *notes, size_t n)
{
  for (size_t i = 0; i < n; i++)
    free((char *)notes[i].text);
  free(notes);
}

/* ---- series ---- */

static struct trace *
trace_of(struct train *v, struct laid *l, enum trace_figure figure, bool valid, int columns)
{
  struct trace *t = &l->traces[figure][valid];
  struct trace_want want = {.figure = figure, .valid = valid, .smoothing = v->look.smoothing, .axis = v->look.axis,
                            .columns = columns};

  train_range(v, &want.from, &want.to);
  trace_update(t, &l->curve, &want);
  return t;
}

/* Of a run laid over: the curves that are asked for; where it was not validated, those of its training. */
static struct series
over_series(struct train *v, struct laid *l, enum trace_figure figure, int columns)
{
  bool valid = v->over_shows == OVER_VALID && curve_valid(&l->curve);
  const struct trace *t = trace_of(v, l, figure, valid, columns);

  return (struct series){.x = t->x, .y = t->y, .n = t->n, .style = l->style, .letter = l->letter, .marks = valid,
                         .letters = true};
}

/* Those laid over first, so that the selected run's lie on top. *series is the caller's to free. */
static size_t
all_series(struct train *v, enum trace_figure figure, int columns, struct series **series)
{
  const struct trace *train = trace_of(v, &v->here, figure, false, columns);
  const struct trace *valid = trace_of(v, &v->here, figure, true, columns);
  size_t n = 0;

  *series = xcalloc(v->n_over + 2, sizeof **series);
  for (size_t i = 0; i < v->n_over; i++)
    if (v->over[i]->run && v->over[i]->run != v->run)
      (*series)[n++] = over_series(v, v->over[i], figure, columns);
  (*series)[n++] = (struct series){.name = "train", .x = train->x, .y = train->y, .n = train->n, .style = STYLE_TRAIN,
                                   .letter = 't'};
  (*series)[n++] = (struct series){.name = "valid", .x = valid->x, .y = valid->y, .n = valid->n, .style = STYLE_VALID,
                                   .letter = 'v', .marks = true};
  return n;
}

const struct train_point *
train_best(const struct train *v)
{
  const struct curve *k = &v->here.curve;
  const struct run_row *run = train_selected(v);
  const struct train_point *best = NULL;

  for (size_t i = 0; i < k->n_ends; i++) {
    const struct train_point *p = &k->points[k->ends[i]];

    if (run && run->best_epoch && !curve_runs(k)) {
      if ((uint32_t)p->epoch == run->best_epoch)
        return p;
    } else if (!best || p->valid_loss < best->valid_loss) {
      best = p;
    }
  }
  return best;
}

/* "best .884 @3": the epoch that is kept, or would be if it were stopped now. */
static void
tell_best(const struct train *v, char out[40])
{
  const struct train_point *best = train_best(v);
  char number[16];

  out[0] = '\0';
  if (best && isfinite(best->valid_accuracy))
    snprintf(out, 40, "best %s @%d", train_part(best->valid_accuracy, number), best->epoch);
}

static void
draw_chart(struct train *v, struct canvas *c, struct area a, enum trace_figure figure)
{
  int columns = chart_columns(a), dots = columns > 0 ? columns * (c->ascii ? 1 : 2) : 1;
  struct series *series;
  struct chart_note *notes;
  size_t n_notes = notes_of(v, &notes, c->ascii);
  char aside[40] = "";
  struct chart chart = {
    .title = figure == TRACE_LOSS ? "loss" : "accuracy", .log_y = figure == TRACE_LOSS && v->look.log_scale,
    .y_fraction = true, .x_name = axis_titles[v->look.axis], .notes = notes, .n_notes = n_notes, .aside = aside,
    .has_cross = v->look.crossed, .cross_x = v->look.cross,
    .empty = v->here.curve.working ? "" : v->here.curve.live && v->here.curve.activity.state == ACTIVITY_QUEUED
             ? "waits for its turn" : v->here.curve.live ? "reading the texts" : "no points were kept"};

  if (figure == TRACE_ACCURACY)
    tell_best(v, aside);
  chart.n_series = all_series(v, figure, dots, &series);
  chart.series = series;
  train_range(v, &chart.x_min, &chart.x_max);  /* with room for what is to come, so that nothing is squeezed together */
  v->look.columns = columns;
  v->look.charts[figure] = a;
  v->look.shown_from = chart.x_min;
  v->look.shown_to = chart.x_max;
  chart_draw(&chart, c, a);
  free(series);
  notes_free(notes, n_notes);
}

void
train_draw_charts(struct train *v, struct canvas *c, struct area a)
{
  int half = a.cols / 2 - 1;

  draw_chart(v, c, area_cols(a, 0, half), TRACE_LOSS);
  draw_chart(v, c, area_cols(a, half + 2, half), TRACE_ACCURACY);
}
