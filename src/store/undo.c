/* undo.c: undo, redo and going to any point of history, of project.h. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/record.h"

#define AT_ONCE 4096  /* rows between two looks at the wish to stop */

/* A change to undo or redo. */
struct target {
  uint32_t change;
  uint32_t entry;              /* of the log, that says that it was undone or redone */
  uint32_t n;                  /* samples */
  uint32_t job;                /* who made it, 0: no job */
  char *actor, *summary;
};
struct walk {
  const struct project_way *way;
  struct target *targets;      /* in the order of doing */
  size_t n_targets;
  struct change *set;          /* what it does to samples: of several targets, the last value of a field */
  struct hashset places;       /* of a sample and a field to the place of its row in set, from 1 */
  struct hashset touched;      /* the same to the oldest target that touches it; filled where later jobs might, too */
  uint32_t *later;             /* changes of jobs that stay, made after the oldest target */
  size_t n_later;
  double done, total;          /* of the work */
};

static uint64_t
key_of(uint32_t sample, uint32_t field)
{
  return (uint64_t)sample << 4 | field;
}

/* ---- which changes ---- */

static void
add_target(struct walk *w, const struct mark *m)
{
  w->targets[w->n_targets++] = (struct target){.change = m->change, .job = m->job};
}

/* The newest so many that no job made. */
static void
choose_persons(struct walk *w, const struct marks *m)
{
  for (size_t i = m->n; i-- > 0 && w->n_targets < w->way->count;)
    if (!m->v[i].job)
      add_target(w, &m->v[i]);
}

/* So many groups from the end. */
static size_t
count_back(const struct marks *m, size_t count)
{
  struct marks rest = {.v = m->v, .n = m->n};

  for (; count > 0 && rest.n > 0; count--)
    rest.n = marks_last_group(&rest);
  return rest.n;
}

static size_t
place_of(const struct marks *m, uint32_t change)
{
  size_t i = m->n;

  while (i > 0 && m->v[i - 1].change != change)
    i--;
  return i;
}

/* Why one cannot go there. */
static int
refuse(struct project *p, const struct walk *w, struct err *e)
{
  bool other = place_of(w->way->redo ? &p->history.done : &p->history.undone, w->way->to) > 0;
  uint32_t to = w->way->to;
  int64_t kind;

  if (other && w->way->redo)
    return err_set(e, ERR_INPUT, "change %u is in force (undo --to %u goes back to it)", to, to);
  if (other)
    return err_set(e, ERR_INPUT, "change %u is undone (redo --to %u comes forward to it)", to, to);
  if (db_number(&p->db, e, -1, &kind, "SELECT kind FROM change WHERE id=?", "u", to))
    return -1;
  if (kind != CHANGE_INSERT && kind != CHANGE_SET)
    return err_set(e, ERR_INPUT, kind < 0 ? "there is no change %u (retort log shows them)"
                                          : "change %u is none of samples (retort log shows them)", to);
  return err_set(e, ERR_INPUT, "change %u was undone, and something else was changed since (redo --change %u makes it"
                               " again where it still fits)", to, to);
}

/* From where on the marks are undone, or redone. */
static int
choose_from(struct project *p, const struct walk *w, const struct marks *m, size_t *from, struct err *e)
{
  const struct project_way *way = w->way;

  *from = 0;
  if (way->count)
    *from = count_back(m, way->count);
  else if (way->to && way->to != PROJECT_NEWEST) {
    *from = place_of(m, way->to);
    if (!*from)
      return refuse(p, w, e);
    *from -= way->redo;        /* undone is what came after it; redone it is itself */
  }
  return 0;
}

static int
choose(struct project *p, struct walk *w, struct err *e)
{
  const struct marks *m = w->way->redo ? &p->history.undone : &p->history.done;
  size_t from;

  w->targets = xcalloc(m->n + 1, sizeof *w->targets);
  if (w->way->count && w->way->scope == UNDO_PERSON && !w->way->redo) {
    choose_persons(w, m);
    return 0;
  }
  if (choose_from(p, w, m, &from, e))
    return -1;
  for (size_t i = m->n; i-- > from;)
    add_target(w, &m->v[i]);
  return 0;
}

/* Who made them, and how much it is. */
static int
look_up(struct project *p, struct walk *w, struct err *e)
{
  for (size_t i = 0; i < w->n_targets; i++) {
    struct target *t = &w->targets[i];
    sqlite3_stmt *s = db_query(&p->db, e, "SELECT actor, summary, n FROM change WHERE id=?", "u", t->change);
    int rc = s ? db_next(&p->db, s, e) : -1;

    if (rc <= 0)
      return rc ? -1 : err_set(e, ERR_FAIL, "the log has no entry %u (run retort check)", t->change);
    t->actor = col_text(s, 0);
    t->summary = col_text(s, 1);
    t->n = col_u32(s, 2);
    w->total += 2.0 * t->n + 1;
    db_rest(s);
  }
  return 0;
}

/* ---- what they do ---- */

static int
tell(struct walk *w, struct err *e)
{
  if (w->way->tell)
    w->way->tell(w->way->arg, w->done, w->total);
  if (stop_wanted(w->way->stop))
    return err_set(e, ERR_INTERRUPTED, "interrupted: nothing is changed");
  return 0;
}

/* Rows from `from` on take the place of earlier ones of the same field: however long the way is, the set is never more
 * than what there is to write. */
static void
merge(struct walk *w, size_t from)
{
  struct change *set = w->set;
  size_t n = from;

  for (size_t i = from; i < set->n_rows; i++) {
    uint32_t *at = hashset_at(&w->places, key_of(set->rows[i].id, set->rows[i].field));

    if (!*at) {
      set->rows[n++] = set->rows[i];
      *at = (uint32_t)n;
    } else {
      set->rows[*at - 1].value = set->rows[i].value;
    }
  }
  set->n_rows = n;
}

/* The effect of a target onto the set. */
static int
read_target(struct project *p, struct walk *w, const struct target *t, struct err *e)
{
  size_t from = w->set->n_rows;

  if (row_read_effect(p, t->change, !w->way->redo, w->set, e))
    return -1;
  for (size_t i = from; i < w->set->n_rows && w->n_later; i++) {
    uint32_t *oldest = hashset_at(&w->touched, key_of(w->set->rows[i].id, w->set->rows[i].field));

    if (!*oldest || t->change < *oldest)
      *oldest = t->change;
  }
  if (w->n_targets > 1)
    merge(w, from);
  w->done += t->n;
  return tell(w, e);
}

static int
compare_rows(const void *a, const void *b)
{
  const struct change_row *x = a, *y = b;

  return x->id != y->id ? (x->id < y->id ? -1 : 1) : x->field < y->field ? -1 : x->field > y->field;
}

static int
read_targets(struct project *p, struct walk *w, struct err *e)
{
  for (size_t i = 0; i < w->n_targets; i++)
    if (read_target(p, w, &w->targets[i], e))
      return -1;
  if (w->n_targets > 1)
    qsort(w->set->rows, w->set->n_rows, sizeof *w->set->rows, compare_rows);
  return 0;
}

/* ---- what may stand in the way ----
 *
 * A job may have worked on the same samples later: then the values to go back to are not those before. */

static void
find_later(const struct project *p, struct walk *w)
{
  const struct marks *done = &p->history.done;
  struct hashset chosen = {0};
  uint32_t oldest = UINT32_MAX;

  for (size_t i = 0; i < w->n_targets; i++) {
    *hashset_at(&chosen, w->targets[i].change) = 1;
    if (w->targets[i].change < oldest)
      oldest = w->targets[i].change;
  }
  w->later = xcalloc(done->n + 1, sizeof *w->later);
  for (size_t i = 0; i < done->n; i++)
    if (done->v[i].job && done->v[i].change > oldest && !hashset_get(&chosen, done->v[i].change))
      w->later[w->n_later++] = done->v[i].change;
  hashset_release(&chosen);
}

static int
in_the_way(const struct walk *w, const struct mark *later, uint32_t sample, uint32_t field, struct err *e)
{
  uint32_t oldest = hashset_get(&w->touched, key_of(sample, field));

  if (!oldest)
    oldest = hashset_get(&w->touched, key_of(sample, FIELD_GONE));   /* its insert */
  if (!oldest || oldest > later->change)
    return 0;
  for (size_t i = 0; i < w->n_targets; i++)
    if (w->targets[i].change == oldest)
      return err_set(e, ERR_FAIL, "cannot %s '%s': job %u changed sample %u after it", w->way->redo ? "redo" : "undo",
                     w->targets[i].summary, later->job, sample);
  return 0;
}

static int
check_later(struct project *p, const struct walk *w, struct err *e)
{
  static const char sql[] = "SELECT r.sample, r.field, c.actor FROM change_row r JOIN change c ON c.id = r.change"
                            " WHERE r.change=?";

  for (size_t i = 0; i < w->n_later; i++) {
    sqlite3_stmt *s = db_query(&p->db, e, sql, "u", w->later[i]);
    int rc = s ? 0 : -1;

    while (s && (rc = db_next(&p->db, s, e)) > 0) {
      struct mark later = {w->later[i], history_job((const char *)sqlite3_column_text(s, 2))};

      if (in_the_way(w, &later, col_u32(s, 0), col_u32(s, 1), e)) {
        db_rest(s);
        return -1;
      }
    }
    if (rc < 0)
      return -1;
  }
  return 0;
}

/* ---- doing it ---- */

static int
write_entries(struct project *p, struct walk *w, struct err *e)
{
  for (size_t i = 0; i < w->n_targets; i++) {
    struct target *t = &w->targets[i];
    char *summary = xasprintf("%s: %s", w->way->redo ? "redo" : "undo", t->summary);
    int rc = row_write_entry(p, w->way->redo ? CHANGE_REDO : CHANGE_UNDO, "person", summary, t->change, t->n, 0,
                             &t->entry, e);

    free(summary);
    if (rc)
      return -1;
  }
  return 0;
}

static int
write_values(struct project *p, struct walk *w, struct err *e)
{
  double each = w->set->n_rows ? (w->total - w->done) / (double)w->set->n_rows : 0;

  for (size_t i = 0; i < w->set->n_rows; i += AT_ONCE) {
    size_t n = w->set->n_rows - i < AT_ONCE ? w->set->n_rows - i : AT_ONCE;
    const struct change piece = {.rows = w->set->rows + i, .n_rows = n};

    if (row_write_values(p, &piece, e))
      return -1;
    w->done += each * (double)n;
    if (tell(w, e))
      return -1;
  }
  return 0;
}

/* 1: done, 0: there was nothing to do. */
static int
walk_work(struct project *p, void *arg, struct err *e)
{
  struct walk *w = arg;

  if (choose(p, w, e))
    return -1;
  if (!w->n_targets)
    return 0;
  w->set = change_new(CHANGE_SET, "", "");
  find_later(p, w);
  return look_up(p, w, e) || read_targets(p, w, e) || check_later(p, w, e) || write_entries(p, w, e) ||
         write_values(p, w, e) ? -1 : 1;
}

static void
walk_after(struct project *p, void *arg)
{
  struct walk *w = arg;

  if (!w->n_targets)
    return;
  for (size_t i = 0; i < w->n_targets; i++)
    history_note(&p->history, w->targets[i].entry, w->way->redo ? CHANGE_REDO : CHANGE_UNDO, w->targets[i].change,
                 "person");
  p->seen = w->targets[w->n_targets - 1].entry;
  writer_apply(p, w->set);
}

/* "undid: reject 3 samples", or for several changes of a job in a row "undid: job 12 (144 changes)". */
static void
describe(const struct walk *w, struct project_walked *out)
{
  const char *did = w->way->redo ? "redid" : "undid";

  out->n_changes = w->n_targets;
  out->what = xcalloc(w->n_targets + 1, sizeof *out->what);
  for (size_t i = 0, end; i < w->n_targets; i = end) {
    const struct target *t = &w->targets[i];

    for (end = i + 1; end < w->n_targets && t->job && w->targets[end].job == t->job;)
      end++;
    out->what[out->n++] = end - i > 1 ? xasprintf("%s: %s (%zu changes)", did, t->actor, end - i)
                                      : xasprintf("%s: %s", did, t->summary);
  }
}

int
project_walk(struct project *p, const struct project_way *way, struct project_walked *out, struct err *e)
{
  struct walk w = {.way = way};
  int rc;

  *out = (struct project_walked){.n = 0};
  rc = project_call(p, walk_work, walk_after, &w, e);
  if (rc > 0)
    describe(&w, out);
  for (size_t i = 0; i < w.n_targets; i++) {
    free(w.targets[i].actor);
    free(w.targets[i].summary);
  }
  free(w.targets);
  free(w.later);
  hashset_release(&w.places);
  hashset_release(&w.touched);
  change_free(w.set);
  return rc;
}

void
project_walked_release(struct project_walked *walked)
{
  for (size_t i = 0; i < walked->n; i++)
    free(walked->what[i]);
  free(walked->what);
  *walked = (struct project_walked){.n = 0};
}

static int
walk_one(struct project *p, const struct project_way *way, char **what, struct err *e)
{
  struct project_walked walked;
  int rc = project_walk(p, way, &walked, e);

  if (what)
    *what = rc > 0 ? xstrdup(walked.what[0])
                   : rc == 0 ? xasprintf("nothing to %s", way->redo ? "redo" : "undo") : NULL;
  project_walked_release(&walked);
  return rc;
}

int
project_undo(struct project *p, enum undo_scope scope, char **what, struct err *e)
{
  return walk_one(p, &(struct project_way){.scope = scope, .count = 1}, what, e);
}

int
project_redo(struct project *p, char **what, struct err *e)
{
  return walk_one(p, &(struct project_way){.redo = true, .count = 1}, what, e);
}

size_t
project_undoable(const struct project *p)
{
  return atomic_load(&((struct project *)p)->history.done.groups);
}

size_t
project_redoable(const struct project *p)
{
  return atomic_load(&((struct project *)p)->history.undone.groups);
}
