#include "store/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

uint32_t
history_job(const char *actor)
{
  return !strncmp(actor, "job ", 4) ? (uint32_t)strtoul(actor + 4, NULL, 10) : 0;
}

void
history_release(struct history *h)
{
  free(h->done.v);
  free(h->undone.v);
  memset(h, 0, sizeof *h);
}

/* Does mark i go together with the one before it? */
static bool
joined(const struct marks *m, size_t i)
{
  return i > 0 && m->v[i].job && m->v[i].job == m->v[i - 1].job;
}

size_t
marks_last_group(const struct marks *m)
{
  size_t i = m->n;

  if (i > 0)
    i--;
  while (i > 0 && joined(m, i))
    i--;
  return i;
}

static void
push(struct marks *m, struct mark mark)
{
  GROW(m->v, m->cap, m->n + 1);
  m->v[m->n++] = mark;
  if (!joined(m, m->n - 1))
    atomic_fetch_add(&m->groups, 1);
}

static void
clear(struct marks *m)
{
  m->n = 0;
  atomic_store(&m->groups, 0);
}

/* Takes a change out, most often the last; its mark (with job 0 if it was not there). */
static struct mark
take(struct marks *m, uint32_t change)
{
  struct mark mark = {.change = change};
  size_t i = m->n, groups = 0;

  while (i > 0 && m->v[i - 1].change != change)
    i--;
  if (i-- == 0)
    return mark;
  mark = m->v[i];
  if (i == m->n - 1) {
    if (!joined(m, i))
      atomic_fetch_sub(&m->groups, 1);
    m->n--;
    return mark;
  }
  memmove(m->v + i, m->v + i + 1, (m->n - i - 1) * sizeof *m->v);
  m->n--;
  for (i = 0; i < m->n; i++)
    groups += !joined(m, i);
  atomic_store(&m->groups, groups);
  return mark;
}

void
history_note(struct history *h, uint32_t id, enum change_kind kind, uint32_t target, const char *actor)
{
  struct mark mark = {.change = id, .job = history_job(actor)};

  switch (kind) {
  case CHANGE_INSERT:
  case CHANGE_SET:
    push(&h->done, mark);
    if (!mark.job)
      clear(&h->undone);
    break;
  case CHANGE_UNDO:
    push(&h->undone, take(&h->done, target));
    break;
  case CHANGE_REDO:
    push(&h->done, take(&h->undone, target));
    break;
  case CHANGE_LABEL:
  case N_CHANGES:
    break;
  }
}
