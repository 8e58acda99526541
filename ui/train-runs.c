/* The list of runs in Train: what the project knows of them, read on a thread; what stands on the board. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/corpus.h"
#include "ui/view-train.h"

const struct run_row *
train_selected(const struct train *v)
{
  return v->list.at < v->known.n_runs ? &v->known.runs[v->list.at] : NULL;
}

void
train_known_release(struct train_known *k)
{
  run_rows_free(k->runs, k->n_runs);
  free(k->accuracies);
  evaluation_rows_free(k->evaluations, k->n_evaluations);
  run_sets_free(k->presets, k->n_presets);
  for (size_t i = 0; i < N_OF(k->forms); i++)
    free(k->forms[i]);
  memset(k, 0, sizeof *k);
}

/* ---- reading, on a thread of its own ---- */

struct lookup {
  struct train *v;
  struct project *project;
  uint32_t *shown;           /* runs of sweeps that are laid over, ended by 0 */
  struct train_known known;
};

static double
kept_accuracy(const struct run_row *run)
{
  struct json *j = json_parse(run->metrics, strlen(run->metrics), NULL, NULL);
  double value = json_number(json_get(j, "valid_accuracy"), NAN);

  json_free(j);
  return value;
}

static bool
listed(const struct lookup *l, const struct run_row *run)
{
  if (run->experiment_id)
    return false;
  for (const uint32_t *id = l->shown; run->sweep && *id; id++)
    if (*id == run->id)
      return true;
  return !run->sweep;
}

/* Newest first, without the many runs that experiments and sweeps make. */
static void
keep_listed(struct lookup *l)
{
  struct train_known *k = &l->known;
  size_t kept = 0;

  for (size_t i = 0; i < k->n_runs; i++)
    if (listed(l, &k->runs[i]))
      k->runs[kept++] = k->runs[i];
    else
      run_row_release(&k->runs[i]);
  for (size_t i = 0; i < kept / 2; i++) {
    struct run_row other = k->runs[i];

    k->runs[i] = k->runs[kept - 1 - i];
    k->runs[kept - 1 - i] = other;
  }
  k->n_runs = kept;
  k->accuracies = xcalloc(kept + 1, sizeof *k->accuracies);
  for (size_t i = 0; i < kept; i++)
    k->accuracies[i] = kept_accuracy(&k->runs[i]);
}

static void
lookup_work(void *arg)
{
  struct lookup *l = arg;
  struct train_known *k = &l->known;

  if (run_store_list(l->project, &k->runs, &k->n_runs, NULL) < 0)
    k->n_runs = 0;
  keep_listed(l);
  if (run_store_evaluations(l->project, &k->evaluations, &k->n_evaluations, NULL) < 0)
    k->n_evaluations = 0;
  if (run_set_list(l->project, &k->presets, &k->n_presets, NULL) < 0)
    k->n_presets = 0;
  for (size_t i = 0; i < student_n_kinds && i < N_OF(k->forms); i++) {
    char *name = xasprintf("form.train.%s", student_kinds[i]->name);

    k->forms[i] = project_setting(l->project, name);
    free(name);
  }
}

/* The selected run stays selected, wherever it stands now; one that was started here is turned to. */
static void
keep_selected(struct train *v)
{
  size_t row = 0;

  for (size_t i = 0; i < v->known.n_runs; i++)
    if (v->known.runs[i].id == v->run)
      row = i;
  for (size_t i = 0; v->turn_to && i < v->known.n_runs; i++)
    if (v->known.runs[i].id == v->turn_to) {
      row = i;
      v->turn_to = 0;
      break;
    }
  if (v->follow && v->known.n_runs && v->known.runs[0].id > v->newest) {
    row = 0;
    v->follow = false;
  }
  list_keep(&v->list, v->known.n_runs, row);
  train_select(v, v->list.at);
}

static void
lookup_done(void *arg)
{
  struct lookup *l = arg;
  struct train *v = l->v;

  v->working = false;
  train_known_release(&v->known);
  v->known = l->known;
  v->confusion_of = 0;       /* an evaluation may have come */
  keep_selected(v);
  free(l->shown);
  free(l);
  train_look_up(v);          /* where something was asked for meanwhile */
}

void
train_look_again(struct train *v)
{
  v->seen = UINT64_MAX;
  train_look_up(v);
}

void
train_look_up(struct train *v)
{
  struct lookup *l;
  size_t n = 0;

  if (v->working || v->seen == project_records_revision(v->project))
    return;
  l = xcalloc(1, sizeof *l);
  v->seen = project_records_revision(v->project);
  v->working = true;
  *l = (struct lookup){.v = v, .project = v->project, .shown = xcalloc(v->n_over + 1, sizeof *l->shown)};
  for (size_t i = 0; i < v->n_over; i++)
    if (v->over[i]->run)
      l->shown[n++] = v->over[i]->run;
  workbench_work(v->w, lookup_work, lookup_done, l);
}

/* ---- the selected one ---- */

void
train_select(struct train *v, size_t row)
{
  const struct run_row *run;

  list_go(&v->list, row);
  run = train_selected(v);
  if (v->run != (run ? run->id : 0)) {
    v->epochs = v->pairs = v->labels = (struct list){0};
    v->wished_lr = NAN;
    v->told[0] = '\0';
  }
  v->run = run ? run->id : 0;
  json_free(v->params);
  v->params = run ? json_parse(run->params, strlen(run->params), NULL, NULL) : NULL;
  v->here.run = v->run;
  v->here.curve.n_epochs = (int)json_number(json_get(v->params, "epochs"), 0);
  curve_of(&v->here.curve, v->run);
  curve_update(&v->here.curve);
  train_find_confusion(v);
}

/* ---- what it confuses ---- */

struct reading {
  struct train *v;
  uint32_t run;
  char *metrics, *split;
  struct confusion confusion;
};

static void
read_work(void *arg)
{
  struct reading *r = arg;

  confusion_read(&r->confusion, r->metrics);
}

static void
read_done(void *arg)
{
  struct reading *r = arg;
  struct train *v = r->v;

  v->confusion_working = false;
  if (r->run == v->run) {
    confusion_release(&v->confusion);
    v->confusion = r->confusion;
    confusion_sort(&v->confusion, v->worst_first);
    v->confusion_of = r->run;
    v->confusion_epoch = 0;
    snprintf(v->confusion_name, sizeof v->confusion_name, "%s", r->split);
  } else {
    confusion_release(&r->confusion);
  }
  free(r->metrics);
  free(r->split);
  free(r);
}

/* On the test texts where there is such an evaluation, else whatever there is. */
static const struct evaluation_row *
evaluation_of(const struct train *v)
{
  const struct evaluation_row *best = NULL;

  for (size_t i = 0; i < v->known.n_evaluations; i++) {
    const struct evaluation_row *e = &v->known.evaluations[i];

    if (e->kind == PREDICTOR_RUN && e->predictor_id == v->run && (!best || !strcmp(e->split, "test")))
      best = e;
  }
  return best;
}

/* The matrix of the last epoch, counted once an epoch. */
static bool
find_live(struct train *v)
{
  const struct curve *k = &v->here.curve;
  uint32_t n = k->live ? k->activity.n_classes : 0, *counts;

  if (!n || !k->n_ends)
    return false;
  if (v->confusion_of == v->run && v->confusion_epoch == k->n_ends)
    return true;
  counts = xcalloc((size_t)n * n, sizeof *counts);
  if (board_get_confusion(workbench_board(v->w), k->activity.id, counts, n) == n) {
    confusion_count(&v->confusion, n, counts);
    confusion_sort(&v->confusion, v->worst_first);
    v->confusion_of = v->run;
    v->confusion_epoch = k->n_ends;
    snprintf(v->confusion_name, sizeof v->confusion_name, "validation, epoch %d", k->points[k->ends[k->n_ends - 1]].epoch);
  }
  free(counts);
  return v->confusion_of == v->run;
}

void
train_find_confusion(struct train *v)
{
  const struct evaluation_row *evaluation = evaluation_of(v);
  struct reading *r;

  if (!evaluation && find_live(v))
    return;
  if (v->confusion_working || (v->confusion_of == v->run && v->confusion_epoch == 0))
    return;
  if (!evaluation) {
    confusion_release(&v->confusion);
    v->confusion_of = v->run;
    v->confusion_epoch = 0;
    return;
  }
  r = xcalloc(1, sizeof *r);
  *r = (struct reading){.v = v, .run = v->run, .metrics = xstrdup(evaluation->metrics), .split = xstrdup(evaluation->split)};
  v->confusion_working = true;
  workbench_work(v->w, read_work, read_done, r);
}

/* ---- drawing ---- */

static const struct {
  uint32_t sign;
  enum style style;
} state_signs[N_RUN_STATES] = {
  [RUN_RUNNING] = {0x25b8, STYLE_GOOD}, [RUN_DONE] = {0x2713, STYLE_GOOD}, [RUN_STOPPED] = {0x25cf, STYLE_DIM},
  [RUN_FAILED] = {0x2717, STYLE_BAD}, [RUN_INTERRUPTED] = {'?', STYLE_WARN}, [RUN_QUEUED] = {0x00b7, STYLE_DIM},
};

enum run_state
train_state(const struct train *v, const struct run_row *run, struct activity *live)
{
  if (!board_find(workbench_board(v->w), ACTIVITY_RUN, run->id, live) || activity_ended(live->state))
    return run->state;
  return live->state == ACTIVITY_QUEUED ? RUN_QUEUED : RUN_RUNNING;
}

/* How far it is, or how good it was. */
static const char *
figure_of(const struct train *v, size_t i, enum run_state state, const struct activity *live, char out[16])
{
  if (state == RUN_QUEUED)
    return "queue";
  if (state == RUN_FAILED || state == RUN_INTERRUPTED)
    return state == RUN_FAILED ? "fail" : "cut";
  if (state != RUN_RUNNING || !live->total)
    return train_part(v->known.accuracies[i], out);
  if (live->state == ACTIVITY_PAUSED)
    return "pause";
  snprintf(out, 16, "%.0f%%", fmin(100, 100. * (double)live->done / (double)live->total));
  return out;
}

static void
draw_run(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct train *v = arg;
  const struct run_row *run = &v->known.runs[i];
  const struct laid *over = train_over_of(v, run->id);
  struct activity live = {0};
  enum run_state state = train_state(v, run, &live);
  char number[16];

  canvas_put(c, a, 0, 0, STYLE_KEY, here ? '>' : ' ');
  canvas_put(c, a, 0, 2, state_signs[state].style, state_signs[state].sign);
  if (over)
    canvas_put(c, a, 0, 1, over->style, (unsigned char)over->letter);
  canvas_fit(c, a, 0, 4, a.cols - 10, STYLE_NORMAL, run->name, strlen(run->name));
  canvas_right(c, a, 0, a.cols - 6, 5, state == RUN_RUNNING ? STYLE_GOOD : state == RUN_QUEUED ? STYLE_DIM
               : state == RUN_FAILED ? STYLE_BAD : state == RUN_INTERRUPTED ? STYLE_WARN : STYLE_NORMAL,
               figure_of(v, i, state, &live, number));
}

void
train_draw_runs(struct train *v, struct canvas *c, struct area a, bool focus)
{
  v->list.height = a.rows;
  list_draw(&v->list, c, a, focus, draw_run, v);
}
