#include "command/job_options.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command/print.h"
#include "generate/funnel.h"

/* ---- whom ---- */

/* "NAME" or "NAME:3"; a teacher whose name itself ends in ":8" is found by the whole. */
static int
take_teacher(struct call *c, const char *text, struct teacher_row *row, struct job_teacher *asked, struct err *e)
{
  const char *colon = strrchr(text, ':');
  struct err ignored = {0};
  char *end = NULL;
  unsigned long share = colon ? strtoul(colon + 1, &end, 10) : 1;
  int r;

  if (!colon || teacher_store_get(c->project, text, row, &ignored) == 0 || end == colon + 1 || *end) {
    share = 1;
    r = row->name ? 0 : names_teacher(c, text, row, e);
  } else {
    r = share >= 1 && share <= 1000 ? names_teacher(c, arena_strndup(&c->arena, text, (size_t)(colon - text)), row, e)
                                    : err_set(e, ERR_INPUT, "option '--teacher': a share is from 1 to 1000");
  }
  *asked = (struct job_teacher){.name = row->name, .share = (uint32_t)share};
  return r;
}

static int
take_teachers(struct call *c, struct job_wishes *w, struct err *e)
{
  size_t n = call_count(c, "teacher");

  w->rows = xcalloc(n + 1, sizeof *w->rows);
  w->asked = xcalloc(n + 1, sizeof *w->asked);
  if (n == 0) {
    w->n = 1;
    if (names_teacher(c, NULL, w->rows, e) < 0)
      return -1;
    w->asked[0].name = w->rows[0].name;
    return 0;
  }
  for (; w->n < n; w->n++) {
    if (take_teacher(c, call_each(c, "teacher", w->n), &w->rows[w->n], &w->asked[w->n], e) < 0)
      return -1;
    for (size_t i = 0; i < w->n; i++)
      if (w->rows[i].id == w->rows[w->n].id) {
        teacher_row_release(&w->rows[w->n]);
        return err_set(e, ERR_INPUT, "teacher '%s' is named twice", w->rows[i].name);
      }
  }
  return 0;
}

/* ---- the rest ---- */

int
job_time(const char *text, double *seconds, struct err *e)
{
  const char *at = text;

  *seconds = 0;
  while (*at) {
    char *end;
    double x = strtod(at, &end);
    double unit = *end == 'h' ? 3600 : *end == 'm' ? 60 : 1;

    /* 1h30 is half past one, or an hour and thirty seconds: who knows */
    if (end == at || !(x >= 0 && x <= 1e9) || (*end ? !strchr("hms", *end) : at > text))
      return err_set(e, ERR_INPUT, "option '--budget-time': '%.100s' is no time (seconds, or 90s, 10m, 1h30m)", text);
    *seconds += x * unit;
    at = end + (*end != '\0');
  }
  return 0;
}

/* What is said in vain is a mistake. A job that is gone on with may have its batches from before. */
static int
check_together(struct call *c, const struct job_wishes *w, struct err *e)
{
  if (w->o.batch && call_flag(c, "probe"))
    return err_set(e, ERR_INPUT, "a probe is sent at once (probe first, then --resume --batch)");
  if (w->o.batch_wait && !w->o.batch && !w->o.resume)
    return err_set(e, ERR_INPUT, "option '--wait' goes with --batch");
  if (w->o.fallback && w->n < 2)
    return err_set(e, ERR_INPUT, "option '--fallback' needs several teachers (--teacher FIRST --teacher SECOND)");
  for (size_t i = 0; w->o.batch && i < w->n; i++)
    if (strcmp(w->rows[i].kind, "replay") == 0)
      return err_set(e, ERR_INPUT, "the teacher '%s' is a recording, which takes no batches", w->rows[i].name);
  return 0;
}

int
job_wishes_take(struct call *c, struct job_wishes *w, struct err *e)
{
  struct job_options *o = &w->o;

  if (take_teachers(c, w, e) < 0 || job_time(call_text(c, "budget-time"), &o->limits.seconds, e) < 0)
    return -1;
  o->teachers = w->asked;
  o->n_teachers = w->n;
  o->fallback = call_flag(c, "fallback");
  o->concurrency = (int)call_number(c, "concurrency");
  o->limits.usd = call_number(c, "budget");
  o->limits.tokens = (uint64_t)call_number(c, "budget-tokens");
  o->limits.requests = (uint32_t)call_number(c, "budget-requests");
  o->batch = call_flag(c, "batch");
  o->batch_wait = call_flag(c, "wait");
  o->retry_failed = call_flag(c, "retry-errors") || call_flag(c, "retry-failed");
  o->resume = call_flag(c, "resume") || o->retry_failed;
  o->seed = (uint64_t)call_number(c, "seed");
  o->stop = c->stop;
  o->attended = c->workbench;
  return check_together(c, w, e);
}

void
job_wishes_release(struct job_wishes *w)
{
  for (size_t i = 0; i < w->n; i++)
    teacher_row_release(&w->rows[i]);
  free(w->rows);
  free(w->asked);
}

/* ---- what it would take ---- */

static void
add_range(struct buf *out, const char *key, double low, double high)
{
  json_add_key(out, key);
  buf_addc(out, '[');
  json_add_number(out, low);
  buf_addc(out, ',');
  json_add_number(out, high);
  buf_addc(out, ']');
}

/* probed: requests sent to find out; below 0: none were to be. */
static void
estimate_json(const struct job_estimate *x, int probed, struct buf *out)
{
  buf_addc(out, '{');
  json_add_field_bool(out, "dry_run", probed < 0);
  json_add_field_int(out, "requests", (int64_t)x->requests);
  json_add_field_int(out, "cached", (int64_t)x->cached);
  json_add_field_int(out, "texts", (int64_t)x->texts);
  json_add_key(out, "tokens");
  buf_addf(out, "{\"in\":%lld,\"out\":%lld}", (long long)x->tokens_in, (long long)x->tokens_out);
  json_add_field_number(out, "cost_usd", x->cost_usd);
  json_add_field_number(out, "cost_bound_usd", x->cost_bound_usd);
  json_add_field_number(out, "tokens_bound", x->tokens_bound);
  json_add_field_int(out, "requests_bound", (int64_t)x->requests_bound);
  json_add_key(out, "interval");
  buf_addc(out, '{');
  add_range(out, "tokens_in", (double)x->tokens_in_range[0], (double)x->tokens_in_range[1]);
  add_range(out, "tokens_out", (double)x->tokens_out_range[0], (double)x->tokens_out_range[1]);
  add_range(out, "cost_usd", x->cost_range_usd[0], x->cost_range_usd[1]);
  json_add_field_int(out, "replies", (int64_t)x->n_replies);
  buf_addc(out, '}');
  json_add_field_number(out, "yield", x->yield);
  json_add_key(out, "job");
  if (x->job_id)
    buf_addf(out, "%u", x->job_id);
  else
    buf_adds(out, "null");
  if (probed >= 0)
    json_add_field_int(out, "probed", probed);
  buf_addc(out, '}');
}

/* "at most   $0.41, 120000 tokens". */
static void
print_bound(struct call *c, const struct job_estimate *x)
{
  struct buf usd = BUF_INIT;

  if (isfinite(x->cost_bound_usd)) {
    print_usd(&usd, x->cost_bound_usd);
    buf_adds(&usd, isfinite(x->tokens_bound) ? ", " : "");
  }
  if (isfinite(x->tokens_bound))
    print_line(c, "at most   %s%.0f tokens", buf_str(&usd), x->tokens_bound);
  else if (usd.n > 0)
    print_line(c, "at most   %s", buf_str(&usd));
  else
    print_line(c, "at most   no bound: the template sets no max_tokens (--budget or --budget-tokens gives one)");
  buf_release(&usd);
}

static void
print_cost(struct call *c, const struct job_estimate *x)
{
  struct buf out = BUF_INIT;

  if (isnan(x->cost_usd)) {
    print_line(c, "cost      unknown: the teacher has no price (--price-in, --price-out); limit tokens or requests");
  } else {
    print_usd(&out, x->cost_usd);
    buf_adds(&out, x->cost_range_usd[1] > 0 ? "  (" : "");
    if (x->cost_range_usd[1] > 0) {
      print_usd(&out, x->cost_range_usd[0]);
      buf_adds(&out, " to ");
      print_usd(&out, x->cost_range_usd[1]);
      buf_addc(&out, ')');
    }
    print_line(c, "cost      about %s", buf_str(&out));
  }
  print_bound(c, x);
  buf_release(&out);
}

static void
print_estimate(struct call *c, const struct job_estimate *x, int probed)
{
  print_line(c, "requests  %zu (%zu answered already)", x->requests, x->cached);
  if (x->requests_bound > x->requests)
    print_line(c, "          up to %zu to top up", x->requests_bound);
  print_line(c, "texts     %zu asked for", x->texts);
  print_line(c, "tokens    about %lld in (%lld to %lld), %lld out (%lld to %lld)", (long long)x->tokens_in,
             (long long)x->tokens_in_range[0], (long long)x->tokens_in_range[1], (long long)x->tokens_out,
             (long long)x->tokens_out_range[0], (long long)x->tokens_out_range[1]);
  print_cost(c, x);
  if (x->n_replies)
    print_line(c, "          (95 %% intervals, by the lengths of %zu replies)", x->n_replies);
  else
    print_line(c, "          (by the texts of the corpus; --probe sends %d requests and knows better)", PROBE_REQUESTS);
  if (probed >= 0 && !c->workbench)
    print_line(c, "next: the same with --resume and without --probe goes on with job %u", x->job_id);
}

bool
job_foreseen(struct call *c)
{
  return call_flag(c, "dry-run") || call_flag(c, "probe");
}

/* The first requests of the job, which are its own: who goes on with it has them. A job of the same wish that is not
 * done was probed before, and has its share of them. */
static int
probe(struct call *c, const struct job_wishes *w, int *sent, struct err *e)
{
  struct job_options o = w->o;
  struct job_estimate x;
  struct job *j;
  int r;

  o.resume = true;
  if (job_estimate(c->project, &o, &x, e) < 0)
    return -1;
  o.resume = w->o.resume || (x.job_id && x.cached < x.requests);
  if (o.limits.requests == 0 || o.limits.requests > PROBE_REQUESTS)
    o.limits.requests = PROBE_REQUESTS;
  j = job_new(c->project, &o, e);
  if (!j)
    return -1;
  r = job_run(c, j, "probing", e);
  *sent = (int)(job_status(j)->ok + job_status(j)->cached);
  job_free(j);
  return r < 0 && (e->code != ERR_PARTIAL || *sent == 0) ? -1 : 0;
}

int
job_foresee(struct call *c, const struct job_wishes *w, struct err *e)
{
  struct job_options o = w->o;
  struct job_estimate x;
  int probed = -1;

  if (call_flag(c, "probe") && !call_flag(c, "dry-run")) {
    if (probe(c, w, &probed, e) < 0)
      return -1;
    o.resume = true;
  }
  if (job_estimate(c->project, &o, &x, e) < 0)
    return -1;
  if (c->json) {
    struct buf out = BUF_INIT;

    estimate_json(&x, probed, &out);
    print_json(c, &out);
    buf_release(&out);
  } else {
    print_estimate(c, &x, probed);
  }
  return 0;
}

/* ---- running ---- */

/* "kept 84  $0.0123 spent  $0.00015 a text kept  $0.0400 projected"; what the job says for itself goes before it. */
static void
describe(struct call *c, struct job *j, struct buf *out)
{
  const struct funnel *f = job_status(j);
  struct activity a;

  buf_clear(out);
  buf_addf(out, "%s%skept %u", job_says(j), *job_says(j) ? "  " : "", f->kept);
  if (f->n_rounds > 1)
    buf_addf(out, "  round %zu", f->n_rounds);
  if (isnan(f->cost_usd) || f->cost_usd <= 0)
    return;
  buf_addf(out, "  $%.4f spent", f->cost_usd);
  if (f->kept > 0)
    buf_addf(out, "  $%.5f a text kept", f->cost_usd / f->kept);
  if (board_get(project_board(c->project), job_activity(j), &a) && a.job.projected_usd > f->cost_usd)
    buf_addf(out, "  $%.4f projected", a.job.projected_usd);
}

void
job_say_left(struct call *c, const struct job *j)
{
  if (!job_left(j) || c->json)
    return;
  print_line(c, "left: %s", job_says(j));
  if (!c->workbench)
    print_line(c, "next: the same with --resume collects what is done (with --wait, all)");
}

void
job_say_again(struct call *c, const struct job *j)
{
  const struct funnel *f = job_status(j);

  if (!c->json && !c->workbench && (f->failed || f->dropped[DROP_PARSE] || f->dropped[DROP_LABEL]))
    print_line(c, "next: the same with --retry-errors asks again for what failed or could not be read");
}

int
job_check_read(const struct job *j, struct err *e)
{
  const struct funnel *f = job_status(j);

  if (f->parsed > 0 || f->dropped[DROP_PARSE] == 0 || job_left(j))
    return 0;
  return err_set(e, ERR_FAIL, "not one of %u repl%s can be read (retort dropped has the reasons)",
                 f->dropped[DROP_PARSE], f->dropped[DROP_PARSE] == 1 ? "y" : "ies");
}

int
job_run(struct call *c, struct job *j, const char *what, struct err *e)
{
  const struct funnel *f = job_status(j);
  struct buf detail = BUF_INIT;
  bool said = false;
  int r;

  progress_begin(&c->progress, what, "requests", f->n_requests);
  do {
    r = job_step(j, 100, e);
    if (*job_says(j) && !said)
      progress_note(&c->progress, "%s", job_says(j));
    said = *job_says(j);
    describe(c, j, &detail);
    progress_total(&c->progress, f->n_requests);
    progress_set(&c->progress, (double)f->ok + f->cached + f->failed, buf_str(&detail));
  } while (r == 1);
  progress_end(&c->progress);
  buf_release(&detail);
  return r;
}
