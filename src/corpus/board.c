#include "corpus/board_entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define MAX_ENDED 64

const char *const activity_state_names[N_ACTIVITY_STATES] = {"running", "paused", "done", "stopped", "failed",
                                                             "queued"};

bool
activity_ended(enum activity_state state)
{
  return state == ACTIVITY_DONE || state == ACTIVITY_STOPPED || state == ACTIVITY_FAILED;
}

struct board *
board_new(struct corpus *c)
{
  struct board *b = xcalloc(1, sizeof *b);

  b->corpus = c;
  pthread_mutex_init(&b->lock, NULL);
  pthread_cond_init(&b->woken, NULL);
  return b;
}

static void
forget(struct entry *e)
{
  free(e->points);
  training_forget(&e->training);
  free(e->stream);
  e->stream = NULL;
  free(e->cells);
  for (size_t i = 0; e->lines && i < MAX_LINES; i++)
    free(e->lines[i]);
  free(e->lines);
  e->lines = NULL;
  e->points = NULL;
  e->cells = NULL;
  e->cap_points = e->n_lines = e->a.n_points = e->a.n_cells = e->a.n_changes = 0;
  e->a.n_classes = 0;
  e->forgotten = true;
}

void
board_free(struct board *b)
{
  if (!b)
    return;
  for (size_t i = 0; i < b->n; i++) {
    forget(b->entries[i]);
    free(b->entries[i]);
  }
  free(b->entries);
  pthread_mutex_destroy(&b->lock);
  pthread_cond_destroy(&b->woken);
  free(b);
}

static bool
ended(const struct entry *e)
{
  return activity_ended(e->a.state);
}

struct entry *
board_enter(struct board *b, uint32_t id)
{
  if (!b || !id)
    return NULL;
  pthread_mutex_lock(&b->lock);
  if (id <= b->n && !b->entries[id - 1]->forgotten)
    return b->entries[id - 1];
  pthread_mutex_unlock(&b->lock);
  return NULL;
}

void
board_leave(struct board *b)
{
  atomic_fetch_add_explicit(&b->revision, 1, memory_order_release);
  pthread_mutex_unlock(&b->lock);
  corpus_touch(b->corpus);
}

/* The many runs of a sweep crowd out each other, and nothing else. */
static void
forget_oldest(struct board *b)
{
  size_t n_ended[2] = {0, 0};

  for (size_t i = b->n; i-- > 0;) {
    struct entry *e = b->entries[i];

    if (ended(e) && !e->forgotten && ++n_ended[e->a.sweep > 0] >= MAX_ENDED)
      forget(e);
  }
}

uint32_t
board_begin(struct board *b, enum activity_kind kind, uint32_t record_id, const char *title)
{
  struct entry *e;
  uint32_t id;

  if (!b)
    return 0;
  e = xcalloc(1, sizeof *e);
  e->a.kind = kind;
  e->a.record_id = record_id;
  e->began_s = clock_s();
  e->want_in_flight = -1;
  e->want_budget_usd = -1;
  snprintf(e->a.title, sizeof e->a.title, "%s", title);
  pthread_mutex_lock(&b->lock);
  forget_oldest(b);
  GROW(b->entries, b->cap, b->n + 1);
  b->entries[b->n++] = e;
  id = e->a.id = (uint32_t)b->n;
  board_leave(b);
  return id;
}

void
board_progress(struct board *b, uint32_t id, uint64_t done, uint64_t total, double rate)
{
  struct entry *e = board_enter(b, id);

  if (!e)
    return;
  e->a.done = done;
  e->a.total = total;
  e->a.rate = rate;
  board_leave(b);
}

void
board_message(struct board *b, uint32_t id, const char *message)
{
  struct entry *e = board_enter(b, id);

  if (!e)
    return;
  snprintf(e->a.message, sizeof e->a.message, "%s", message ? message : "");
  board_leave(b);
}

void
board_job(struct board *b, uint32_t id, const struct job_live *live)
{
  struct entry *e = board_enter(b, id);

  if (!e)
    return;
  e->a.job = *live;
  board_leave(b);
}

void
board_cells(struct board *b, uint32_t id, const struct board_cell *cells, size_t n)
{
  struct entry *e = board_enter(b, id);

  if (!e)
    return;
  if (n != e->a.n_cells)
    e->cells = xrealloc(e->cells, (n ? n : 1) * sizeof *cells);
  e->a.n_cells = n;
  if (n)
    memcpy(e->cells, cells, n * sizeof *cells);
  board_leave(b);
}

void
board_point(struct board *b, uint32_t id, const struct train_point *point)
{
  struct entry *e = board_enter(b, id);

  if (!e)
    return;
  GROW(e->points, e->cap_points, e->a.n_points + 1);
  e->points[e->a.n_points++] = *point;
  board_leave(b);
}

void
board_diversity(struct board *b, uint32_t id, const struct board_diversity *d)
{
  struct entry *e = board_enter(b, id);

  if (!e)
    return;
  e->a.diversity = *d;
  board_leave(b);
}

void
board_stream(struct board *b, uint32_t id, const char *text)
{
  struct entry *e = board_enter(b, id);

  if (!e)
    return;
  free(e->stream);
  e->stream = text ? xstrdup(text) : NULL;
  board_leave(b);
}

char *
board_get_stream(struct board *b, uint32_t id)
{
  struct entry *e = board_enter(b, id);
  char *text;

  if (!e)
    return NULL;
  text = e->stream ? xstrdup(e->stream) : NULL;
  pthread_mutex_unlock(&b->lock);
  return text;
}

void
board_line(struct board *b, uint32_t id, const char *line)
{
  struct entry *e = board_enter(b, id);
  char **slot;

  if (!e)
    return;
  if (!e->lines)
    e->lines = xcalloc(MAX_LINES, sizeof *e->lines);
  slot = &e->lines[e->n_lines++ % MAX_LINES];
  free(*slot);
  *slot = xstrdup(line);
  board_leave(b);
}

void
board_end(struct board *b, uint32_t id, enum activity_state state, const char *message)
{
  struct entry *e = board_enter(b, id);

  if (!e)
    return;
  e->a.state = state;
  e->ended_s = clock_s();
  if (message)
    snprintf(e->a.message, sizeof e->a.message, "%s", message);
  e->turn = 0;
  pthread_cond_broadcast(&b->woken);
  board_leave(b);
}

struct stop *
board_stop_flag(struct board *b, uint32_t id)
{
  struct entry *e = board_enter(b, id);

  if (!e)
    return NULL;
  pthread_mutex_unlock(&b->lock);
  return &e->stop;
}

bool
board_pause_point(struct board *b, uint32_t id)
{
  struct entry *e = board_enter(b, id);
  bool go;

  if (!e)
    return true;
  if (e->pause && !stop_wanted(&e->stop) && !ended(e)) {
    e->a.state = ACTIVITY_PAUSED;
    board_leave(b);
    pthread_mutex_lock(&b->lock);
    while (e->pause && !stop_wanted(&e->stop))
      pthread_cond_wait(&b->woken, &b->lock);
    e->a.state = ACTIVITY_RUNNING;
  }
  go = !stop_wanted(&e->stop);
  pthread_mutex_unlock(&b->lock);
  return go;
}

bool
board_paused(struct board *b, uint32_t id)
{
  struct entry *e = board_enter(b, id);
  bool paused;

  if (!e)
    return false;
  paused = e->pause;
  pthread_mutex_unlock(&b->lock);
  return paused;
}

void
board_wanted(struct board *b, uint32_t id, int *in_flight, double *budget_usd)
{
  struct entry *e = board_enter(b, id);

  *in_flight = -1;
  *budget_usd = -1;
  if (!e)
    return;
  *in_flight = e->want_in_flight;
  *budget_usd = e->want_budget_usd;
  e->want_in_flight = -1;
  e->want_budget_usd = -1;
  pthread_mutex_unlock(&b->lock);
}

bool
board_limited(struct board *b, uint32_t id, struct board_limits *out)
{
  struct entry *e = board_enter(b, id);
  bool said;

  if (!e)
    return false;
  said = e->want_limits;
  *out = e->limits;
  e->want_limits = false;
  pthread_mutex_unlock(&b->lock);
  return said;
}

unsigned
board_stops(struct board *b, uint32_t id)
{
  struct entry *e = board_enter(b, id);
  unsigned n;

  if (!e)
    return 0;
  n = e->stops;
  pthread_mutex_unlock(&b->lock);
  return n;
}

void
board_limit(struct board *b, uint32_t id, const struct board_limits *limits)
{
  struct entry *e = board_enter(b, id);

  if (!e)
    return;
  e->limits = *limits;
  e->want_limits = true;
  pthread_cond_broadcast(&b->woken);
  board_leave(b);
}

void
board_want(struct board *b, uint32_t id, int in_flight, double budget_usd)
{
  struct entry *e = board_enter(b, id);

  if (!e)
    return;
  if (in_flight >= 0)
    e->want_in_flight = in_flight;
  if (budget_usd >= 0)
    e->want_budget_usd = budget_usd;
  pthread_cond_broadcast(&b->woken);
  board_leave(b);
}

void
board_pause(struct board *b, uint32_t id, bool pause)
{
  struct entry *e = board_enter(b, id);

  if (!e)
    return;
  if (!ended(e)) {
    e->pause = pause;
    if (e->a.state != ACTIVITY_QUEUED)
      e->a.state = pause ? ACTIVITY_PAUSED : ACTIVITY_RUNNING;
  }
  pthread_cond_broadcast(&b->woken);
  board_leave(b);
}

void
board_stop(struct board *b, uint32_t id)
{
  struct entry *e = board_enter(b, id);

  if (!e)
    return;
  atomic_store(&e->stop.wanted, true);
  if (e->stops++)
    atomic_store(&e->stop.at_once, true);
  pthread_cond_broadcast(&b->woken);
  board_leave(b);
}

void
board_stop_all(struct board *b)
{
  if (!b)
    return;
  pthread_mutex_lock(&b->lock);
  for (size_t i = 0; i < b->n; i++)
    if (!ended(b->entries[i])) {
      atomic_store(&b->entries[i]->stop.wanted, true);
      if (b->entries[i]->stops++)
        atomic_store(&b->entries[i]->stop.at_once, true);
    }
  pthread_cond_broadcast(&b->woken);
  board_leave(b);
}

static void
copy_activity(const struct entry *e, struct activity *out)
{
  *out = e->a;
  out->n_lines = e->n_lines;
  out->seconds = (ended(e) ? e->ended_s : clock_s()) - e->began_s;
}

bool
board_get(struct board *b, uint32_t id, struct activity *out)
{
  struct entry *e = board_enter(b, id);

  if (!e)
    return false;
  copy_activity(e, out);
  pthread_mutex_unlock(&b->lock);
  return true;
}

bool
board_find(struct board *b, enum activity_kind kind, uint32_t record_id, struct activity *out)
{
  bool found = false;

  if (!b)
    return false;
  pthread_mutex_lock(&b->lock);
  for (size_t i = b->n; i-- > 0 && !found;) {
    const struct entry *e = b->entries[i];

    found = !e->forgotten && e->a.kind == kind && e->a.record_id == record_id;
    if (found)
      copy_activity(e, out);
  }
  pthread_mutex_unlock(&b->lock);
  return found;
}

size_t
board_list(struct board *b, struct activity *out, size_t max)
{
  size_t n = 0;

  if (!b)
    return 0;
  pthread_mutex_lock(&b->lock);
  for (size_t i = b->n; i-- > 0 && n < max;)
    if (!b->entries[i]->forgotten)
      copy_activity(b->entries[i], &out[n++]);
  pthread_mutex_unlock(&b->lock);
  return n;
}

size_t
board_live(struct board *b, struct activity *out, size_t max)
{
  size_t n = 0;

  if (!b)
    return 0;
  pthread_mutex_lock(&b->lock);
  for (size_t i = b->n; i-- > 0 && n < max;)
    if (!ended(b->entries[i]))
      copy_activity(b->entries[i], &out[n++]);
  pthread_mutex_unlock(&b->lock);
  return n;
}

size_t
board_running(struct board *b)
{
  size_t n = 0;

  if (!b)
    return 0;
  pthread_mutex_lock(&b->lock);
  for (size_t i = 0; i < b->n; i++)
    n += !ended(b->entries[i]);
  pthread_mutex_unlock(&b->lock);
  return n;
}

static size_t
copy_from(const struct entry *e, size_t from, struct train_point *out, size_t max)
{
  size_t n = from < e->a.n_points ? e->a.n_points - from : 0;

  if (n > max)
    n = max;
  if (n)
    memcpy(out, e->points + from, n * sizeof *out);
  return n;
}

size_t
board_points(struct board *b, uint32_t id, size_t from, struct train_point *out, size_t max)
{
  struct entry *e = board_enter(b, id);
  size_t n;

  if (!e)
    return 0;
  n = copy_from(e, from, out, max);
  pthread_mutex_unlock(&b->lock);
  return n;
}

size_t
board_get_cells(struct board *b, uint32_t id, struct board_cell *out, size_t max)
{
  struct entry *e = board_enter(b, id);
  size_t n;

  if (!e)
    return 0;
  n = e->a.n_cells < max ? e->a.n_cells : max;
  if (n)
    memcpy(out, e->cells, n * sizeof *out);
  pthread_mutex_unlock(&b->lock);
  return n;
}

size_t
board_lines(struct board *b, uint32_t id, char **out, size_t max)
{
  struct entry *e = board_enter(b, id);
  size_t n = 0;

  if (!e)
    return 0;
  for (size_t i = e->n_lines; i-- > 0 && n < max && e->n_lines - i <= MAX_LINES;)
    out[n++] = xstrdup(e->lines[i % MAX_LINES]);
  pthread_mutex_unlock(&b->lock);
  return n;
}

uint64_t
board_revision(const struct board *b)
{
  return b ? atomic_load_explicit(&((struct board *)b)->revision, memory_order_acquire) : 0;
}
