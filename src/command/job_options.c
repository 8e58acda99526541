#include "command/job_options.h"

#include <math.h>

#include "command/print.h"

int
job_wishes_take(struct call *c, struct job_wishes *w, struct err *e)
{
  struct job_options *o = &w->o;

  if (names_teacher(c, call_text(c, "teacher"), &w->teacher, e) < 0)
    return -1;
  w->asked.name = w->teacher.name;
  o->teachers = &w->asked;
  o->n_teachers = 1;
  o->concurrency = (int)call_number(c, "concurrency");
  o->limits.usd = call_number(c, "budget");
  o->limits.tokens = (uint64_t)call_number(c, "budget-tokens");
  o->limits.requests = (uint32_t)call_number(c, "budget-requests");
  o->limits.seconds = call_number(c, "budget-time");
  o->retry_failed = call_flag(c, "retry-errors");
  o->resume = call_flag(c, "resume") || o->retry_failed;
  o->seed = (uint64_t)call_number(c, "seed");
  o->stop = c->stop;
  o->attended = c->workbench;
  return 0;
}

void
job_wishes_release(struct job_wishes *w)
{
  teacher_row_release(&w->teacher);
}

void
job_print_estimate(struct call *c, const struct job_estimate *x)
{
  struct buf out = BUF_INIT;

  if (c->json) {
    buf_addc(&out, '{');
    json_add_field_bool(&out, "dry_run", true);
    json_add_field_int(&out, "requests", (int64_t)x->requests);
    json_add_field_int(&out, "cached", (int64_t)x->cached);
    json_add_field_int(&out, "texts", (int64_t)x->texts);
    json_add_key(&out, "tokens");
    buf_addc(&out, '{');
    json_add_field_int(&out, "in", x->tokens_in);
    json_add_field_int(&out, "out", x->tokens_out);
    buf_addc(&out, '}');
    json_add_field_number(&out, "cost_usd", x->cost_usd);
    json_add_field_number(&out, "cost_bound_usd", x->cost_bound_usd);
    buf_addc(&out, '}');
    print_json(c, &out);
  } else {
    print_line(c, "requests  %zu (%zu answered already)", x->requests, x->cached);
    print_line(c, "texts     %zu asked for", x->texts);
    print_line(c, "tokens    about %lld in, %lld out", (long long)x->tokens_in, (long long)x->tokens_out);
    print_usd(&out, x->cost_usd);
    print_line(c, "cost      %s%s", isnan(x->cost_usd) ? "" : "about ", buf_str(&out));
    buf_clear(&out);
    if (isinf(x->cost_bound_usd))
      print_line(c, "at most   no bound: the template sets no max_tokens");
    else if (!isnan(x->cost_bound_usd)) {
      print_usd(&out, x->cost_bound_usd);
      print_line(c, "at most   %s", buf_str(&out));
    }
  }
  buf_release(&out);
}

/* What the job says for itself goes before its figures; the first time on a line of its own. */
static void
tell(struct call *c, const struct job *j, bool *said)
{
  const struct funnel *f = job_status(j);
  struct buf detail = BUF_INIT;

  if (*job_says(j) && !*said)
    progress_note(&c->progress, "%s", job_says(j));
  *said = *job_says(j);
  buf_addf(&detail, "%s%skept %u", job_says(j), *said ? "  " : "", f->kept);
  if (!isnan(f->cost_usd) && f->cost_usd > 0)
    buf_addf(&detail, "  $%.4f", f->cost_usd);
  progress_total(&c->progress, f->n_requests);
  progress_set(&c->progress, (double)f->ok + f->cached + f->failed, buf_str(&detail));
  buf_release(&detail);
}

int
job_run(struct call *c, struct job *j, const char *what, struct err *e)
{
  bool said = false;
  int r;

  progress_begin(&c->progress, what, "requests", job_status(j)->n_requests);
  do {
    r = job_step(j, 100, e);
    tell(c, j, &said);
  } while (r == 1);
  progress_end(&c->progress);
  return r;
}
