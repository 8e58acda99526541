/* estimate: what a job would do, without doing it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "generate/purse.h"
#include "generate/requests.h"
#include "generate/topup.h"
#include "generate/wish.h"

#define CHARS_A_TOKEN 4
#define CHARS_A_TEXT 100     /* where the corpus has no texts */
#define TOKENS_AROUND 3      /* quotes, comma, bracket */
#define TEXTS_LOOKED_AT 2000
#define REPLIES_MAX 500      /* the newest ones are looked at */
#define PROMPT_ERROR 0.25    /* of four characters a token */

/* Mean and deviation of what came to one unit of what was asked: of tokens to a token of the estimate, of tokens to a
 * text. */
struct rate {
  double mean, sd;
  double low, high;            /* where there are no replies */
};
struct guess {
  size_t n;                    /* replies; fewer than 2 are none */
  struct rate in, out;
};

/* What is still to be sent. */
struct load {
  double in, in_squares;       /* tokens of the prompts, by their length; the sum of their squares */
  double out, out_squares;     /* texts */
  double usd_in, usd_out;      /* of all these tokens, at one token a text; NaN: unknown */
};

/* ---- what a reply is like: from the texts of the corpus ---- */

static int
compare_lengths(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return x < y ? -1 : x > y;
}

/* Tokens of a text, by its characters; of up to TEXTS_LOOKED_AT texts. */
static void
measure_texts(const struct corpus *c, struct rate *out)
{
  double *lengths = xcalloc(TEXTS_LOOKED_AT, sizeof *lengths), sum = 0;
  struct sample s;
  size_t n = 0;

  for (uint32_t id = 1, last = corpus_count(c); id <= last && n < TEXTS_LOOKED_AT; id++)
    if (corpus_get(c, id, &s) && s.split != SPLIT_POOL)
      lengths[n++] = (double)(utf8_count(s.text, s.n_text) + (s.text2 ? utf8_count(s.text2, s.n_text2) : 0));
  if (n == 0)
    lengths[n++] = CHARS_A_TEXT;
  qsort(lengths, n, sizeof *lengths, compare_lengths);
  for (size_t i = 0; i < n; i++) {
    lengths[i] = lengths[i] / CHARS_A_TOKEN + TOKENS_AROUND;
    sum += lengths[i];
  }
  *out = (struct rate){.mean = sum / (double)n, .low = lengths[n / 20], .high = lengths[n - 1 - n / 20]};
  free(lengths);
}

/* Tokens of an answer that is a label, with what stands around it. */
static void
measure_labels(const struct blueprint *b, struct rate *out)
{
  double sum = 0, low = INFINITY, high = 0;

  for (size_t i = 0; i < b->n_labels; i++) {
    double tokens = (double)strlen(b->labels[i].name) / CHARS_A_TOKEN + TOKENS_AROUND;

    sum += tokens;
    low = fmin(low, tokens);
    high = fmax(high, tokens);
  }
  *out = (struct rate){.mean = sum / (double)b->n_labels, .low = low, .high = high};
}

double
job_tokens_a_text(const struct corpus *c)
{
  struct rate rate;

  measure_texts(c, &rate);
  return rate.mean;
}

/* ---- from earlier replies ---- */

struct moments {
  double n, sum, squares;
};

static void
add(struct moments *m, double x)
{
  m->n++;
  m->sum += x;
  m->squares += x * x;
}

static struct rate
rate_of(const struct moments *m)
{
  double mean = m->sum / m->n, variance = (m->squares - m->n * mean * mean) / (m->n - 1);

  return (struct rate){.mean = mean, .sd = variance > 0 ? sqrt(variance) : 0};
}

static double
prompt_tokens(const struct blueprint *b, const struct request_row *row)
{
  struct outgoing o;
  double tokens;

  outgoing_init(&o, b, row);
  tokens = (double)teacher_tokens_estimate(&o.request);
  outgoing_release(&o);
  return tokens > 1 ? tokens : 1;
}

static bool
asks_our_crew(const struct blueprint *b, const struct job_row *job)
{
  for (size_t i = 0; i < b->n_members; i++)
    if (b->members[i].recruit.row.id == job->teacher_id)
      return job->template_id == b->template.id;
  return false;
}

/* Paid replies of a job, added to the moments; its texts asked for and kept. */
static int
look_at_job(const struct blueprint *b, uint32_t job_id, struct moments *in, struct moments *out, double *asked,
            double *kept, struct err *e)
{
  struct request_row *rows = NULL;
  struct job_figures figures = {0};
  size_t n = 0;

  if (job_store_requests(b->project, job_id, -1, false, &rows, &n, e) < 0)
    return -1;
  for (size_t i = 0; i < n; i++) {
    const struct request_row *row = &rows[i];
    bool answered = row->state == REQUEST_ANSWERED || row->state == REQUEST_PARSED;

    *asked += answered ? row->wanted : 0;
    if (!answered || row->cached || row->tokens_out == 0 || row->wanted == 0 || out->n >= REPLIES_MAX)
      continue;
    add(in, (double)row->tokens_in / prompt_tokens(b, row));
    add(out, (double)row->tokens_out / row->wanted);
  }
  request_rows_free(rows, n);
  if (job_store_figures(b->project, job_id, &figures, e) < 0)
    return -1;
  *kept += figures.kept;
  job_figures_release(&figures);
  return 0;
}

/* How long prompts and replies are, and how much of the replies is kept (NaN: not known). */
static int
learn(const struct blueprint *b, struct guess *g, double *yield, struct err *e)
{
  struct moments in = {0}, out = {0};
  double asked = 0, kept = 0;
  struct job_row *jobs = NULL;
  size_t n = 0;
  int result = job_store_list(b->project, &jobs, &n, e);

  for (size_t i = 0; i < n && result == 0; i++)
    if (asks_our_crew(b, &jobs[i]) && strcmp(jobs[i].kind, b->kind->name) == 0)
      result = look_at_job(b, jobs[i].id, &in, &out, &asked, &kept, e);
  job_rows_free(jobs, n);
  *g = (struct guess){.n = out.n >= 2 ? (size_t)out.n : 0};
  *yield = asked > 0 ? kept / asked : NAN;
  if (g->n > 0) {
    g->in = rate_of(&in);
    g->out = rate_of(&out);
  } else {
    g->in = (struct rate){.mean = 1, .low = 1 - PROMPT_ERROR, .high = 1 + PROMPT_ERROR};
    if (b->prompty.kind == PROMPTY_ANNOTATE)
      measure_labels(b, &g->out);
    else
      measure_texts(project_corpus(b->project), &g->out);
  }
  return result;
}

/* ---- what is to be sent ---- */

/* The most that it can take. Limits of money or tokens give each reply a longest length, as they do when it is sent. */
static void
add_bound(const struct blueprint *b, const struct request_row *row, const struct job_limits *limits,
          struct job_estimate *out)
{
  const struct teacher_spec *spec = &blueprint_member(b, row->teacher_id)->recruit.spec;
  struct purse purse = {.limits = *limits};
  struct outgoing o;
  int64_t tokens;

  outgoing_init(&o, b, row);
  purse_bound(&purse, spec, row, 1, &o.request);
  tokens = teacher_tokens_bound(spec, &o.request);
  out->cost_bound_usd += teacher_cost_bound_usd(spec, &o.request);
  out->tokens_bound += tokens == INT64_MAX ? INFINITY : (double)tokens;
  outgoing_release(&o);
}

static int
add_request(const struct blueprint *b, const struct request_row *row, const struct job_options *o, struct load *load,
            struct job_estimate *out, struct err *e)
{
  const struct teacher_spec *spec = &blueprint_member(b, row->teacher_id)->recruit.spec;
  bool done = row->state == REQUEST_ANSWERED || row->state == REQUEST_PARSED ||
              (row->state == REQUEST_FAILED && !o->retry_failed);
  struct request_row known = {0};
  double tokens;
  int found = done ? 1 : job_store_answered(b->project, row->key, &known, e);

  request_row_release(&known);
  out->requests++;
  out->texts += row->wanted;
  if (found != 0) {
    out->cached += found == 1;
    return found < 0 ? -1 : 0;
  }
  tokens = prompt_tokens(b, row);
  load->in += tokens;
  load->in_squares += tokens * tokens;
  load->out += row->wanted;
  load->out_squares += (double)row->wanted * row->wanted;
  load->usd_in += teacher_cost_usd(spec, (int64_t)tokens, 0);
  load->usd_out += teacher_cost_usd(spec, 0, row->wanted);
  add_bound(b, row, &o->limits, out);
  return 0;
}

/* Quantile .975 of Student's t (NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2); beyond 30 degrees of
 * freedom to two decimals by 1.96 + 2.4 / n. */
static double
student_t(size_t freedom)
{
  static const double t[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                             2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                             2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};

  return freedom == 0 ? INFINITY : freedom <= N_OF(t) ? t[freedom - 1] : 1.96 + 2.4 / (double)freedom;
}

/* A sum of what is to come at this rate, and its interval. */
static double
foresee(const struct rate *r, size_t n, double units, double squares, double range[2])
{
  double half = n > 0 ? student_t(n - 1) * r->sd * sqrt(units * units / (double)n + squares) : 0;

  range[0] = n > 0 ? fmax(0, units * r->mean - half) : units * r->low;
  range[1] = n > 0 ? units * r->mean + half : units * r->high;
  return units * r->mean;
}

static void
sum_up(const struct load *load, const struct guess *g, double more, struct job_estimate *out)
{
  double in_range[2], out_range[2];
  double in = foresee(&g->in, g->n, load->in, load->in_squares, in_range);
  double reply = foresee(&g->out, g->n, load->out, load->out_squares, out_range);
  double a_token = load->in > 0 ? load->usd_in / load->in : load->usd_in;     /* NaN stays */
  double a_reply = load->out > 0 ? load->usd_out / load->out : load->usd_out;

  out->n_replies = g->n;
  out->tokens_in = llround(more * in);
  out->tokens_out = llround(more * reply);
  out->cost_usd = more * (a_token * in + a_reply * reply);
  for (int i = 0; i < 2; i++) {
    out->tokens_in_range[i] = llround(more * in_range[i]);
    out->tokens_out_range[i] = llround(more * out_range[i]);
    out->cost_range_usd[i] = more * (a_token * in_range[i] + a_reply * out_range[i]);
  }
}

/* times: how often all of it may be asked for, with topping up. */
static void
bound(const struct job_options *o, double times, struct job_estimate *out)
{
  out->requests_bound = (size_t)(times * (double)out->requests);
  out->cost_bound_usd *= times;
  out->tokens_bound *= times;
  if (o->batch) {
    out->cost_usd *= TEACHER_BATCH_PRICE;
    out->cost_bound_usd *= TEACHER_BATCH_PRICE;
    out->cost_range_usd[0] *= TEACHER_BATCH_PRICE;
    out->cost_range_usd[1] *= TEACHER_BATCH_PRICE;
  }
  if (o->limits.usd > 0 && !isnan(out->cost_bound_usd))
    out->cost_bound_usd = fmin(out->cost_bound_usd, o->limits.usd);
  if (o->limits.tokens > 0)
    out->tokens_bound = fmin(out->tokens_bound, (double)o->limits.tokens);
}

/* ---- which requests ---- */

/* Those of the job that would be gone on with. 1, 0: there is none, -1. */
static int
rows_of_job(const struct blueprint *b, const struct job_options *o, uint32_t *job_id, struct request_row **rows,
            size_t *n, struct err *e)
{
  struct job_row job = {0};
  int found = wish_find(b, o, &job, e);

  *job_id = found == 1 && job.state != JOB_PLANNED ? job.id : 0;
  job_row_release(&job);
  if (found < 0 || *job_id == 0)
    return found < 0 ? -1 : 0;
  return job_store_requests(b->project, *job_id, -1, false, rows, n, e) < 0 ? -1 : 1;
}

int
job_estimate(struct project *p, const struct job_options *options, struct job_estimate *out, struct err *e)
{
  struct job_options whole = *options;   /* steering asks for the same number, only not at once */
  struct blueprint b;
  struct request_row *rows = NULL;
  struct load load = {0};
  struct guess guess;
  size_t n = 0;
  double waste = options->waste_max > 0 ? options->waste_max : TOPUP_WASTE, more = 1;
  int result = -1, found = 0;

  *out = (struct job_estimate){0};
  whole.steer = false;
  if (blueprint_load(&b, p, options, e) < 0 || learn(&b, &guess, &out->yield, e) < 0)
    goto out;
  if (options->resume)
    found = rows_of_job(&b, options, &out->job_id, &rows, &n, e);
  if (found < 0 || (found == 0 && requests_plan(&b, &whole, &rows, &n, e) < 0))
    goto out;
  for (size_t i = 0; i < n; i++)
    if (add_request(&b, &rows[i], options, &load, out, e) < 0)
      goto out;
  if (options->top_up)
    more = out->yield > 1 / waste ? fmax(1, 1 / out->yield) : isnan(out->yield) ? 1 : waste;
  sum_up(&load, &guess, more, out);
  bound(options, options->top_up ? ceil(waste) : 1, out);   /* each label's requests are rounded up */
  result = 0;
out:
  request_rows_free(rows, n);
  blueprint_release(&b);
  return result;
}
