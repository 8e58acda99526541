/* again.c: making an undone change again that redo does not reach any more, of project.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/internal.h"

struct again {
  uint32_t change;
  uint32_t entry;
  struct change *set;
  size_t n_left;
  bool dry;
};

static bool
same_value(const struct change_row *a, const struct change_row *b)
{
  const struct field_value *x = &a->value, *y = &b->value;

  switch (field_defs[a->field].kind) {
  case FIELD_KIND_NUMBER:
    return x->n == y->n;
  case FIELD_KIND_LABELS:
    return x->n == y->n && (!x->n || !memcmp(x->labels, y->labels, x->n * sizeof *x->labels));
  case FIELD_KIND_TEXT:
    return !x->s || !y->s ? !x->s && !y->s : x->n == y->n && !memcmp(x->s, y->s, x->n);
  }
  return false;
}

static bool
has(const struct marks *m, uint32_t change)
{
  for (size_t i = m->n; i > 0; i--)
    if (m->v[i - 1].change == change)
      return true;
  return false;
}

/* Only what was undone and is out of reach. */
static int
check(struct project *p, const struct again *a, struct err *e)
{
  int64_t kind;

  if (has(&p->history.done, a->change))
    return err_set(e, ERR_INPUT, "change %u is in force", a->change);
  if (has(&p->history.undone, a->change))
    return err_set(e, ERR_INPUT, "change %u is undone, and redo --to %u makes it again", a->change, a->change);
  if (db_number(&p->db, e, -1, &kind, "SELECT kind FROM change WHERE id=?", "u", a->change))
    return -1;
  if (kind != CHANGE_INSERT && kind != CHANGE_SET)
    return err_set(e, ERR_INPUT, kind < 0 ? "there is no change %u (retort log shows them)"
                                          : "change %u is none of samples (retort log shows them)", a->change);
  return 0;
}

/* The sample is there, or this is what brings it back. */
static bool
reaches(const struct project *p, const struct change_row *row)
{
  struct sample s;

  return row->field == FIELD_GONE || corpus_get(p->corpus, row->id, &s);
}

/* Keeps the rows of `after` whose field holds now what it held before the change. */
static int
keep_fitting(struct project *p, struct again *a, struct err *e)
{
  struct change *before = change_new(CHANGE_SET, "", ""), *now = change_new(CHANGE_SET, "", "");
  struct change *after = a->set;
  size_t n = 0;
  int rc = row_read_effect(p, a->change, true, before, e) || row_read_effect(p, a->change, false, after, e) ||
           row_read_back(p, after, now, e) ? -1 : 0;

  for (size_t i = 0; i < after->n_rows && !rc; i++)
    if (same_value(&before->rows[i], &now->rows[i]) && reaches(p, &after->rows[i]))
      after->rows[n++] = after->rows[i];
  a->n_left = after->n_rows - n;
  after->n_rows = n;
  change_free(before);
  change_free(now);
  return rc;
}

static int
again_work(struct project *p, void *arg, struct err *e)
{
  struct again *a = arg;
  sqlite3_stmt *s;

  if (check(p, a, e) || keep_fitting(p, a, e))
    return -1;
  s = db_query(&p->db, e, "SELECT summary FROM change WHERE id=?", "u", a->change);
  if (!s || db_next(&p->db, s, e) <= 0)
    return -1;
  change_summarize(a->set, "again: %s", (const char *)sqlite3_column_text(s, 0));
  db_rest(s);
  return !a->set->n_rows || a->dry ? 0 : row_write_set(p, a->set, &a->entry, e);
}

static void
again_after(struct project *p, void *arg)
{
  struct again *a = arg;

  if (!a->entry)
    return;
  history_note(&p->history, a->entry, CHANGE_SET, 0, a->set->actor);
  p->seen = a->entry;
  writer_apply(p, a->set);
}

int
project_again(struct project *p, uint32_t change, bool dry, struct project_again *out, struct err *e)
{
  struct again a = {.change = change, .dry = dry, .set = change_new(CHANGE_SET, "person", "")};
  int rc = project_call(p, again_work, again_after, &a, e);

  *out = (struct project_again){.n_left = a.n_left, .what = NULL};
  for (size_t i = 0; i < a.set->n_rows; i++)   /* a sample's rows stand together */
    out->n += i == 0 || a.set->rows[i].id != a.set->rows[i - 1].id;
  if (!rc)
    out->what = xstrdup(a.set->summary);
  change_free(a.set);
  return rc;
}
