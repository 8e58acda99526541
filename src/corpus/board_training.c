/* What trainings show and are asked on the board, and the queue in which they wait for their turn. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "corpus/board_entry.h"

void
training_forget(struct training_entry *t)
{
  free(t->values);
  free(t->changes);
  free(t->confusion);
  *t = (struct training_entry){0};
}

/* ---- the queue ---- */

static bool
has_turn(const struct board *b, uint64_t turn)
{
  for (size_t i = 0; i < b->n; i++)
    if (b->entries[i]->turn && b->entries[i]->turn < turn)
      return false;
  return true;
}

bool
board_queue(struct board *b, uint32_t id)
{
  struct entry *e = board_enter(b, id);
  bool go;

  if (!e)
    return true;
  e->turn = ++b->turns;
  if (!has_turn(b, e->turn)) {
    e->a.state = ACTIVITY_QUEUED;
    board_leave(b);
    pthread_mutex_lock(&b->lock);
    while (!has_turn(b, e->turn) && !stop_wanted(&e->stop))
      pthread_cond_wait(&b->woken, &b->lock);
    e->began_s = clock_s();
  }
  go = !stop_wanted(&e->stop);
  if (go)
    e->a.state = e->pause ? ACTIVITY_PAUSED : ACTIVITY_RUNNING;
  board_leave(b);
  return go;
}

/* ---- the worker's side ---- */

void
board_values(struct board *b, uint32_t id, const struct board_value *values, size_t n)
{
  struct entry *e = board_enter(b, id);
  struct training_entry *t;

  if (!e)
    return;
  t = &e->training;
  t->n_values = n < BOARD_MAX_VALUES ? n : BOARD_MAX_VALUES;
  t->values = xrealloc(t->values, (t->n_values + 1) * sizeof *values);
  if (t->n_values)
    memcpy(t->values, values, t->n_values * sizeof *values);
  board_leave(b);
}

void
board_changed(struct board *b, uint32_t id, const struct board_change *change)
{
  struct entry *e = board_enter(b, id);
  struct training_entry *t;

  if (!e)
    return;
  t = &e->training;
  GROW(t->changes, t->cap_changes, e->a.n_changes + 1);
  t->changes[e->a.n_changes++] = *change;
  board_leave(b);
}

void
board_confusion(struct board *b, uint32_t id, uint32_t n, const uint32_t *counts)
{
  size_t bytes = (size_t)n * n * sizeof *counts;
  struct entry *e = n <= BOARD_MAX_CLASSES ? board_enter(b, id) : NULL;

  if (!e)
    return;
  if (n != e->a.n_classes)
    e->training.confusion = xrealloc(e->training.confusion, bytes + 1);
  e->a.n_classes = n;
  if (bytes)
    memcpy(e->training.confusion, counts, bytes);
  board_leave(b);
}

void
board_of_sweep(struct board *b, uint32_t id, uint32_t sweep, uint32_t trial)
{
  struct entry *e = board_enter(b, id);

  if (!e)
    return;
  e->a.sweep = sweep;
  e->a.trial = trial;
  board_leave(b);
}

bool
board_take_set(struct board *b, uint32_t id, char *param, size_t size, double *value)
{
  struct entry *e = board_enter(b, id);
  struct training_entry *t;
  bool any;

  if (!e)
    return false;
  t = &e->training;
  any = t->n_wishes > 0;
  if (any) {
    snprintf(param, size, "%s", t->wishes[0].name);
    *value = t->wishes[0].value;
    memmove(t->wishes, t->wishes + 1, --t->n_wishes * sizeof *t->wishes);
  }
  pthread_mutex_unlock(&b->lock);
  return any;
}

/* ---- the screen's side ---- */

void
board_set(struct board *b, uint32_t id, const char *param, double value)
{
  struct entry *e = board_enter(b, id);
  struct training_entry *t;
  size_t i = 0;

  if (!e)
    return;
  t = &e->training;
  while (i < t->n_wishes && strcmp(t->wishes[i].name, param) != 0)
    i++;
  if (i < MAX_WISHES) {
    snprintf(t->wishes[i].name, sizeof t->wishes[i].name, "%s", param);
    t->wishes[i].value = value;
    t->n_wishes += i == t->n_wishes;
  }
  board_leave(b);
}

size_t
board_get_values(struct board *b, uint32_t id, struct board_value *out, size_t max)
{
  struct entry *e = board_enter(b, id);
  size_t n;

  if (!e)
    return 0;
  n = e->training.n_values < max ? e->training.n_values : max;
  if (n)
    memcpy(out, e->training.values, n * sizeof *out);
  pthread_mutex_unlock(&b->lock);
  return n;
}

bool
board_value_of(struct board *b, uint32_t id, const char *param, double *value)
{
  struct entry *e = board_enter(b, id);
  bool found = false;

  if (!e)
    return false;
  for (size_t i = 0; i < e->training.n_values && !found; i++)
    if ((found = strcmp(e->training.values[i].name, param) == 0))
      *value = e->training.values[i].value;
  pthread_mutex_unlock(&b->lock);
  return found;
}

size_t
board_changes(struct board *b, uint32_t id, size_t from, struct board_change *out, size_t max)
{
  struct entry *e = board_enter(b, id);
  size_t n;

  if (!e)
    return 0;
  n = from < e->a.n_changes ? e->a.n_changes - from : 0;
  n = n < max ? n : max;
  if (n)
    memcpy(out, e->training.changes + from, n * sizeof *out);
  pthread_mutex_unlock(&b->lock);
  return n;
}

uint32_t
board_get_confusion(struct board *b, uint32_t id, uint32_t *counts, uint32_t max_classes)
{
  struct entry *e = board_enter(b, id);
  uint32_t n;

  if (!e)
    return 0;
  n = e->a.n_classes <= max_classes ? e->a.n_classes : 0;
  if (n)
    memcpy(counts, e->training.confusion, (size_t)n * n * sizeof *counts);
  pthread_mutex_unlock(&b->lock);
  return n;
}
