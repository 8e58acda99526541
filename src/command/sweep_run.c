#include "command/sweep_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

void
sweep_run_init(struct sweep *s)
{
  size_t n = s->n_trials * s->n_seeds;

  s->jobs = xcalloc(n + 1, sizeof *s->jobs);
  s->curves = xcalloc(n + 1, sizeof *s->curves);
  for (size_t i = 0; i < n; i++)
    s->jobs[i].valid_accuracy = NAN;
  pthread_mutex_init(&s->lock, NULL);
  pthread_cond_init(&s->moved, NULL);
}

void
sweep_run_release(struct sweep *s)
{
  for (size_t i = 0; s->jobs && i < s->n_trials * s->n_seeds; i++) {
    free(s->jobs[i].name);
    free(s->curves[i].figure);
  }
  for (size_t k = 0; s->trials && k < s->n_trials; k++) {
    free(s->trials[k].values);
    free(s->trials[k].params);
  }
  if (s->jobs) {
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->moved);
  }
  free(s->trials);
  free(s->jobs);
  free(s->curves);
}

static struct project *
project_of(const struct sweep *s)
{
  return s->c->project;
}

static bool
is_over(const struct sweep_job *job)
{
  return job->state != SWEEP_WAITS && job->state != SWEEP_RUNS;
}

/* ---- results ---- */

struct sweep_result
sweep_result(const struct sweep *s, size_t trial)
{
  struct sweep_result r = {.trial = trial, .whole = true, .mean = NAN, .sd = NAN};
  double sum = 0, squares = 0;

  for (size_t k = 0; k < s->n_seeds; k++) {
    const struct sweep_job *job = &s->jobs[k * s->n_trials + trial];

    r.whole = r.whole && job->state == SWEEP_ENDED;
    if (job->state == SWEEP_STOPPED)
      r.stopped_at = (int)s->curves[k * s->n_trials + trial].n;
    if (job->state == SWEEP_ENDED || job->state == SWEEP_STOPPED) {
      r.n++;
      sum += job->valid_accuracy;
    }
  }
  if (r.n)
    r.mean = sum / (double)r.n;
  for (size_t k = 0; k < s->n_seeds; k++) {
    const struct sweep_job *job = &s->jobs[k * s->n_trials + trial];

    if (job->state == SWEEP_ENDED || job->state == SWEEP_STOPPED)
      squares += (job->valid_accuracy - r.mean) * (job->valid_accuracy - r.mean);
  }
  if (r.n > 1)
    r.sd = sqrt(squares / (double)(r.n - 1));
  return r;
}

bool
sweep_better(const struct sweep_result *a, const struct sweep_result *b)
{
  double x = isnan(a->mean) ? -1 : a->mean, y = isnan(b->mean) ? -1 : b->mean;

  if (a->whole != b->whole)
    return a->whole;
  return x != y ? x > y : a->trial < b->trial;
}

bool
sweep_best(const struct sweep *s, struct sweep_result *best)
{
  bool any = false;

  for (size_t k = 0; k < s->n_trials; k++) {
    struct sweep_result r = sweep_result(s, k);

    if (r.whole && (!any || sweep_better(&r, best))) {
      *best = r;
      any = true;
    }
  }
  return any;
}

/* ---- models ---- */

/* All but the best trial's go. With the lock: nobody else decides meanwhile. */
static size_t
find_losers(struct sweep *s, uint32_t *losers)
{
  struct sweep_result best = {0};
  bool any = sweep_best(s, &best);
  size_t n = 0;

  for (size_t i = 0; i < s->n_trials * s->n_seeds; i++)
    if (s->jobs[i].model && !(any && i == (s->n_seeds - 1) * s->n_trials + best.trial)) {
      s->jobs[i].model = false;
      losers[n++] = s->jobs[i].run;
    }
  return n;
}

static int
drop_models(struct sweep *s, struct err *e)
{
  uint32_t *losers = xcalloc(s->n_trials * s->n_seeds + 1, sizeof *losers);
  size_t n;
  int r = 0;

  pthread_mutex_lock(&s->lock);
  n = find_losers(s, losers);
  pthread_mutex_unlock(&s->lock);
  for (size_t i = 0; i < n && r == 0; i++)
    r = run_live_drop_model(project_of(s), losers[i], e);
  free(losers);
  return r;
}

/* ---- what an earlier part left ---- */

static void
add_figure(struct sweep_curve *c, double figure)
{
  GROW(c->figure, c->cap, c->n + 1);
  c->figure[c->n] = isnan(figure) ? (c->n ? c->figure[c->n - 1] : 0) : figure;
  c->n++;
}

static int
take_curve(struct sweep *s, size_t i, uint32_t run, struct err *e)
{
  struct train_point *points;
  size_t n;

  if (run_store_points(project_of(s), run, &points, &n, e) < 0)
    return -1;
  for (size_t k = 0; k < n; k++)
    if (points[k].epoch_end)
      add_figure(&s->curves[i], points[k].valid_accuracy);
  free(points);
  return 0;
}

static double
accuracy_of(const char *metrics)
{
  struct json *j = json_parse(metrics, strlen(metrics), NULL, NULL);
  double x = json_number(json_get(j, "valid_accuracy"), NAN);

  json_free(j);
  return x;
}

static int
take_run(struct sweep *s, const struct run_row *row, struct err *e)
{
  size_t k = row->trial - 1, seed = (size_t)(row->seed - s->seed), i = seed * s->n_trials + k;
  bool whole = row->state == RUN_DONE || row->state == RUN_STOPPED;

  if (!whole || row->trial < 1 || k >= s->n_trials || seed >= s->n_seeds || s->jobs[i].state != SWEEP_WAITS)
    return run_store_remove(project_of(s), row->name, e);
  s->jobs[i] = (struct sweep_job){row->state == RUN_DONE ? SWEEP_ENDED : SWEEP_STOPPED, row->id, xstrdup(row->name),
                                  accuracy_of(row->metrics), row->model_bytes > 0};
  s->curves[i].ended = row->state == RUN_DONE;
  s->curves[i].stopped = row->state == RUN_STOPPED;
  return take_curve(s, i, row->id, e);
}

int
sweep_run_take(struct sweep *s, struct err *e)
{
  struct run_row *rows;
  size_t n;
  int r = 0;

  if (sweep_store_runs(project_of(s), s->id, &rows, &n, e) < 0)
    return -1;
  for (size_t i = 0; i < n && r == 0; i++)
    r = take_run(s, &rows[i], e);
  run_rows_free(rows, n);
  return r;
}

/* ---- one run ---- */

struct worker {
  struct sweep *s;
  size_t i;                     /* the job */
  bool tells;                   /* it is on the thread of the command */
};

static void
show_progress(struct sweep *s, bool tells)
{
  size_t n = s->n_trials * s->n_seeds, over;

  pthread_mutex_lock(&s->lock);
  over = s->n_over;
  pthread_mutex_unlock(&s->lock);
  board_progress(project_board(project_of(s)), s->activity, over, n, 0);
  if (tells)
    progress_set(&s->c->progress, (double)over, NULL);
}

static void
on_point(struct course *course, const struct train_point *p)
{
  struct worker *w = course->hooks.arg;
  struct sweep *s = w->s;
  struct board *board = project_board(project_of(s));

  (void)p;
  if (stop_wanted(s->c->stop) || stop_wanted(board_stop_flag(board, s->activity)) ||
      !board_pause_point(board, s->activity))
    atomic_store(&s->stop.wanted, true);
  show_progress(s, w->tells);
}

/* Whether all lower numbers of this seed have come as far. With the lock. */
static bool
others_came(const struct sweep *s, size_t from, size_t i, size_t epoch)
{
  for (size_t k = from; k < i; k++)
    if (s->curves[k].n < epoch && !is_over(&s->jobs[k]))
      return false;
  return true;
}

static bool
on_epoch(struct course *course, const struct train_point *p)
{
  struct worker *w = course->hooks.arg;
  struct sweep *s = w->s;
  struct sweep_curve *mine = &s->curves[w->i];
  size_t from = w->i / s->n_trials * s->n_trials;
  bool stops = false;

  pthread_mutex_lock(&s->lock);
  add_figure(mine, p->valid_accuracy);
  pthread_cond_broadcast(&s->moved);
  if (s->median) {
    while (!others_came(s, from, w->i, mine->n) && !stop_wanted(&s->stop))
      pthread_cond_wait(&s->moved, &s->lock);
    stops = !stop_wanted(&s->stop) && sweep_median_stops(s->curves + from, w->i - from, mine->n);
  }
  pthread_mutex_unlock(&s->lock);
  return !stops;
}

/* What became of it. With the lock. */
static void
settle(struct sweep *s, size_t i, const struct course *course, int r)
{
  struct sweep_job *job = &s->jobs[i];

  job->state = r == 0 ? SWEEP_ENDED : r > 0 && r < 3 && !stop_wanted(&s->stop) ? SWEEP_STOPPED : SWEEP_LOST;
  job->run = course->row.id;
  job->valid_accuracy = course->best.valid_accuracy;
  job->model = !course->plan->modelless && (r == 0 || r == 1 || r == 2);
  free(job->name);
  job->name = course->name ? xstrdup(course->name) : NULL;
  s->curves[i].ended = job->state == SWEEP_ENDED;
  s->curves[i].stopped = !s->curves[i].ended;
}

static int
train_job(struct worker *w, struct err *e)
{
  struct sweep *s = w->s;
  size_t k = w->i % s->n_trials, seed = w->i / s->n_trials;
  struct course_plan plan = {
    .kind = s->space.kind, .values = s->trials[k].values, .params = s->trials[k].params, .data = s->data,
    .options = s->options, .vectors = s->vectors, .seed = s->seed + seed, .threads = 1, .checkpoint_s = -1,
    .sweep = s->id, .trial = (uint32_t)k + 1, .modelless = seed + 1 < s->n_seeds,
  };
  struct course course;
  char name[64];
  int r;

  if (s->n_seeds > 1)
    snprintf(name, sizeof name, "sweep%u#%zus%zu", s->id, k + 1, seed + 1);
  else
    snprintf(name, sizeof name, "sweep%u#%zu", s->id, k + 1);
  plan.name = name;
  course_init(&course, project_of(s), &plan, s->lesson);
  course.stop = &s->stop;
  course.hooks = (struct course_hooks){w, on_point, on_epoch};
  r = course_begin(&course, e);
  if (r == 0)
    r = course_train(&course, e);
  pthread_mutex_lock(&s->lock);
  settle(s, w->i, &course, r);
  pthread_mutex_unlock(&s->lock);
  if (r > 0 && r < 3 && stop_wanted(&s->stop))
    run_store_remove(project_of(s), course.name, NULL);  /* in part it says nothing: it is begun again */
  if (r == 0 && isnan(course.best.valid_accuracy))
    r = err_set(e, ERR_INPUT,
                "nothing to compare by: no text is of split valid, and the student '%s' sets none aside of %zu",
                s->space.kind->name, s->lesson->train.n);
  course_release(&course);
  return r < 0 ? -1 : drop_models(s, e);
}

/* ---- all of them ---- */

/* A trial's next seed begins when the one before is over; after a stopped one there is none. With the lock. */
static bool
may_begin(struct sweep *s, size_t i)
{
  const struct sweep_job *before = i >= s->n_trials ? &s->jobs[i - s->n_trials] : NULL;

  while (before && !is_over(before) && !stop_wanted(&s->stop))
    pthread_cond_wait(&s->moved, &s->lock);
  return !before || before->state == SWEEP_ENDED;
}

/* Takes the next job there is; false: there is none. */
static bool
take_job(struct sweep *s, size_t *i)
{
  bool got = false;

  pthread_mutex_lock(&s->lock);
  while (!got && s->next < s->n_trials * s->n_seeds && !stop_wanted(&s->stop)) {
    *i = s->next++;
    if (s->jobs[*i].state != SWEEP_WAITS) {
      s->n_over++;
    } else if (may_begin(s, *i)) {
      s->jobs[*i].state = SWEEP_RUNS;
      got = !stop_wanted(&s->stop);
    } else {
      s->jobs[*i].state = SWEEP_SKIPPED;
      s->n_over++;
    }
  }
  pthread_cond_broadcast(&s->moved);
  pthread_mutex_unlock(&s->lock);
  return got;
}

static void
job_over(struct sweep *s, int r, const struct err *e)
{
  pthread_mutex_lock(&s->lock);
  s->n_over++;
  if (r < 0 && !s->failed) {
    s->failed = true;
    s->e = *e;
    atomic_store(&s->stop.wanted, true);
  }
  pthread_cond_broadcast(&s->moved);
  pthread_mutex_unlock(&s->lock);
}

static void
work(void *arg, int i, int n)
{
  struct sweep *s = arg;
  struct worker w = {.s = s, .tells = i == 0};
  struct err e = {0};

  (void)n;
  while (take_job(s, &w.i)) {
    job_over(s, train_job(&w, &e), &e);
    show_progress(s, w.tells);
  }
  /* The command's thread tells how far the others are. */
  while (i == 0 && s->parallel > 1) {
    size_t over, before;
    bool more;

    pthread_mutex_lock(&s->lock);
    before = s->n_over;
    more = before < s->n_trials * s->n_seeds && !stop_wanted(&s->stop);
    while (more && s->n_over == before)
      pthread_cond_wait(&s->moved, &s->lock);
    over = s->n_over;
    pthread_mutex_unlock(&s->lock);
    if (!more)
      return;
    progress_set(&s->c->progress, (double)over, NULL);
  }
}

int
sweep_run(struct sweep *s, struct err *e)
{
  size_t n = s->n_trials * s->n_seeds;
  int threads = pool_threads(s->parallel);

  s->parallel = (size_t)threads < s->n_trials ? threads : (int)s->n_trials;
  progress_begin(&s->c->progress, "sweep", "runs", (double)n);
  pool_run(s->parallel, work, s);
  progress_end(&s->c->progress);
  if (s->failed) {
    *e = s->e;
    return -1;
  }
  if (stop_wanted(&s->stop))
    return 1;
  return drop_models(s, e);
}
