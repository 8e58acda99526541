#include "ui/generate-lookup.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/process.h"
#include "generate/tally.h"

void
lookup_items_free(struct job_item *items, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    job_row_release(&items[i].row);
    free(items[i].template_name);
    free(items[i].teacher_name);
    free(items[i].teachers);
    if (items[i].has_figures)
      job_figures_release(&items[i].figures);
  }
  free(items);
}

/* ---- jobs ---- */

static bool
runs_elsewhere(const struct job_row *row, const struct json *params)
{
  const char *word = json_string(json_get(params, "process"));
  char us[64];

  process_word(us, sizeof us);
  return row->state == JOB_RUNNING && word && strcmp(word, us) && process_runs(word);
}

/* Whom it asks: as its parameters say, else (an older job) the teacher of its record. */
static void
take_teachers(struct job_item *item, const struct json *params, const char *of_record)
{
  struct buf names = BUF_INIT, teachers = BUF_INIT, word = BUF_INIT;

  for (const struct json *t = json_first(json_get(params, "teachers")); t; t = json_next(t)) {
    const char *name = json_string(json_get(t, "name"));
    double share = json_number(json_get(t, "share"), 1);

    buf_clear(&word);
    buf_addf(&word, share > 1 ? "%s:%.0f" : "%s", name ? name : "", share);
    buf_addf(&names, "%s%s", names.n ? ", " : "", buf_str(&word));
    buf_adds(&teachers, " --teacher ");
    workbench_quote(&teachers, buf_str(&word));
  }
  if (!names.n) {
    buf_adds(&names, of_record);
    buf_adds(&teachers, " --teacher ");
    workbench_quote(&teachers, of_record);
  }
  if (json_is_true(json_get(params, "fallback")))
    buf_adds(&teachers, " --fallback");
  item->teacher_name = buf_take(&names);
  item->teachers = buf_take(&teachers);
  buf_release(&word);
}

static void
take_job(struct lookup *l, struct job_item *item, const struct job_row *row)
{
  struct corpus *c = project_corpus(l->p);
  struct json *params = row->params ? json_parse(row->params, strlen(row->params), NULL, NULL) : NULL;

  *item = (struct job_item){
    .row = *row,
    .template_name = xstrdup(corpus_name(c, NAME_TEMPLATE, row->template_id)),
    .elsewhere = runs_elsewhere(row, params), .batch = json_is_true(json_get(params, "batch")),
  };
  take_teachers(item, params, corpus_name(c, NAME_TEACHER, row->teacher_id));
  if (l->with_figures)
    item->has_figures = job_store_figures(l->p, row->id, &item->figures, &l->e) == 0;
  json_free(params);
}

static void
read_jobs(struct lookup *l)
{
  struct job_row *rows;
  struct job_item *items;
  size_t n, n_items = 0;

  if (job_store_list(l->p, &rows, &n, &l->e))
    return;
  items = xcalloc(n ? n : 1, sizeof *items);
  for (size_t i = 0; i < n; i++) {
    /* one request, for Templates: no texts come of it */
    if (!strcmp(rows[i].kind, "try") || !strcmp(rows[i].kind, "propose")) {
      job_row_release(&rows[i]);
      continue;
    }
    take_job(l, &items[n_items], &rows[i]);
    n_items++;
  }
  free(rows);
  l->jobs = items;
  l->n_jobs = n_items;
}

static bool
annotates(const struct lookup *l)
{
  for (size_t i = 0; i < l->n_jobs; i++)
    if (l->jobs[i].row.id == l->job)
      return !strcmp(l->jobs[i].row.kind, "annotate");
  return false;
}

static uint32_t
job_found(const struct lookup *l)
{
  for (size_t i = 0; i < l->n_jobs; i++)
    if (l->jobs[i].row.id == l->want)
      return l->want;
  return l->n_jobs ? l->jobs[0].row.id : 0;
}

/* ---- the texts of a job ---- */

void
lookup_texts_release(struct job_texts *t)
{
  free(t->requests);
  free(t->samples);
  diversity_free(t->diversity);
  *t = (struct job_texts){0};
}

static int
by_number(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return x < y ? -1 : x > y;
}

static void
read_requests(struct lookup *l, struct job_texts *t)
{
  struct request_row *rows = NULL;
  size_t n = 0;

  if (job_store_requests(l->p, l->job, -1, false, &rows, &n, &l->e))
    return;
  t->requests = xrealloc(t->requests, (n ? n : 1) * sizeof *t->requests);
  t->n_requests = n;
  for (size_t i = 0; i < n; i++)
    t->requests[i] = rows[i].id;
  qsort(t->requests, n, sizeof *t->requests, by_number);
  request_rows_free(rows, n);
  t->n_samples = 0;
  t->scanned = 0;
  diversity_free(t->diversity);
  t->diversity = NULL;
}

static void
scan_samples(struct lookup *l, struct job_texts *t)
{
  struct corpus *c = project_corpus(l->p);
  uint32_t n = corpus_count(c);
  struct sample s;

  for (uint32_t id = t->scanned + 1; id <= n && t->n_requests; id++)
    if (corpus_get(c, id, &s) && s.request_id
        && bsearch(&s.request_id, t->requests, t->n_requests, sizeof s.request_id, by_number)) {
      GROW(t->samples, t->cap_samples, t->n_samples + 1);
      t->samples[t->n_samples++] = id;
    }
  t->scanned = n;
}

static uint32_t
request_of(struct lookup *l, uint32_t sample)
{
  struct sample s;

  corpus_get(project_corpus(l->p), sample, &s);
  return s.request_id;
}

/* Joins what was kept and what was dropped, in the order of the requests. */
static void
merge_stream(struct lookup *l)
{
  const struct job_texts *t = &l->texts;
  size_t kept = 0, dropped = 0, n = 0;

  l->stream = xcalloc(t->n_samples + l->n_dropped + 1, sizeof *l->stream);
  while (kept < t->n_samples || dropped < l->n_dropped) {
    uint32_t of_kept = kept < t->n_samples ? request_of(l, t->samples[kept]) : UINT32_MAX;
    uint32_t of_dropped = dropped < l->n_dropped ? l->dropped[dropped].request_id : UINT32_MAX;

    if (of_kept <= of_dropped && kept < t->n_samples)
      l->stream[n++] = (struct stream_row){.request = of_kept, .sample = t->samples[kept++]};
    else
      l->stream[n++] = (struct stream_row){.request = of_dropped, .dropped = dropped++};
  }
  l->n_stream = n;
}

/* An annotation makes no texts: what the teacher said of those that are there. */
static void
read_votes(struct lookup *l)
{
  struct vote_row *votes = NULL;
  size_t n = 0, k = 0;

  if (votes_of_job(l->p, l->job, 0, &votes, &n, &l->e))
    return;
  l->stream = xrealloc(l->stream, (n + l->n_dropped + 1) * sizeof *l->stream);
  for (size_t i = 0; i < n; i++)
    l->stream[k++] = (struct stream_row){.request = votes[i].request_id, .sample = votes[i].sample_id,
                                         .said = votes[i].label};
  for (size_t i = 0; i < l->n_dropped; i++)
    l->stream[k++] = (struct stream_row){.request = l->dropped[i].request_id, .dropped = i};
  l->n_stream = k;
  vote_rows_free(votes, n);
}

/* Requests that failed: for good, or so far (they are still planned, with the last failure). */
static void
read_failed(struct lookup *l)
{
  struct request_row *rows = NULL;
  size_t all = 0, n = 0;

  if (!l->with_failed || job_store_requests(l->p, l->job, -1, false, &rows, &all, &l->e))
    return;
  for (size_t i = 0; i < all; i++) {
    bool failed = rows[i].state == REQUEST_FAILED || (rows[i].state == REQUEST_PLANNED && rows[i].error
                                                      && *rows[i].error);
    struct request_row moved = rows[i];

    if (failed)
      rows[n++] = moved;
    else
      request_row_release(&moved);
  }
  l->failed = rows;
  l->n_failed = n;
}

/* ---- diversity ---- */

static void
measure(const struct corpus *c, struct diversity *d, uint32_t id)
{
  struct sample s;

  if (!corpus_get(c, id, &s))
    return;
  diversity_add(d, s.text, s.n_text);
  if (s.text2)
    diversity_add(d, s.text2, s.n_text2);
}

/* Of `most` of these, evenly. */
static uint32_t
measure_some(const struct corpus *c, const uint32_t *ids, size_t n, size_t most, struct board_diversity *out)
{
  struct diversity *d = diversity_new();
  size_t k = n < most ? n : most;

  for (size_t i = 0; i < k; i++)
    measure(c, d, ids[i * n / k]);
  diversity_figures(d, out);
  diversity_free(d);
  return (uint32_t)k;
}

/* Texts that were given, not made here: seeds and what was imported. */
static size_t
ids_given(const struct corpus *c, uint32_t **ids)
{
  uint32_t n = corpus_count(c);
  size_t k = 0;
  struct sample s;

  *ids = xcalloc((size_t)n + 1, sizeof **ids);
  for (uint32_t id = 1; id <= n; id++)
    if (corpus_get(c, id, &s) && (s.origin == ORIGIN_SEED || s.origin == ORIGIN_IMPORTED))
      (*ids)[k++] = id;
  return k;
}

static void
measure_diversity(struct lookup *l)
{
  const struct corpus *c = project_corpus(l->p);
  struct job_texts *t = &l->texts;
  struct diversity_shown *out = &l->diversity;
  uint32_t *given;
  size_t n;

  if (!t->diversity) {
    t->diversity = diversity_new();
    t->n_measured = 0;
  }
  while (t->n_measured < t->n_samples)
    measure(c, t->diversity, t->samples[t->n_measured++]);
  diversity_figures(t->diversity, &out->all);
  out->n_openings = diversity_openings(t->diversity, out->openings, N_OF(out->openings));
  n = ids_given(c, &given);
  n = measure_some(c, given, n, DIVERSITY_MOST < t->n_samples ? DIVERSITY_MOST : t->n_samples, &out->given);
  measure_some(c, t->samples, t->n_samples, n, &out->same);
  free(given);
}

void
lookup_work(void *arg)
{
  struct lookup *l = arg;
  int64_t begun = clock_ms();

  read_jobs(l);
  l->job = job_found(l);
  funnel_init(&l->funnel, l->job);
  if (l->texts.job != l->job)
    lookup_texts_release(&l->texts);
  l->texts.job = l->job;
  if (l->job) {
    if (funnel_load(&l->funnel, l->p, l->job, &l->e) == 0 && l->funnel.n_requests != l->texts.n_requests)
      read_requests(l, &l->texts);
    scan_samples(l, &l->texts);
    if (job_store_dropped(l->p, l->job, NULL, &l->dropped, &l->n_dropped, &l->e))
      l->n_dropped = 0;
    if (annotates(l))
      read_votes(l);
    else
      merge_stream(l);
    read_failed(l);
    if (l->with_coverage)
      l->has_coverage = coverage_load(&l->coverage, l->p, l->job, &l->e) == 0;
    if (l->with_diversity)
      measure_diversity(l);
  }
  l->took_ms = clock_ms() - begun;
}
