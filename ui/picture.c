#include "ui/picture.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "corpus/corpus.h"
#include "store/project.h"
#include "ui/workbench.h"

#define KEPT_FOR 3             /* sets */
#define SHARE 20               /* making pictures takes a twentieth of a processor at most */

struct making {
  struct picture *picture;
  struct columns *old, *columns;
  char **wanted;
  size_t n_wanted;
  uint64_t records;
  int64_t took_ms;
};

void
picture_init(struct picture *p, struct workbench *w)
{
  *p = (struct picture){.w = w};
  p->records = project_records_revision(workbench_project(w));
  p->columns = columns_new(workbench_project(w));
}

void
picture_release(struct picture *p)
{
  columns_free(p->columns);
  for (size_t i = 0; i < p->n_wanted; i++)
    free(p->wanted[i].name);
  free(p->wanted);
}

static void
making_work(void *arg)
{
  struct making *m = arg;
  int64_t from = clock_ms();
  struct column column;

  m->columns = columns_renew(m->old);
  for (size_t i = 0; i < m->n_wanted; i++)
    columns_provider(m->columns)->get(columns_provider(m->columns)->arg, m->wanted[i], &column);
  m->took_ms = clock_ms() - from;
}

static void
making_done(void *arg)
{
  struct making *m = arg;
  struct picture *p = m->picture;

  columns_free(p->columns);
  columns_free(m->old);
  p->columns = m->columns;
  p->records = m->records;
  p->working = false;
  p->made++;
  p->due_ms = clock_ms() + 500 + SHARE * m->took_ms;
  workbench_touch(p->w);
  for (size_t i = 0; i < m->n_wanted; i++)
    free(m->wanted[i]);
  free(m->wanted);
  free(m);
}

/* What nobody asked for while the last few sets were held is in use no more. */
static void
forget(struct picture *p)
{
  size_t kept = 0;

  for (size_t i = 0; i < p->n_wanted; i++)
    if (p->wanted[i].sets++ < KEPT_FOR)
      p->wanted[kept++] = p->wanted[i];
    else
      free(p->wanted[i].name);
  p->n_wanted = kept;
}

static void
make(struct picture *p)
{
  struct making *m = xcalloc(1, sizeof *m);

  forget(p);
  *m = (struct making){.picture = p, .old = columns_share(p->columns), .n_wanted = p->n_wanted,
                       .records = project_records_revision(workbench_project(p->w))};
  m->wanted = xcalloc(p->n_wanted + 1, sizeof *m->wanted);
  for (size_t i = 0; i < p->n_wanted; i++)
    m->wanted[i] = xstrdup(p->wanted[i].name);
  p->working = true;
  p->unread = false;
  workbench_work(p->w, making_work, making_done, m);
}

bool
picture_pending(const struct picture *p)
{
  return p->unread || p->records != project_records_revision(workbench_project(p->w));
}

void
picture_update(struct picture *p)
{
  if (p->working)
    return;
  if (picture_pending(p) || (p->n_wanted && clock_ms() >= p->due_ms && !columns_current(p->columns)))
    make(p);
}

int
picture_column(struct picture *p, const char *name, struct column *column)
{
  int known = columns_peek(p->columns, name, column);

  if (known < 0)
    return known;
  for (size_t i = 0; i < p->n_wanted; i++)
    if (!strcmp(p->wanted[i].name, name)) {
      p->wanted[i].sets = 0;
      p->unread |= known == 0;
      return known;
    }
  GROW(p->wanted, p->cap_wanted, p->n_wanted + 1);
  p->wanted[p->n_wanted++] = (struct wanted){.name = xstrdup(name)};
  p->unread |= known == 0;
  return known;
}
