#include "generate/restore.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/neardup.h"
#include "generate/kind.h"
#include "store/job_store.h"

struct restoring {
  struct project *project;
  bool pair;
  struct neardup *tests;         /* of the test split */
  struct job_row job;            /* of the last text */
  struct change *change;
  uint32_t *ids;                 /* of the dropped texts that become the change's samples */
  size_t n;
};

static struct neardup *
index_tests(const struct corpus *c)
{
  struct neardup *d = neardup_new(NEARDUP_THRESHOLD);
  struct sample s;

  for (uint32_t id = 1, last = corpus_count(c); id <= last; id++)
    if (corpus_get(c, id, &s) && s.split == SPLIT_TEST)
      neardup_add(d, s.id, s.text, s.n_text, s.text2, s.n_text2);
  return d;
}

static bool
is_blank(const char *s)
{
  return s[strspn(s, " \t\r\n")] == '\0';
}

/* Whether these texts can be a sample. */
static int
check(struct restoring *r, const struct dropped_row *d, const char *text, const char *text2, struct err *e)
{
  double similarity;
  uint32_t of;

  if (strcmp(r->job.kind, "annotate") == 0)
    return err_set(e, ERR_INPUT, "dropped text %u is of an annotation: what it labels stands in the corpus", d->id);
  if (!text)
    return err_set(e, ERR_INPUT, "dropped text %u is a whole reply that could not be read (give the text: --text)",
                   d->id);
  if (is_blank(text) || (text2 && is_blank(text2)))
    return err_set(e, ERR_INPUT, "dropped text %u is empty (give a text: --text)", d->id);
  if (!r->pair && text2 && !d->text2)
    return err_set(e, ERR_INPUT, "the texts of this project are no pairs (leave out --text2)");
  if (r->pair != (text2 != NULL))
    return err_set(e, ERR_INPUT, r->pair ? "dropped text %u is no pair (give the second text: --text2)"
                                         : "dropped text %u is a pair (give one text: --text)", d->id);
  if (neardup_find(r->tests, text, strlen(text), text2, text2 ? strlen(text2) : 0, &of, &similarity))
    return err_set(e, ERR_INPUT, "dropped text %u is %.2f like test text %u, which must not be learned from (change "
                   "it: --text)", d->id, similarity, of);
  return 0;
}

static void
add(struct restoring *r, const struct dropped_row *d, const struct request_row *q, const char *text, const char *text2)
{
  struct candidate t = {.text = text, .n_text = strlen(text), .text2 = text2, .n_text2 = text2 ? strlen(text2) : 0};

  outcome_sample(r->change, project_corpus(r->project), &r->job, q, &t);
  r->ids[r->n++] = d->id;
}

static int
find_job(struct restoring *r, uint32_t id, struct err *e)
{
  if (r->job.id == id)
    return 0;
  job_row_release(&r->job);
  return job_store_get(r->project, id, &r->job, e);
}

/* 1: refused, with e; 0: added; -1. */
static int
restore_one(struct restoring *r, const struct restore_wish *w, struct err *e)
{
  struct dropped_row d = {0};
  struct request_row q = {0};
  const char *text, *text2;
  int result = 1;

  if (job_store_dropped_one(r->project, w->dropped_id, &d, e) < 0)
    return 1;
  text = w->text ? w->text : d.text;
  text2 = w->text2 ? w->text2 : w->text && !r->pair ? NULL : d.text2;
  if (job_store_request(r->project, d.request_id, &q, e) < 0 || find_job(r, d.job_id, e) < 0) {
    result = -1;
  } else if (check(r, &d, text, text2, e) == 0) {
    add(r, &d, &q, text, text2);
    result = 0;
  }
  dropped_row_release(&d);
  request_row_release(&q);
  return result;
}

static void
refuse(struct restore_result *result, const struct err *why)
{
  if (result->n_refused++ == 0)
    result->why = *why;
}

int
restore_dropped(struct project *p, const struct restore_wish *wishes, size_t n, struct restore_result *result,
                struct err *e)
{
  const struct corpus *c = project_corpus(p);
  struct restoring r = {.project = p, .pair = corpus_task(c) == TASK_PAIR, .tests = index_tests(c),
                        .change = change_new(CHANGE_INSERT, "person", ""), .ids = xcalloc(n + 1, sizeof *r.ids)};
  struct err why = {0};
  int rc = 0;

  *result = (struct restore_result){0};
  for (size_t i = 0; i < n && rc == 0; i++) {
    int one = restore_one(&r, &wishes[i], &why);

    if (one > 0)
      refuse(result, &why);
    else if (one < 0)
      rc = -1;
  }
  if (rc < 0) {
    *e = why;
  } else if (r.n == 0) {
    rc = n == 0 ? err_set(e, ERR_INPUT, "there is no dropped text to restore") : -1;
    if (n > 0)
      *e = result->why;
  } else {
    change_summarize(r.change, "restore %zu dropped text%s", r.n, r.n == 1 ? "" : "s");
    rc = job_store_restore(p, r.ids, r.n, r.change, &result->first_id, e);
    result->n_restored = rc == 0 ? r.n : 0;
  }
  neardup_free(r.tests);
  change_free(r.change);
  job_row_release(&r.job);
  free(r.ids);
  return rc;
}
