#include "ui/view-generate.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "generate/process.h"

static void
items_free(struct job_item *items, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    job_row_release(&items[i].row);
    free(items[i].template_name);
    free(items[i].teacher_name);
    if (items[i].has_figures)
      job_figures_release(&items[i].figures);
  }
  free(items);
}

const struct job_item *
generate_job_item(const struct generate *g, uint32_t id)
{
  for (size_t i = 0; i < g->n_jobs; i++)
    if (g->jobs[i].row.id == id)
      return &g->jobs[i];
  return NULL;
}

bool
generate_runs(const struct generate *g)
{
  return g->has_live && (g->live.state == ACTIVITY_RUNNING || g->live.state == ACTIVITY_PAUSED);
}

bool
generate_unfinished(const struct generate *g)
{
  const struct job_item *item = generate_job_item(g, g->job);

  return item && !generate_runs(g) && !item->elsewhere && (item->row.state != JOB_DONE || g->funnel.failed);
}

/* ---- jobs ---- */

static bool
runs_elsewhere(const struct job_row *row)
{
  struct json *params = row->state == JOB_RUNNING && row->params ? json_parse(row->params, strlen(row->params), NULL, NULL) : NULL;
  const char *word = json_string(json_get(params, "process"));
  char us[64];
  bool elsewhere;

  process_word(us, sizeof us);
  elsewhere = word && strcmp(word, us) && process_runs(word);
  json_free(params);
  return elsewhere;
}

static void
load_jobs(struct generate *g)
{
  struct corpus *c = project_corpus(g->p);
  struct job_row *rows;
  struct job_item *items;
  struct err e = {0};
  size_t n, n_items = 0;

  if (job_store_list(g->p, &rows, &n, &e)) {
    workbench_complain(g->w, &e);
    return;
  }
  items = xcalloc(n ? n : 1, sizeof *items);
  for (size_t i = 0; i < n; i++) {
    if (!strcmp(rows[i].kind, "try")) {   /* one request, for Templates: no texts come of it */
      job_row_release(&rows[i]);
      continue;
    }
    items[n_items] = (struct job_item){
      .row = rows[i],
      .template_name = xstrdup(corpus_name(c, NAME_TEMPLATE, rows[i].template_id)),
      .teacher_name = xstrdup(corpus_name(c, NAME_TEACHER, rows[i].teacher_id)),
    };
    items[n_items].elsewhere = runs_elsewhere(&rows[i]);
    /* Counting is done for the page that shows it. */
    if (g->page == PAGE_JOBS)
      items[n_items].has_figures = job_store_figures(g->p, rows[i].id, &items[n_items].figures, &e) == 0;
    n_items++;
  }
  free(rows);
  items_free(g->jobs, g->n_jobs);
  g->jobs = items;
  g->n_jobs = n_items;
}

/* The jobs are newest first; a new one must not move the selected row. */
static void
keep_jobs_list(struct generate *g, uint32_t selected)
{
  size_t at = 0;

  for (size_t i = 0; i < g->n_jobs; i++)
    if (g->jobs[i].row.id == selected)
      at = i;
  list_keep(&g->lists[PAGE_JOBS], g->n_jobs, at);
}

/* The job to show where the person has not chosen: what runs, else the newest. */
static uint32_t
job_to_show(const struct generate *g)
{
  struct activity running[16];
  size_t n = board_list(project_board(g->p), running, N_OF(running));

  if (g->chosen && generate_job_item(g, g->job))
    return g->job;
  for (size_t i = 0; i < n; i++)
    if (running[i].kind == ACTIVITY_JOB && running[i].record_id
        && (running[i].state == ACTIVITY_RUNNING || running[i].state == ACTIVITY_PAUSED))
      return running[i].record_id;
  return g->n_jobs ? g->jobs[0].row.id : 0;
}

/* ---- the texts of a job ---- */

static int
by_number(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return x < y ? -1 : x > y;
}

static bool
is_of_job(const struct generate *g, uint32_t request)
{
  return request && g->n_requests && bsearch(&request, g->requests, g->n_requests, sizeof request, by_number) != NULL;
}

static void
load_requests(struct generate *g)
{
  struct request_row *rows = NULL;
  struct err e = {0};
  size_t n = 0;

  if (job_store_requests(g->p, g->job, -1, false, &rows, &n, &e)) {
    workbench_complain(g->w, &e);
    return;
  }
  g->requests = xrealloc(g->requests, (n ? n : 1) * sizeof *g->requests);
  g->n_requests = n;
  for (size_t i = 0; i < n; i++)
    g->requests[i] = rows[i].id;
  qsort(g->requests, n, sizeof *g->requests, by_number);
  request_rows_free(rows, n);
  g->n_samples = 0;
  g->scanned = 0;
}

static void
scan_samples(struct generate *g)
{
  struct corpus *c = project_corpus(g->p);
  uint32_t n = corpus_count(c);
  struct sample s;

  for (uint32_t id = g->scanned + 1; id <= n; id++)
    if (corpus_get(c, id, &s) && is_of_job(g, s.request_id)) {
      GROW(g->samples, g->cap_samples, g->n_samples + 1);
      g->samples[g->n_samples++] = id;
    }
  g->scanned = n;
}

static uint32_t
request_of(struct generate *g, uint32_t sample)
{
  struct sample s;

  corpus_get(project_corpus(g->p), sample, &s);
  return s.request_id;
}

/* Joins what was kept and what was dropped, in the order of the requests. */
static void
merge_stream(struct generate *g)
{
  size_t kept = 0, dropped = 0, n = 0;

  GROW(g->stream, g->cap_stream, g->n_samples + g->n_dropped);
  while (kept < g->n_samples || dropped < g->n_dropped) {
    uint32_t of_kept = kept < g->n_samples ? request_of(g, g->samples[kept]) : UINT32_MAX;
    uint32_t of_dropped = dropped < g->n_dropped ? g->dropped[dropped].request_id : UINT32_MAX;

    if (of_kept <= of_dropped && kept < g->n_samples)
      g->stream[n++] = (struct stream_row){.request = of_kept, .sample = g->samples[kept++]};
    else
      g->stream[n++] = (struct stream_row){.request = of_dropped, .dropped = dropped++};
  }
  g->n_stream = n;
}

static void
load_dropped(struct generate *g)
{
  struct dropped_row *rows = NULL;
  struct err e = {0};
  size_t n = 0;

  if (job_store_dropped(g->p, g->job, NULL, &rows, &n, &e)) {
    workbench_complain(g->w, &e);
    return;
  }
  dropped_rows_free(g->dropped, g->n_dropped);
  g->dropped = rows;
  g->n_dropped = n;
}

/* Requests that failed: for good, or so far (they are still planned, with the last failure). */
static void
load_failed(struct generate *g)
{
  struct request_row *rows = NULL;
  struct err e = {0};
  size_t all = 0, n = 0;

  if (generate_runs(g) && !g->live.job.failed)
    all = 0;
  else if (job_store_requests(g->p, g->job, -1, false, &rows, &all, &e)) {
    workbench_complain(g->w, &e);
    return;
  }
  for (size_t i = 0; i < all; i++) {
    bool failed = rows[i].state == REQUEST_FAILED || (rows[i].state == REQUEST_PLANNED && rows[i].error && *rows[i].error);
    struct request_row moved = rows[i];

    if (!failed) {
      request_row_release(&moved);
      continue;
    }
    rows[n++] = moved;
  }
  request_rows_free(g->failed, g->n_failed);
  g->failed = rows;
  g->n_failed = n;
  list_keep(&g->lists[PAGE_FAILED], n, g->lists[PAGE_FAILED].at);
}

static void
load_funnel(struct generate *g)
{
  struct funnel f;
  struct err e = {0};

  funnel_init(&f, g->job);
  if (funnel_load(&f, g->p, g->job, &e)) {
    funnel_release(&f);
    workbench_complain(g->w, &e);
    return;
  }
  funnel_release(&g->funnel);
  g->funnel = f;
}

/* ---- reasons ---- */

size_t
generate_n_reasons(const struct generate *g)
{
  size_t n = 0;

  for (int i = 0; i < N_DROP_REASONS; i++)
    n += g->funnel.dropped[i] > 0;
  return n;
}

enum drop_reason
generate_reason_at(const struct generate *g, size_t i)
{
  for (int reason = 0; reason < N_DROP_REASONS; reason++)
    if (g->funnel.dropped[reason] && i-- == 0)
      return (enum drop_reason)reason;
  return DROP_NONE;
}

void
generate_open_reason(struct generate *g, enum drop_reason reason)
{
  g->reason = reason;
  g->n_of_reason = 0;
  if (reason == DROP_NONE)
    return;
  g->of_reason = xrealloc(g->of_reason, (g->n_dropped ? g->n_dropped : 1) * sizeof *g->of_reason);
  for (size_t i = 0; i < g->n_dropped; i++)
    if (g->dropped[i].reason && drop_parse(g->dropped[i].reason) == reason)
      g->of_reason[g->n_of_reason++] = i;
  list_keep(&g->reasons, g->n_of_reason, g->reasons.at);
}

/* ---- together ---- */

/* Everything that belongs to the job shown. */
static void
load_job(struct generate *g)
{
  load_funnel(g);
  if (g->funnel.n_requests != g->n_requests)
    load_requests(g);
  scan_samples(g);
  load_dropped(g);
  merge_stream(g);
  load_failed(g);
  generate_open_reason(g, g->reason);
  part_follow(&g->lists[PAGE_TEXTS], g->n_stream);
  list_keep(&g->lists[PAGE_FUNNEL], FUNNEL_STAGES + generate_n_reasons(g), g->lists[PAGE_FUNNEL].at);
}

void
generate_show_job(struct generate *g, uint32_t job)
{
  g->job = job;
  g->has_live = false;
  g->n_cells = g->n_requests = g->n_samples = g->n_stream = 0;
  g->scanned = 0;
  generate_open_reason(g, DROP_NONE);
  for (int i = 0; i < PAGE_JOBS; i++)
    g->lists[i] = (struct list){.height = g->lists[i].height};
  g->loaded_ms = 0;
}

static void
load_live(struct generate *g)
{
  struct board *b = project_board(g->p);

  g->has_live = g->job && board_find(b, ACTIVITY_JOB, g->job, &g->live);
  g->n_cells = 0;
  if (!g->has_live || !generate_runs(g))
    return;
  GROW(g->cells, g->cap_cells, g->live.n_cells);
  g->n_cells = board_get_cells(b, g->live.id, g->cells, g->live.n_cells);
}

/* While a job runs the file is asked a few times a second, and not at all if that took long; what ends is always shown. */
static bool
is_too_soon(const struct generate *g)
{
  int64_t least = 20 * g->load_took_ms > 250 ? 20 * g->load_took_ms : 250;

  return g->has_live && g->live.state == ACTIVITY_RUNNING && g->loaded_ms && clock_ms() - g->loaded_ms < least;
}

void
generate_load(struct generate *g, bool force)
{
  uint64_t records = project_records_revision(g->p), corpus = corpus_revision(project_corpus(g->p));
  uint32_t selected = g->n_jobs && g->lists[PAGE_JOBS].at < g->n_jobs ? g->jobs[g->lists[PAGE_JOBS].at].row.id : 0, show;
  int64_t begun = clock_ms();

  load_live(g);
  if (!force && g->loaded_ms && (is_too_soon(g) || (records == g->records_seen && corpus == g->corpus_seen)))
    return;
  load_jobs(g);
  keep_jobs_list(g, selected ? selected : g->job);
  show = job_to_show(g);
  if (show != g->job) {
    generate_show_job(g, show);
    load_live(g);
  }
  if (g->job)
    load_job(g);
  g->records_seen = records;
  g->corpus_seen = corpus;
  g->loaded_ms = clock_ms();
  g->load_took_ms = g->loaded_ms - begun;
}

void
generate_data_release(struct generate *g)
{
  items_free(g->jobs, g->n_jobs);
  funnel_release(&g->funnel);
  dropped_rows_free(g->dropped, g->n_dropped);
  request_rows_free(g->failed, g->n_failed);
  free(g->cells);
  free(g->requests);
  free(g->samples);
  free(g->stream);
  free(g->of_reason);
  free(g->line);
}
