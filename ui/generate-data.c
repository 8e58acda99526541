/* What the view holds of the project: taken over from readings, and when to read. */
#include "ui/generate-lookup.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

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
generate_annotates(const struct generate *g)
{
  const struct job_item *item = generate_job_item(g, g->job);

  return item && !strcmp(item->row.kind, "annotate");
}

bool
generate_unfinished(const struct generate *g)
{
  const struct job_item *item = generate_job_item(g, g->job);

  return item && !generate_runs(g) && !item->elsewhere && (item->row.state != JOB_DONE || g->funnel.failed);
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

/* ---- taking over ---- */

static void
forget_job(struct generate *g)
{
  funnel_release(&g->funnel);
  funnel_init(&g->funnel, 0);
  dropped_rows_free(g->dropped, g->n_dropped);
  request_rows_free(g->failed, g->n_failed);
  free(g->stream);
  g->dropped = NULL;
  g->failed = NULL;
  g->stream = NULL;
  coverage_release(&g->coverage);
  g->coverage = (struct coverage){0};
  g->has_coverage = false;
  g->n_dropped = g->n_failed = g->n_stream = 0;
}

/* The jobs are newest first; a new one must not move the selected row. */
static void
take_jobs(struct generate *g, struct lookup *l)
{
  uint32_t selected = g->lists[PAGE_JOBS].at < g->n_jobs ? g->jobs[g->lists[PAGE_JOBS].at].row.id : l->job;
  size_t at = 0;

  lookup_items_free(g->jobs, g->n_jobs);
  g->jobs = l->jobs;
  g->n_jobs = l->n_jobs;
  for (size_t i = 0; i < g->n_jobs; i++)
    if (g->jobs[i].row.id == selected)
      at = i;
  list_keep(&g->lists[PAGE_JOBS], g->n_jobs, at);
}

/* What was written stays until something else is: nothing flickers between two replies. */
static void
load_written(struct generate *g, struct board *b)
{
  char *text = g->has_live && generate_runs(g) ? board_get_stream(b, g->live.id) : NULL;

  if ((text && *text) || !generate_runs(g)) {
    free(g->written);
    g->written = text;
  } else {
    free(text);
  }
}

static void
load_live(struct generate *g)
{
  struct board *b = project_board(g->p);

  g->has_live = g->job && board_find(b, ACTIVITY_JOB, g->job, &g->live);
  g->n_cells = 0;
  load_written(g, b);
  if (!generate_runs(g))
    return;
  GROW(g->cells, g->cap_cells, g->live.n_cells);
  g->n_cells = board_get_cells(b, g->live.id, g->cells, g->live.n_cells);
}

static void
lookup_done(void *arg)
{
  struct lookup *l = arg;
  struct generate *g = l->g;

  g->working = false;
  if (l->e.code)
    workbench_complain(g->w, &l->e);
  take_jobs(g, l);
  if (l->job != g->job)
    generate_show_job(g, l->job);
  forget_job(g);
  g->texts = l->texts;
  g->funnel = l->funnel;
  g->dropped = l->dropped;
  g->n_dropped = l->n_dropped;
  g->stream = l->stream;
  g->n_stream = l->n_stream;
  g->failed = l->failed;
  g->n_failed = l->n_failed;
  g->coverage = l->coverage;
  g->has_coverage = l->has_coverage;
  g->diversity = l->diversity;
  g->has_diversity = l->with_diversity;
  g->load_took_ms = l->took_ms;
  g->loaded_ms = clock_ms();
  load_live(g);
  generate_open_reason(g, g->reason);
  part_follow(&g->lists[PAGE_TEXTS], g->n_stream);
  for (int i = 0; i < N_PAGES; i++)
    if (generate_pages[i]->keep)
      generate_pages[i]->keep(g);
  free(l);
  if (g->again)
    generate_load(g, true);
  workbench_touch(g->w);
}

void
generate_show_job(struct generate *g, uint32_t job)
{
  g->job = job;
  g->has_live = false;
  g->n_cells = 0;
  generate_open_reason(g, DROP_NONE);
  for (int i = 0; i < PAGE_JOBS; i++)
    g->lists[i] = (struct list){.height = g->lists[i].height};
}

/* ---- when to read ---- */

/* The job to show where the person has not chosen: what runs; 0: the newest. */
static uint32_t
job_wanted(const struct generate *g)
{
  struct activity running[16];
  size_t n = board_live(project_board(g->p), running, N_OF(running));

  if (g->chosen)
    return g->job;
  for (size_t i = 0; i < n; i++)
    if (running[i].kind == ACTIVITY_JOB && running[i].record_id
        && (running[i].state == ACTIVITY_RUNNING || running[i].state == ACTIVITY_PAUSED))
      return running[i].record_id;
  return 0;
}

/* While a job runs the file is asked a few times a second, less often where that takes long; what ends is always
 * shown. */
static bool
is_too_soon(const struct generate *g)
{
  int64_t least = 10 * g->load_took_ms > 200 ? 10 * g->load_took_ms : 200;

  return g->has_live && g->live.state == ACTIVITY_RUNNING && g->loaded_ms && clock_ms() - g->loaded_ms < least;
}

void
generate_load(struct generate *g, bool force)
{
  uint64_t records = project_records_revision(g->p), corpus = corpus_revision(project_corpus(g->p));
  struct lookup *l;

  load_live(g);
  if (g->working) {
    g->again |= force;
    return;
  }
  if (!force && g->loaded_ms && (is_too_soon(g) || (records == g->records_seen && corpus == g->corpus_seen)))
    return;
  l = xcalloc(1, sizeof *l);
  l->g = g;
  l->p = g->p;
  l->want = job_wanted(g);
  l->with_figures = g->page == PAGE_JOBS;
  l->with_coverage = g->page == PAGE_COVERAGE;
  l->with_diversity = g->page == PAGE_DIVERSITY;
  l->with_failed = !generate_runs(g) || g->live.job.failed;
  l->texts = g->texts;
  g->texts = (struct job_texts){0};
  g->records_seen = records;
  g->corpus_seen = corpus;
  g->working = true;
  g->again = false;
  workbench_work(g->w, lookup_work, lookup_done, l);
}

void
generate_data_release(struct generate *g)
{
  lookup_items_free(g->jobs, g->n_jobs);
  forget_job(g);
  lookup_texts_release(&g->texts);
  free(g->cells);
  free(g->written);
  free(g->of_reason);
  free(g->line);
}
