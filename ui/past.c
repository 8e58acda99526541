#include "ui/past.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/corpus.h"
#include "ui/workbench.h"

#define FIRST_PIECE 200    /* what the first screen needs */
#define PIECE 5000

struct past_reading {
  struct past *past;       /* NULL: it is gone */
  struct workbench *w;
  struct project *project;
  uint32_t newest;         /* what is newer than this is wanted; 0: what is older than `before` */
  uint32_t before;
  size_t max;
  struct log_entry *entries;
  size_t n;
  bool end;                /* there is nothing older */
  struct err error;
  uint64_t seen;
};

void
past_init(struct past *p, struct workbench *w)
{
  *p = (struct past){.w = w};
}

void
past_release(struct past *p)
{
  if (p->reading)
    p->reading->past = NULL;
  log_entries_free(p->entries, p->n);
  free(p->states);
  *p = (struct past){0};
}

bool
past_is_change(const struct log_entry *e)
{
  return e->kind == CHANGE_INSERT || e->kind == CHANGE_SET;
}

bool
past_find(const struct past *p, uint32_t change, size_t *i)
{
  size_t low = 0, high = p->n;

  while (low < high) {  /* ids fall */
    size_t middle = low + (high - low) / 2;

    if (p->entries[middle].id > change)
      low = middle + 1;
    else
      high = middle;
  }
  *i = low;
  return low < p->n && p->entries[low].id == change;
}

/* ---- what the entries mean together ---- */

/* An undone change can be made again as long as nobody but jobs changed something after its undo (store/history.h).
 * Read from the newest on, the undo of a change comes before the change itself. */
static void
judge(struct past *p)
{
  bool changed_since = false;

  GROW(p->states, p->cap_states, p->n);
  if (p->n)
    memset(p->states, PAST_DONE, p->n);
  p->here = p->n;
  p->n_undone = 0;
  for (size_t i = 0, at; i < p->n; i++) {
    const struct log_entry *e = &p->entries[i];

    if (e->kind == CHANGE_UNDO && past_find(p, e->target, &at) && p->entries[at].undone && p->states[at] == PAST_DONE)
      p->states[at] = changed_since ? PAST_LOST : PAST_UNDONE;
    if (!past_is_change(e))
      continue;
    if (p->states[i] == PAST_DONE && p->here == p->n)
      p->here = i;
    p->n_undone += p->states[i] == PAST_UNDONE;
    changed_since |= strncmp(e->actor, "job ", 4) != 0;
  }
  p->made++;
}

/* ---- reading ---- */

static void
read_work(void *arg)
{
  struct past_reading *r = arg;
  uint32_t before = r->before;
  size_t cap = 0;
  bool more = project_sync(r->project, &r->error) == 0;  /* what memory has stands in the log then */

  while (more) {
    struct log_entry *piece;
    size_t n;

    if (project_log(r->project, before, r->max, &piece, &n, &r->error) < 0)
      return;
    r->end = n < r->max;
    more = r->newest && !r->end && piece[n - 1].id > r->newest;
    before = n ? piece[n - 1].id : 0;
    GROW(r->entries, cap, r->n + n + 1);
    if (n)
      memcpy(r->entries + r->n, piece, n * sizeof *piece);
    r->n += n;
    free(piece);  /* its strings moved */
  }
}

static void
put(struct past *p, size_t at, struct past_reading *r, size_t n)
{
  GROW(p->entries, p->cap, p->n + n);
  if (p->n > at && n)
    memmove(p->entries + at + n, p->entries + at, (p->n - at) * sizeof *p->entries);
  if (n)
    memcpy(p->entries + at, r->entries, n * sizeof *p->entries);
  p->n += n;
  if (r->n > n)
    memmove(r->entries, r->entries + n, (r->n - n) * sizeof *r->entries);
  r->n -= n;
}

/* The newer ones go to the front, and say what was undone and redone of the older ones. */
static void
take_newer(struct past *p, struct past_reading *r)
{
  size_t n = 0, at;

  while (n < r->n && r->entries[n].id > r->newest)
    n++;
  put(p, 0, r, n);
  for (size_t i = n; i-- > 0;)
    if ((p->entries[i].kind == CHANGE_UNDO || p->entries[i].kind == CHANGE_REDO)
        && past_find(p, p->entries[i].target, &at))
      p->entries[at].undone = p->entries[i].kind == CHANGE_UNDO;
}

static void
read_done(void *arg)
{
  struct past_reading *r = arg;
  struct past *p = r->past;

  if (p) {
    p->reading = NULL;
    if (r->error.message[0]) {
      workbench_complain(r->w, &r->error);
      p->complete = true;  /* not asked again and again */
    } else if (r->newest) {
      take_newer(p, r);
    } else {
      put(p, p->n, r, r->n);
      p->complete = r->end;
    }
    p->seen = r->newest || !r->before ? r->seen : p->seen;
    judge(p);
    past_update(p);
    workbench_touch(r->w);
  }
  log_entries_free(r->entries, r->n);
  free(r);
}

void
past_update(struct past *p)
{
  struct past_reading *r;
  uint64_t seen = corpus_revision(workbench_corpus(p->w));

  if (p->reading || (p->complete && p->seen == seen))
    return;
  r = p->reading = xcalloc(1, sizeof *r);
  *r = (struct past_reading){.past = p, .w = p->w, .project = workbench_project(p->w), .seen = seen, .max = PIECE};
  if (!p->n) {
    r->max = FIRST_PIECE;
  } else if (p->seen != seen) {
    r->newest = p->entries[0].id;
    r->max = FIRST_PIECE;
  } else {
    r->before = p->entries[p->n - 1].id;
  }
  workbench_work(p->w, read_work, read_done, r);
}
