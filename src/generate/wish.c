#include "generate/wish.h"

#include <inttypes.h>
#include <string.h>

#include "generate/examples.h"
#include "generate/kind.h"

/* ---- one line ---- */

bool
wish_said(const struct job_options *o)
{
  return o->per_label > 0 || o->count > 0 || o->labels || o->n_restrictions > 0 || o->about;
}

static void
add_crew(const struct blueprint *b, struct buf *out)
{
  if (b->n_members == 1)
    return;
  buf_adds(out, WISH_CREW);
  for (size_t i = 0; i < b->n_members; i++)
    if (b->fallback)
      buf_addf(out, "%s%u", i ? ">" : "", b->members[i].recruit.row.id);
    else
      buf_addf(out, "%s%u:%u", i ? "," : "", b->members[i].recruit.row.id, b->members[i].share);
}

void
wish_line(const struct blueprint *b, const struct job_options *o, struct buf *out)
{
  if (wish_said(o)) {
    buf_addf(out, "per_label=%zu count=%zu seed=%" PRIu64, o->per_label, o->count, o->seed ? o->seed : 1);
    for (size_t i = 0; o->labels && i < o->n_labels; i++)
      buf_addf(out, " label=%u", o->labels[i]);
    for (size_t i = 0; i < o->n_restrictions; i++)
      buf_addf(out, " %s=%s", o->restrictions[i].attribute, o->restrictions[i].value);
    if (o->seeds != SEEDS_RANDOM)
      buf_addf(out, " seeds=%s", seeds_policy_names[o->seeds]);
    if (o->steer)
      buf_adds(out, " steer");
    if (o->about)
      buf_addf(out, " texts=%d repeats=%d soft=%d rationale=%d relabel=%d about=%s", o->texts_a_request, o->repeats,
               o->soft, o->rationale, o->relabel, o->about);
  }
  add_crew(b, out);
}

bool
wish_matches(const struct blueprint *b, const struct job_options *o, const char *line)
{
  struct buf own = BUF_INIT;
  const char *crew = strstr(line, WISH_CREW);
  bool same;

  if (wish_said(o))
    wish_line(b, o, &own);
  else
    add_crew(b, &own);
  same = strcmp(buf_str(&own), wish_said(o) ? line : crew ? crew : "") == 0;
  buf_release(&own);
  return same;
}

int
wish_find(const struct blueprint *b, const struct job_options *o, struct job_row *row, struct err *e)
{
  struct job_row *rows = NULL;
  size_t n = 0;
  int found = 0;

  if (job_store_list(b->project, &rows, &n, e) < 0)
    return -1;
  for (size_t i = 0; i < n && !found; i++) {
    struct job_row *r = &rows[i];

    found = strcmp(r->kind, b->kind->name) == 0 && r->template_id == b->template.id &&
            r->teacher_id == b->members->recruit.row.id && wish_matches(b, o, r->key);
    if (found) {
      *row = *r;
      *r = (struct job_row){0};
    }
  }
  job_rows_free(rows, n);
  return found;
}

/* ---- in memory ---- */

/* Of n things of this size. */
static void *
copy(struct arena *a, const void *from, size_t n, size_t size)
{
  void *to = arena_alloc(a, n * size + 1);

  if (n > 0)
    memcpy(to, from, n * size);
  return to;
}

void
wish_copy(struct job_options *to, const struct job_options *from, struct arena *a)
{
  struct job_teacher *teachers = copy(a, from->teachers, from->n_teachers, sizeof *teachers);
  struct plan_restriction *restrictions = copy(a, from->restrictions, from->n_restrictions, sizeof *restrictions);

  *to = *from;
  to->template_name = arena_strdup(a, from->template_name);
  for (size_t i = 0; i < to->n_teachers; i++)
    teachers[i].name = arena_strdup(a, teachers[i].name);
  for (size_t i = 0; i < to->n_restrictions; i++)
    restrictions[i] = (struct plan_restriction){arena_strdup(a, restrictions[i].attribute),
                                                arena_strdup(a, restrictions[i].value)};
  to->teachers = teachers;
  to->restrictions = restrictions;
  to->labels = from->labels ? copy(a, from->labels, from->n_labels, sizeof *from->labels) : NULL;
  to->hard = copy(a, from->hard, from->n_hard, sizeof *from->hard);
  to->subjects = copy(a, from->subjects, from->n_subjects, sizeof *from->subjects);
  to->about = from->about ? arena_strdup(a, from->about) : NULL;
  to->retry = NULL;
}
