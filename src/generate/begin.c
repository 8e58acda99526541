/* begin: how a job starts: anew, with all its requests written down, or where an earlier one stood. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/process.h"
#include "generate/work.h"

/* Of n things of this size. */
static void *
arena_copy(struct arena *a, const void *from, size_t n, size_t size)
{
  void *to = arena_alloc(a, n * size + 1);

  if (n > 0)
    memcpy(to, from, n * size);
  return to;
}

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
  struct buf wish = BUF_INIT;
  int found;

  requests_wish(o, &wish);
  found = job_store_find(j->project, j->blueprint.kind->name, j->blueprint.template.id, j->blueprint.team->recruit.row.id,
                         wish.n > 0 ? wish.s : NULL, &j->row, e);
  buf_release(&wish);
  if (found == 1 && somebody_works(j, e) < 0)
    return -1;
  if (found == 1 && j->row.state == JOB_PLANNED) {  /* killed while it was planned: nothing was sent */
    found = job_store_set_state(j->project, j->row.id, JOB_FAILED, "its planning was broken off", e);
    job_row_release(&j->row);
    j->row = (struct job_row){0};
  }
  return found;
}

/* Writes the job and all its requests, before any is sent. Until it has them all it is `planned`. */
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
  requests_wish(o, &wish);
  j->row = (struct job_row){
    .kind = xstrdup(j->blueprint.kind->name), .state = JOB_PLANNED, .template_id = j->blueprint.template.id,
    .teacher_id = j->blueprint.team->recruit.row.id, .params = params, .key = xstrdup(buf_str(&wish)),
    .message = xstrdup(""), .at_ms = clock_wall_ms(),
  };
  params = NULL;
  if (job_store_add(j->project, &j->row, &j->row.id, e) < 0)
    goto out;
  if (job_store_plan(j->project, j->row.id, rows, n, e) < 0)
    goto out;
  result = job_store_set_state(j->project, j->row.id, JOB_RUNNING, "", e);
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

/* What is left to do, and the figures of what was done before. Rows are moved, not copied. */
static int
load_items(struct job *j, bool retry_failed, struct err *e)
{
  struct request_row *rows = NULL;
  size_t n = 0;

  if (funnel_load(&j->funnel, j->project, j->row.id, e) < 0 ||
      job_store_requests(j->project, j->row.id, -1, false, &rows, &n, e) < 0)
    return -1;
  GROW(j->items, j->cap, n + 1);
  j->funnel.failed = 0;
  for (size_t i = 0; i < n; i++) {
    struct item *it = &j->items[j->n];

    *it = (struct item){0};
    j->funnel.failed += rows[i].state == REQUEST_FAILED && !retry_failed;
    if (rows[i].state == REQUEST_PARSED || (rows[i].state == REQUEST_FAILED && !retry_failed))
      continue;
    if (rows[i].state == REQUEST_ANSWERED) {
      if (job_store_request(j->project, rows[i].id, &it->row, e) < 0)
        goto failed;
      it->state = ITEM_ANSWERED;
    } else {
      it->row = rows[i];
      rows[i] = (struct request_row){0};
    }
    j->n++;
  }
  request_rows_free(rows, n);
  return 0;
failed:
  request_rows_free(rows, n);
  return -1;
}

int
job_grow(struct job *j, struct request_row *rows, size_t n, struct err *e)
{
  int result = job_store_plan(j->project, j->row.id, rows, n, e);

  GROW(j->items, j->cap, j->n + n + 1);
  for (size_t i = 0; result == 0 && i < n; i++) {
    j->items[j->n++] = (struct item){.row = rows[i]};
    funnel_request(&j->funnel, rows[i].label, rows[i].wanted, requests_round(&rows[i]));
    rows[i] = (struct request_row){0};
  }
  request_rows_free(rows, n);
  return result;
}

/* Options borrow only during job_new. */
static void
copy_options(struct job *j, const struct job_options *from)
{
  struct job_options *o = &j->options;
  struct job_teacher *teachers = arena_copy(&j->arena, from->teachers, from->n_teachers, sizeof *teachers);
  struct plan_restriction *restrictions =
    arena_copy(&j->arena, from->restrictions, from->n_restrictions, sizeof *restrictions);

  *o = *from;
  o->template_name = arena_strdup(&j->arena, from->template_name);
  for (size_t i = 0; i < o->n_teachers; i++)
    teachers[i].name = arena_strdup(&j->arena, teachers[i].name);
  for (size_t i = 0; i < o->n_restrictions; i++)
    restrictions[i] = (struct plan_restriction){arena_strdup(&j->arena, restrictions[i].attribute),
                                                arena_strdup(&j->arena, restrictions[i].value)};
  o->teachers = teachers;
  o->restrictions = restrictions;
  o->labels = from->labels ? arena_copy(&j->arena, from->labels, from->n_labels, sizeof *from->labels) : NULL;
  o->hard = arena_copy(&j->arena, from->hard, from->n_hard, sizeof *from->hard);
  o->subjects = arena_copy(&j->arena, from->subjects, from->n_subjects, sizeof *from->subjects);
  o->about = from->about ? arena_strdup(&j->arena, from->about) : NULL;
  o->retry = NULL;  /* the blueprint has it */
}

static int
open_purse(struct job *j, const struct job_options *o, struct err *e)
{
  const struct teacher_spec *s = &j->blueprint.team->recruit.spec;

  if (o->limits.usd > 0 && (isnan(s->price_in_usd) || isnan(s->price_out_usd)))
    return err_set(e, ERR_INPUT,
                   "no price is known of teacher '%s', so that a budget cannot hold (give it --price-in and "
                   "--price-out)", s->name);
  j->purse = (struct purse){.budget_usd = o->limits.usd > 0 ? o->limits.usd : 0};
  return 0;
}

int
job_begin(struct job *j, const struct job_options *o, struct err *e)
{
  int found = 0;

  copy_options(j, o);
  if (blueprint_load(&j->blueprint, j->project, o, e) < 0 || open_purse(j, o, e) < 0)
    return -1;
  j->teacher = teacher_open(&j->blueprint.team->recruit.spec, e);
  if (!j->teacher)
    return -1;
  if (o->resume)
    found = find_unfinished(j, o, e);
  if (found < 0 || (found == 1 ? go_on(j, o, e) : begin_new(j, o, e)) < 0 ||
      load_items(j, o->resume && o->retry_failed, e) < 0)
    return -1;
  j->purse.spent_usd = isnan(j->funnel.cost_usd) ? 0 : j->funnel.cost_usd;
  j->filters = filters_new(project_corpus(j->project), &j->blueprint.prompty.filters);
  return 0;
}
