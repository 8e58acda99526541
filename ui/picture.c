#include "ui/picture.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/project.h"
#include "ui/workbench.h"

#define SHARE 20               /* making sets takes a twentieth of a processor at most */

struct making {
  struct picture *picture;
  struct columns *old, *columns;
  uint64_t records;
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
}

static void
making_work(void *arg)
{
  struct making *m = arg;

  m->columns = columns_renew(m->old);
}

static void
making_done(void *arg)
{
  struct making *m = arg;
  struct picture *p = m->picture;

  p->working = false;
  p->records = m->records;
  columns_free(p->columns);
  p->columns = m->columns;
  columns_free(m->old);
  workbench_touch(p->w);
  free(m);
}

bool
picture_pending(const struct picture *p)
{
  return p->records != project_records_revision(workbench_project(p->w));
}

void
picture_update(struct picture *p)
{
  struct making *m;

  if (p->working || !picture_pending(p))
    return;
  m = xcalloc(1, sizeof *m);
  *m = (struct making){.picture = p, .old = columns_share(p->columns),
                       .records = project_records_revision(workbench_project(p->w))};
  p->working = true;
  workbench_work(p->w, making_work, making_done, m);
}

bool
picture_may_renew(const struct picture *p)
{
  return !columns_current(p->columns) && clock_ms() >= p->due_ms;
}

void
picture_give(struct picture *p, struct columns *c, int64_t took_ms)
{
  columns_share(c);
  columns_free(p->columns);
  p->columns = c;
  p->due_ms = clock_ms() + SHARE * took_ms;
}
