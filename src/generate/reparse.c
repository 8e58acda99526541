#include "generate/reparse.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "generate/kind.h"
#include "generate/parse.h"
#include "store/job_store.h"
#include "store/template_store.h"
#include "teacher/openai.h"

/* The filters of one template. */
struct sieve {
  struct sieve *next;
  uint32_t template_id;
  struct filters *filters;
};

struct work {
  struct project *project;
  const struct reparse_options *o;
  struct reparse_result *result;
  struct sieve *sieves;
  struct job_row job;            /* the one being worked on */
  struct request_row row;        /* the reply being worked on */
  struct change *change;
  uint32_t *became;              /* for each sample of the change */
  size_t cap_became;
  struct dropped_row *dropped;   /* of the list, some with new reasons, and new ones */
  size_t n_dropped, cap_dropped;
  uint32_t *forgotten, *readable;
  size_t n_forgotten, cap_forgotten, n_readable, cap_readable;
};

/* Ids of samples by the request that they came from, gone ones too. */
struct offspring {
  uint32_t request, sample;
};
struct family {
  struct offspring *v;
  size_t n, cap;
};

/* ---- filters ---- */

static int
filters_of(struct work *w, struct filters **filters, struct err *e)
{
  struct template_row mine = {0}, row = {0};
  struct prompty t = {0};
  struct sieve *s;
  int result = -1;

  if (w->o->template_name) {
    if (template_store_get(w->project, w->o->template_name, w->o->template_version, &row, e) < 0)
      return -1;
  } else if (template_store_by_id(w->project, w->job.template_id, &mine, e) < 0 ||
             template_store_get(w->project, mine.name, 0, &row, e) < 0) {
    goto out;
  }
  for (s = w->sieves; s && s->template_id != row.id; s = s->next)
    ;
  if (!s) {
    if (prompty_parse(&t, row.name, row.source, strlen(row.source), e) < 0)
      goto out;
    s = xcalloc(1, sizeof *s);
    *s = (struct sieve){.next = w->sieves, .template_id = row.id,
                        .filters = filters_new(project_corpus(w->project), &t.filters)};
    w->sieves = s;
  }
  *filters = s->filters;
  result = 0;
out:
  prompty_release(&t);
  template_row_release(&mine);
  template_row_release(&row);
  return result;
}

/* The filters of the other templates must know what came in, too. */
static void
tell_others(struct work *w, const struct filters *but, const struct candidate *t)
{
  char detail[200];
  uint32_t of;

  for (struct sieve *s = w->sieves; s; s = s->next)
    if (s->filters != but)
      filters_drop(s->filters, w->row.label, t, &of, detail, sizeof detail);
}

/* ---- one text ---- */

static void
keep(struct work *w, const struct candidate *t, uint32_t became)
{
  GROW(w->became, w->cap_became, w->change->n_samples + 1);
  w->became[w->change->n_samples] = became;
  outcome_sample(w->change, project_corpus(w->project), &w->job, &w->row, t);
}

/* Takes the row. */
static void
list(struct work *w, const struct dropped_row *row)
{
  GROW(w->dropped, w->cap_dropped, w->n_dropped + 1);
  w->dropped[w->n_dropped++] = *row;
}

/* old: the dropped text that it is, whose place in the list it takes; NULL: it is new. became: the row of the list that
 * its sample is in place of, or 0. True if it is kept. */
static bool
sift(struct work *w, struct filters *filters, const struct candidate *t, const struct dropped_row *old,
     uint32_t became)
{
  char detail[200];
  uint32_t of;
  enum drop_reason reason = filters_drop(filters, w->row.label, t, &of, detail, sizeof detail);

  if (reason == DROP_NONE) {
    tell_others(w, filters, t);
    keep(w, t, became);
    return true;
  }
  w->result->after[reason]++;
  if (!old || strcmp(old->reason, drop_defs[reason].name) != 0 || strcmp(old->detail, detail) != 0)
    list(w, &(struct dropped_row){
      .id = old ? old->id : 0, .request_id = w->row.id, .label = w->row.label, .attributes = xstrdup(w->row.attributes),
      .text = xstrdup(t->text), .text2 = t->text2 ? xstrdup(t->text2) : NULL, .reason = xstrdup(drop_defs[reason].name),
      .detail = xstrdup(detail), .of_id = of});
  return false;
}

/* ---- one reply ---- */

static int
read_reply(struct work *w, struct parsed *texts, struct err *e)
{
  struct chat_reply chat;
  int result = chat_parse(w->row.reply ? w->row.reply : "", w->row.n_reply, &chat, e);
  struct parse_want want = {.pair = corpus_task(project_corpus(w->project)) == TASK_PAIR, .count = w->row.wanted,
                            .finish_reason = chat.finish_reason};

  if (result == 0)
    result = parse_reply(chat.content, strlen(chat.content), &want, texts, e);
  chat_reply_release(&chat);
  return result;
}

static bool
same_text(const struct candidate *t, const char *text, const char *text2)
{
  return strcmp(t->text, text) == 0 && strcmp(t->text2 ? t->text2 : "", text2 ? text2 : "") == 0;
}

static bool
is_listed(const struct candidate *t, const struct dropped_row *dropped, size_t n_dropped)
{
  for (size_t i = 0; i < n_dropped; i++)
    if (dropped[i].text && same_text(t, dropped[i].text, dropped[i].text2))
      return true;
  return false;
}

/* A reply that could not be read. It may have been once, and that was undone: what was dropped then is in the list by
 * itself. */
static void
read_quarantined(struct work *w, struct filters *filters, const struct dropped_row *old,
                 const struct dropped_row *dropped, size_t n_dropped)
{
  struct parsed texts = {0};
  struct err why = {0};
  size_t before = w->change->n_samples;

  if (read_reply(w, &texts, &why) < 0) {
    w->result->after[DROP_PARSE]++;
  } else {
    GROW(w->readable, w->cap_readable, w->n_readable + 1);
    w->readable[w->n_readable++] = w->row.id;
    for (size_t i = 0; i < texts.n; i++)
      if (!is_listed(&texts.texts[i], dropped, n_dropped))
        sift(w, filters, &texts.texts[i], NULL, w->change->n_samples == before ? old->id : 0);
    if (w->change->n_samples == before) {
      GROW(w->forgotten, w->cap_forgotten, w->n_forgotten + 1);
      w->forgotten[w->n_forgotten++] = old->id;
    }
  }
  parsed_release(&texts);
}

/* Takes one of the texts that the reply is known for off the list of those that were read now. */
static void
cross_out(struct parsed *texts, bool *known, const char *text, const char *text2)
{
  for (size_t i = 0; i < texts->n; i++)
    if (!known[i] && same_text(&texts->texts[i], text, text2)) {
      known[i] = true;
      return;
    }
}

/* Texts that the reader did not see when the reply was read: those that are neither sample nor dropped, if there are as
 * many of them as the reply has more than both; else some sample was edited, and nobody can say which is new. */
static void
look_for_more(struct work *w, struct filters *filters, const struct offspring *samples, size_t n_samples,
              const struct dropped_row *dropped, size_t n_dropped)
{
  struct parsed texts = {0};
  struct err why = {0};
  size_t unknown = 0;
  struct sample s;
  bool *known;

  if (read_reply(w, &texts, &why) == 0 && texts.n > n_samples + n_dropped) {
    known = xcalloc(texts.n + 1, sizeof *known);
    for (size_t i = 0; i < n_samples; i++) {
      corpus_get(project_corpus(w->project), samples[i].sample, &s);
      cross_out(&texts, known, s.text, s.text2);
    }
    for (size_t i = 0; i < n_dropped; i++)
      cross_out(&texts, known, dropped[i].text, dropped[i].text2);
    for (size_t i = 0; i < texts.n; i++)
      unknown += !known[i];
    for (size_t i = 0; i < texts.n && unknown == texts.n - n_samples - n_dropped; i++)
      if (!known[i])
        sift(w, filters, &texts.texts[i], NULL, 0);
    free(known);
  }
  parsed_release(&texts);
}

/* ---- one job ---- */

static int
compare_offspring(const void *a, const void *b)
{
  const struct offspring *x = a, *y = b;

  if (x->request != y->request)
    return x->request < y->request ? -1 : 1;
  return x->sample < y->sample ? -1 : x->sample > y->sample;
}

static void
find_family(const struct corpus *c, struct family *out)
{
  struct sample s;

  for (uint32_t id = 1, last = corpus_count(c); id <= last; id++) {
    corpus_get(c, id, &s);   /* gone ones, too */
    if (s.request_id == 0)
      continue;
    GROW(out->v, out->cap, out->n + 1);
    out->v[out->n++] = (struct offspring){s.request_id, id};
  }
  if (out->n > 0)
    qsort(out->v, out->n, sizeof *out->v, compare_offspring);
}

static int
compare_dropped(const void *a, const void *b)
{
  const struct dropped_row *x = a, *y = b;

  if (x->request_id != y->request_id)
    return x->request_id < y->request_id ? -1 : 1;
  return x->id < y->id ? -1 : x->id > y->id;
}

/* dropped: those of this reply. */
static void
work_on_reply(struct work *w, struct filters *filters, const struct dropped_row *dropped, size_t n_dropped,
              const struct offspring *samples, size_t n_samples)
{
  bool quarantined = false;

  w->result->n_replies++;
  for (size_t i = 0; i < n_dropped; i++) {
    const struct dropped_row *d = &dropped[i];
    enum drop_reason reason = drop_parse(d->reason);
    struct candidate t = {.text = d->text, .text2 = d->text2, .n_text = d->text ? strlen(d->text) : 0,
                          .n_text2 = d->text2 ? strlen(d->text2) : 0};

    if (reason != DROP_NONE)
      w->result->before[reason]++;
    if (d->text)
      sift(w, filters, &t, d, d->id);
    else
      read_quarantined(w, filters, d, dropped, n_dropped);
    quarantined = quarantined || !d->text;
  }
  if (!quarantined)
    look_for_more(w, filters, samples, n_samples, dropped, n_dropped);
}

static int
work_on_job(struct work *w, const struct family *family, struct err *e)
{
  struct request_row *rows = NULL;
  struct dropped_row *dropped = NULL;
  struct filters *filters = NULL;
  size_t n = 0, n_dropped = 0, at = 0, origin = 0;
  int result = -1;

  if (filters_of(w, &filters, e) < 0 ||
      job_store_requests(w->project, w->job.id, REQUEST_PARSED, false, &rows, &n, e) < 0 ||
      job_store_dropped(w->project, w->job.id, NULL, &dropped, &n_dropped, e) < 0)
    goto out;
  if (n_dropped > 0)
    qsort(dropped, n_dropped, sizeof *dropped, compare_dropped);
  result = 0;
  for (size_t i = 0; i < n && result == 0; i++) {
    size_t first, first_origin;

    if (stop_wanted(w->o->stop)) {
      result = err_set(e, ERR_INTERRUPTED, "stopped; nothing was changed");
      break;
    }
    for (; at < n_dropped && dropped[at].request_id < rows[i].id; at++)
      ;
    for (; origin < family->n && family->v[origin].request < rows[i].id; origin++)
      ;
    for (first = at; at < n_dropped && dropped[at].request_id == rows[i].id; at++)
      ;
    for (first_origin = origin; origin < family->n && family->v[origin].request == rows[i].id; origin++)
      ;
    result = job_store_request(w->project, rows[i].id, &w->row, e);
    if (result == 0)
      work_on_reply(w, filters, dropped + first, at - first, family->v + first_origin, origin - first_origin);
    request_row_release(&w->row);
  }
out:
  request_rows_free(rows, n);
  dropped_rows_free(dropped, n_dropped);
  return result;
}

/* ---- all ---- */

static bool
has_texts(const struct job_row *job)
{
  return strcmp(job->kind, "generate") == 0 || strcmp(job->kind, "rewrite") == 0;
}

static int
work_on_jobs(struct work *w, struct err *e)
{
  struct job_row *jobs = NULL;
  struct family family = {0};
  size_t n = 0;
  bool found = false;
  int result = job_store_list(w->project, &jobs, &n, e);

  find_family(project_corpus(w->project), &family);
  for (size_t i = n; i-- > 0 && result == 0;) {   /* oldest first, as they came */
    if (w->o->job_id && jobs[i].id != w->o->job_id)
      continue;
    found = true;
    if (w->o->job_id && !has_texts(&jobs[i]))
      result = err_set(e, ERR_INPUT, "job %u is of kind %s: it has no texts of its own (only those of generate and "
                       "rewrite can be read again)", jobs[i].id, jobs[i].kind);
    if (result < 0 || !has_texts(&jobs[i]))
      continue;
    w->job = jobs[i];
    w->result->n_jobs++;
    result = work_on_job(w, &family, e);
  }
  if (result == 0 && w->o->job_id && !found)
    result = err_set(e, ERR_INPUT, "there is no job %u", w->o->job_id);
  job_rows_free(jobs, n);
  free(family.v);
  return result;
}

static int
write_all(struct work *w, struct err *e)
{
  struct reread r = {.change = w->change, .became = w->became, .dropped = w->dropped, .n_dropped = w->n_dropped,
                     .forgotten = w->forgotten, .n_forgotten = w->n_forgotten, .readable = w->readable,
                     .n_readable = w->n_readable};

  if (w->change->n_samples + w->n_dropped + w->n_forgotten + w->n_readable == 0)
    return 0;
  change_summarize(w->change, "reparse %zu samples", w->change->n_samples);
  return job_store_reread(w->project, &r, &w->result->first_id, e);
}

int
reparse_run(struct project *p, const struct reparse_options *o, struct reparse_result *result, struct err *e)
{
  struct work w = {.project = p, .o = o, .result = result, .change = change_new(CHANGE_INSERT, "reparse", "")};
  struct sieve *next;
  int r;

  *result = (struct reparse_result){0};
  r = work_on_jobs(&w, e);
  result->kept = w.change->n_samples;
  if (r == 0 && !o->dry_run)
    r = write_all(&w, e);
  for (struct sieve *s = w.sieves; s; s = next) {
    next = s->next;
    filters_free(s->filters);
    free(s);
  }
  change_free(w.change);
  for (size_t i = 0; i < w.n_dropped; i++)
    dropped_row_release(&w.dropped[i]);
  free(w.dropped);
  free(w.became);
  free(w.forgotten);
  free(w.readable);
  return r;
}
