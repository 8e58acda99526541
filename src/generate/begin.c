/* begin: how a job starts: anew, with all its requests written down, or where an earlier one stood; and its life. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/process.h"
#include "generate/wish.h"
#include "generate/work.h"

static int
somebody_works(const struct job *j, struct err *e)
{
  struct json *params = json_parse(j->row.params, strlen(j->row.params), NULL, NULL);
  const char *word = json_string(json_get(params, "process"));
  struct activity a;
  int result = 0;
  char us[64];

  process_word(us, sizeof us);
  if ((j->row.state == JOB_RUNNING || j->row.state == JOB_PLANNED) && word && strcmp(word, us) != 0 &&
      process_runs(word))
    result = err_set(e, ERR_INPUT, "job %u runs already, in process %ld", j->row.id, strtol(word, NULL, 10));
  else if (board_find(j->board, ACTIVITY_JOB, j->row.id, &a) &&
           (a.state == ACTIVITY_RUNNING || a.state == ACTIVITY_PAUSED))
    result = err_set(e, ERR_INPUT, "job %u runs already", j->row.id);
  json_free(params);
  return result;
}

/* Finds the job to go on with. 1, 0: there is none, -1. */
static int
find_unfinished(struct job *j, const struct job_options *o, struct err *e)
{
  int found = wish_find(&j->blueprint, o, &j->row, e);

  if (found == 1 && somebody_works(j, e) < 0)
    return -1;
  return found;
}

/* Requests that were just written down become items, behind the others. Empties the rows. */
static void
add_planned(struct job *j, struct request_row *rows, size_t n)
{
  GROW(j->items, j->cap, j->n + n + 1);
  for (size_t i = 0; i < n; i++) {
    j->items[j->n++] = (struct item){.row = rows[i], .member = (uint16_t)crew_find(&j->crew, rows[i].teacher_id)};
    funnel_request(&j->funnel, rows[i].label, rows[i].wanted, requests_round(&rows[i]));
    rows[i] = (struct request_row){0};
  }
}

/* What is on its way in batches of a job of the same wish would be asked for, and paid, a second time. */
static int
refuse_second(struct job *j, const struct job_options *o, struct err *e)
{
  struct job_row row = {0};
  struct batch_row *batches = NULL;
  size_t n = 0, under_way = 0;
  int result = wish_find(&j->blueprint, o, &row, e);

  if (result == 1)
    result = job_store_batches(j->project, row.id, &batches, &n, e);
  for (size_t i = 0; i < n; i++)
    under_way += batches[i].state == BATCH_PLANNED || batches[i].state == BATCH_SENT;
  if (result >= 0 && under_way > 0)
    result = err_set(e, ERR_INPUT, "job %u is the same, and has %zu batch%s under way (--resume collects what is done)",
                     row.id, under_way, under_way == 1 ? "" : "es");
  batch_rows_free(batches, n);
  job_row_release(&row);
  return result;
}

/* Writes the job and all its requests, before any is sent. */
static int
begin_new(struct job *j, const struct job_options *o, struct err *e)
{
  struct request_row *rows = NULL;
  struct buf wish = BUF_INIT;
  size_t n = 0;
  int result = -1;
  char *params = params_new(&j->blueprint, o, e);

  if (!params || requests_plan(&j->blueprint, o, &rows, &n, e) < 0)
    goto out;
  wish_line(&j->blueprint, o, &wish);
  j->row = (struct job_row){
    .kind = xstrdup(j->blueprint.kind->name), .state = JOB_RUNNING, .template_id = j->blueprint.template.id,
    .teacher_id = j->blueprint.members->recruit.row.id, .params = params, .key = xstrdup(buf_str(&wish)),
    .message = xstrdup(""), .at_ms = clock_wall_ms(),
  };
  params = NULL;
  result = job_store_begin(j->project, &j->row, rows, n, &j->row.id, e);
  funnel_init(&j->funnel, j->row.id);
  if (result == 0)
    add_planned(j, rows, n);
out:
  request_rows_free(rows, n);
  buf_release(&wish);
  free(params);
  return result;
}

static int
go_on(struct job *j, const struct job_options *o, struct err *e)
{
  char *params = params_again(j->row.params, &j->options, &j->arena);

  free(j->row.params);
  j->row.params = params;
  j->resumed = true;
  if (j->row.state == JOB_DONE && !o->retry_failed && !o->top_up) {
    j->over = true;
    return 0;
  }
  if (job_store_set_params(j->project, j->row.id, j->row.params, e) < 0)
    return -1;
  return job_store_set_state(j->project, j->row.id, JOB_RUNNING, "", e);
}

static int
compare_ids(const void *x, const void *y)
{
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

  return a < b ? -1 : a > b;
}

/* The requests whose reply could not be read, or gave a text no label, ascending; to be freed. */
static int
unreadable(struct job *j, uint32_t **ids, size_t *n, struct err *e)
{
  static const enum drop_reason reasons[] = {DROP_PARSE, DROP_LABEL};
  size_t cap = 0;

  *n = 0;
  *ids = NULL;
  for (size_t i = 0; i < N_OF(reasons); i++) {
    struct dropped_row *rows = NULL;
    size_t n_rows = 0;

    if (job_store_dropped(j->project, j->row.id, drop_defs[reasons[i]].name, &rows, &n_rows, e) < 0)
      return -1;
    GROW(*ids, cap, *n + n_rows + 1);
    for (size_t k = 0; k < n_rows; k++)
      (*ids)[(*n)++] = rows[k].request_id;
    j->recount = j->recount || (reasons[i] == DROP_LABEL && n_rows > 0);
    dropped_rows_free(rows, n_rows);
  }
  qsort(*ids, *n, sizeof **ids, compare_ids);
  return 0;
}

/* One that is not done. Takes the row. The body of a reply is read when its turn comes. */
static void
add_item(struct job *j, struct request_row *row, bool again)
{
  struct item *it = &j->items[j->n];

  *it = (struct item){.row = *row, .again = again,
                      .state = row->state == REQUEST_ANSWERED ? ITEM_ANSWERED : ITEM_PLANNED};
  *row = (struct request_row){0};
  it->member = (uint16_t)crew_find(&j->crew, it->row.teacher_id);
  j->n++;
}

/* What is left to do, and the figures of what was done before. */
static int
load_items(struct job *j, bool retry, struct err *e)
{
  struct request_row *rows = NULL;
  uint32_t *bad = NULL;
  size_t n = 0, n_bad = 0;
  int result = -1;

  if (funnel_load(&j->funnel, j->project, j->row.id, e) < 0 ||
      job_store_requests(j->project, j->row.id, -1, false, &rows, &n, e) < 0 ||
      (retry && unreadable(j, &bad, &n_bad, e) < 0))
    goto out;
  GROW(j->items, j->cap, n + 1);
  j->funnel.failed = 0;
  for (size_t i = 0; i < n; i++) {
    struct request_row *r = &rows[i];
    bool under_way = r->batch_id != 0;
    bool again = r->state == REQUEST_PARSED &&
                 (under_way || (n_bad > 0 && bsearch(&r->id, bad, n_bad, sizeof *bad, compare_ids)));

    j->purse.spent.requests += r->cached ? 0 : r->tries;
    j->funnel.failed += r->state == REQUEST_FAILED && !retry && !under_way;
    if ((r->state == REQUEST_PARSED && !again) || (r->state == REQUEST_FAILED && !retry && !under_way))
      continue;
    add_item(j, r, again);
  }
  result = 0;
out:
  request_rows_free(rows, n);
  free(bad);
  return result;
}

int
job_grow(struct job *j, struct request_row *rows, size_t n, struct err *e)
{
  int result = job_store_plan(j->project, j->row.id, rows, n, e);

  if (result == 0)
    add_planned(j, rows, n);
  request_rows_free(rows, n);
  return result;
}

static int
open_purse(struct job *j, const struct job_options *o, struct err *e)
{
  for (size_t i = 0; i < j->blueprint.n_members; i++) {
    const struct teacher_spec *s = &j->blueprint.members[i].recruit.spec;

    if (o->limits.usd > 0 && (isnan(s->price_in_usd) || isnan(s->price_out_usd)))
      return err_set(e, ERR_INPUT,
                     "no price is known of teacher '%s', so that a limit of money cannot hold (give it --price-in and "
                     "--price-out, or limit tokens, requests or time)", s->name);
  }
  j->purse.limits = o->limits;
  return 0;
}

/* On -1 it may have a record (row.id), which then is unfit. */
static int
begin(struct job *j, const struct job_options *o, struct err *e)
{
  int found = 0;

  wish_copy(&j->options, o, &j->arena);
  if (blueprint_load(&j->blueprint, j->project, o, e) < 0 || open_purse(j, o, e) < 0 ||
      crew_open(&j->crew, &j->blueprint, e) < 0 || (o->batch && batch_open(j, e) < 0))
    return -1;
  if (o->resume)
    found = find_unfinished(j, o, e);
  else if (refuse_second(j, o, e) < 0)
    return -1;
  if (found < 0)
    return -1;
  if (found == 0 ? begin_new(j, o, e) < 0 : go_on(j, o, e) < 0 || load_items(j, o->retry_failed, e) < 0)
    return -1;
  j->purse.spent.usd = isnan(j->funnel.cost_usd) ? 0 : j->funnel.cost_usd;
  j->purse.spent.tokens = (double)(j->funnel.tokens_in + j->funnel.tokens_out);
  if (j->blueprint.kind->change == CHANGE_INSERT)  /* it indexes the corpus: for new texts only */
    j->filters = filters_new(project_corpus(j->project), &j->blueprint.prompty.filters);
  return j->options.batch ? batch_begin(j, e) : 0;
}

/* ---- life ---- */

struct job *
job_new(struct project *p, const struct job_options *options, struct err *e)
{
  struct job *j = xcalloc(1, sizeof *j);

  arena_init(&j->arena);
  j->project = p;
  j->board = project_board(p);
  j->stop = options->stop;
  if (begin(j, options, e) < 0) {
    if (j->row.id != 0 && !j->over)
      job_store_set_state(p, j->row.id, JOB_FAILED, e->message, NULL);
    j->over = true;
    job_free(j);
    return NULL;
  }
  if (!j->over)
    show_begin(j);
  return j;
}

void
job_free(struct job *j)
{
  struct err e = {0};

  if (!j)
    return;
  if (!j->over)
    end_early(j, JOB_STOPPED, ERR_INTERRUPTED, "stopped", &e);
  batch_close(j);
  crew_close(&j->crew);
  show_release(j);
  filters_free(j->filters);
  for (size_t i = 0; i < j->n; i++) {
    request_row_release(&j->items[i].row);
    free(j->items[i].content);
    free(j->items[i].finish_reason);
  }
  free(j->items);
  free(j->fresh);
  job_row_release(&j->row);
  funnel_release(&j->funnel);
  if (j->blueprint.kind && j->blueprint.kind->close)
    j->blueprint.kind->close(j);
  blueprint_release(&j->blueprint);
  arena_release(&j->arena);
  free(j);
}

uint32_t
job_id(const struct job *j)
{
  return j->row.id;
}

uint32_t
job_activity(const struct job *j)
{
  return j->activity;
}

const struct funnel *
job_status(const struct job *j)
{
  return &j->funnel;
}

bool
job_left(const struct job *j)
{
  return j->left;
}

bool
job_resumed(const struct job *j)
{
  return j->resumed;
}

const char *
job_says(const struct job *j)
{
  return j->says;
}
