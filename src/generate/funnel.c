#include "generate/funnel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "generate/tally.h"
#include "generate/requests.h"
#include "store/job_store.h"

#define ROUNDS_MAX 10000

void
funnel_init(struct funnel *f, uint32_t job_id)
{
  *f = (struct funnel){.job_id = job_id};
}

void
funnel_release(struct funnel *f)
{
  free(f->labels);
  free(f->rounds);
  *f = (struct funnel){0};
}

static struct funnel_label *
row_of(struct funnel *f, uint16_t label)
{
  size_t i = 0;

  while (i < f->n_labels && f->labels[i].label < label)
    i++;
  if (i < f->n_labels && f->labels[i].label == label)
    return &f->labels[i];
  f->labels = xrealloc(f->labels, (f->n_labels + 1) * sizeof *f->labels);
  memmove(f->labels + i + 1, f->labels + i, (f->n_labels - i) * sizeof *f->labels);
  f->n_labels++;
  f->labels[i] = (struct funnel_label){.label = label};
  return &f->labels[i];
}

static struct funnel_round *
round_of(struct funnel *f, uint32_t round)
{
  if (round > f->n_rounds) {
    f->rounds = xrealloc(f->rounds, round * sizeof *f->rounds);
    memset(f->rounds + f->n_rounds, 0, (round - f->n_rounds) * sizeof *f->rounds);
    f->n_rounds = round;
  }
  return &f->rounds[round - 1];
}

void
funnel_request(struct funnel *f, uint16_t label, uint32_t texts, uint32_t round)
{
  struct funnel_round *r = round_of(f, round >= 1 && round <= ROUNDS_MAX ? round : 1);

  r->requests++;
  r->wanted += texts;
  f->n_requests++;
  f->requested += texts;
  row_of(f, label)->wanted += texts;
}

void
funnel_kept(struct funnel *f, uint16_t label, uint32_t texts)
{
  f->kept += texts;
  f->parsed += texts;
  row_of(f, label)->kept += texts;
  round_of(f, f->n_rounds ? (uint32_t)f->n_rounds : 1)->kept += texts;
}

void
funnel_dropped(struct funnel *f, uint16_t label, enum drop_reason reason)
{
  f->dropped[reason]++;
  f->parsed += reason != DROP_PARSE;
  row_of(f, label)->dropped[reason]++;
}

void
funnel_undrop(struct funnel *f, uint16_t label, enum drop_reason reason)
{
  f->dropped[reason]--;
  f->parsed -= reason != DROP_PARSE;
  row_of(f, label)->dropped[reason]--;
}

uint32_t
funnel_n_dropped(const struct funnel *f)
{
  uint32_t n = 0;

  for (int i = 0; i < N_DROP_REASONS; i++)
    n += f->dropped[i];
  return n;
}

/* ---- from the project file ---- */

/* The label that a request of a job asked for; ids are ascending. */
static const struct request_row *
find_request(const struct request_row *rows, size_t n, uint32_t id)
{
  size_t from = 0, to = n;

  while (from < to) {
    size_t middle = from + (to - from) / 2;

    if (rows[middle].id < id)
      from = middle + 1;
    else
      to = middle;
  }
  return from < n && rows[from].id == id ? &rows[from] : NULL;
}

static void
count_requests(struct funnel *f, const struct request_row *rows, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    const struct request_row *r = &rows[i];
    bool answered = r->state == REQUEST_ANSWERED || r->state == REQUEST_PARSED;

    funnel_request(f, r->label, r->wanted, requests_round(r));
    f->answered += answered ? r->wanted : 0;
    f->cached += answered && r->cached;
    f->ok += answered && !r->cached;
    f->failed += r->state == REQUEST_FAILED || (r->state == REQUEST_PLANNED && r->error && *r->error);
    f->retried += r->tries > 1 ? r->tries - 1 : 0;
    f->tokens_in += r->tokens_in;
    f->tokens_out += r->tokens_out;
    if (answered)
      f->cost_usd += r->cached ? 0 : r->cost_usd;
  }
}

static void
count_samples(struct funnel *f, const struct corpus *c, const struct request_row *rows, size_t n)
{
  struct sample s;

  for (uint32_t id = 1, last = corpus_count(c); n > 0 && id <= last; id++)
    if (corpus_get(c, id, &s) && s.request_id >= rows[0].id && s.request_id <= rows[n - 1].id) {
      const struct request_row *r = find_request(rows, n, s.request_id);

      if (r) {
        funnel_kept(f, r->label, 1);
        f->rounds[f->n_rounds - 1].kept--;
        round_of(f, requests_round(r))->kept++;
      }
    }
}

/* What an annotation keeps are votes: they leave samples that are there. */
static int
count_votes(struct funnel *f, struct project *p, struct err *e)
{
  struct vote_row *votes;
  size_t n;

  if (votes_of_job(p, f->job_id, 0, &votes, &n, e) < 0)
    return -1;
  for (size_t i = 0; i < n; i++)
    if (votes[i].label != LABEL_NONE || votes[i].probabilities)
      funnel_kept(f, votes[i].label, 1);
  vote_rows_free(votes, n);
  return 0;
}

static bool
is_annotation(struct project *p, uint32_t job_id)
{
  struct job_row job = {0};
  bool is = job_store_get(p, job_id, &job, NULL) == 0 && strcmp(job.kind, "annotate") == 0;

  job_row_release(&job);
  return is;
}

int
funnel_load(struct funnel *f, struct project *p, uint32_t job_id, struct err *e)
{
  struct request_row *rows = NULL;
  struct dropped_row *dropped = NULL;
  size_t n = 0, n_dropped = 0;
  int result = -1;

  funnel_init(f, job_id);
  if (job_store_requests(p, job_id, -1, false, &rows, &n, e) < 0 ||
      job_store_dropped(p, job_id, NULL, &dropped, &n_dropped, e) < 0)
    goto out;
  count_requests(f, rows, n);
  if (!is_annotation(p, job_id))
    count_samples(f, project_corpus(p), rows, n);
  else if (count_votes(f, p, e) < 0)
    goto out;
  for (size_t i = 0; i < n_dropped; i++) {
    enum drop_reason reason = drop_parse(dropped[i].reason);

    if (reason != DROP_NONE)
      funnel_dropped(f, dropped[i].label, reason);
  }
  result = 0;
out:
  request_rows_free(rows, n);
  dropped_rows_free(dropped, n_dropped);
  return result;
}

/* ---- JSON ---- */

static void
add_dropped(struct buf *out, const uint32_t *dropped)
{
  json_add_key(out, "dropped");
  buf_addc(out, '{');
  for (int i = 0; i < N_DROP_REASONS; i++)
    if (dropped[i] > 0)
      json_add_field_int(out, drop_defs[i].name, dropped[i]);
  buf_addc(out, '}');
}

static void
add_label(struct buf *out, const struct funnel_label *row, const struct labels *labels)
{
  json_add_comma(out);
  buf_addc(out, '{');
  json_add_field(out, "label", row->label == LABEL_NONE ? NULL : label_name(labels, row->label));
  json_add_field_int(out, "requested", row->wanted);
  json_add_field_int(out, "kept", row->kept);
  add_dropped(out, row->dropped);
  buf_addc(out, '}');
}

void
funnel_json(const struct funnel *f, const struct labels *labels, struct buf *out)
{
  buf_addc(out, '{');
  json_add_field_int(out, "job", f->job_id);
  json_add_field_int(out, "requested", f->requested);
  json_add_field_int(out, "answered", f->answered);
  json_add_field_int(out, "parsed", f->parsed);
  json_add_field_int(out, "kept", f->kept);
  add_dropped(out, f->dropped);
  json_add_key(out, "requests");
  buf_addc(out, '{');
  json_add_field_int(out, "total", f->n_requests);
  json_add_field_int(out, "ok", f->ok);
  json_add_field_int(out, "retried", f->retried);
  json_add_field_int(out, "failed", f->failed);
  json_add_field_int(out, "cached", f->cached);
  buf_addc(out, '}');
  json_add_key(out, "tokens");
  buf_addc(out, '{');
  json_add_field_int(out, "in", (int64_t)f->tokens_in);
  json_add_field_int(out, "out", (int64_t)f->tokens_out);
  buf_addc(out, '}');
  json_add_field_number(out, "cost_usd", f->cost_usd);
  json_add_key(out, "labels");
  buf_addc(out, '[');
  for (size_t i = 0; i < f->n_labels; i++)
    add_label(out, &f->labels[i], labels);
  buf_addc(out, ']');
  json_add_key(out, "rounds");
  buf_addc(out, '[');
  for (size_t i = 0; i < f->n_rounds; i++)
    buf_addf(out, "%s{\"requests\":%u,\"requested\":%u,\"kept\":%u}", i ? "," : "", f->rounds[i].requests,
             f->rounds[i].wanted, f->rounds[i].kept);
  buf_adds(out, "]}");
}
