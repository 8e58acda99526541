/* estimate: what a job would do, without doing it. */
#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "generate/requests.h"

#define CHARS_A_TOKEN 4
#define CHARS_A_TEXT 100     /* where the corpus has no texts */
#define TOKENS_AROUND 3      /* quotes, comma, bracket */
#define TEXTS_LOOKED_AT 2000

double
job_tokens_a_text(const struct corpus *c)
{
  struct sample s;
  double chars = 0;
  uint32_t n = 0;

  for (uint32_t id = 1, last = corpus_count(c); id <= last && n < TEXTS_LOOKED_AT; id++)
    if (corpus_get(c, id, &s) && s.split != SPLIT_POOL) {
      chars += (double)(utf8_count(s.text, s.n_text) + (s.text2 ? utf8_count(s.text2, s.n_text2) : 0));
      n++;
    }
  return (n > 0 ? chars / n : CHARS_A_TEXT) / CHARS_A_TOKEN + TOKENS_AROUND;
}

static int
add_request(const struct blueprint *b, const struct request_row *row, double a_text, struct job_estimate *out,
            struct err *e)
{
  struct request_row known = {0};
  struct outgoing o;
  int found = job_store_answered(b->project, row->key, &known, e);

  request_row_release(&known);
  out->requests++;
  out->texts += row->wanted;
  if (found != 0) {
    out->cached += found == 1;
    return found < 0 ? -1 : 0;
  }
  outgoing_init(&o, b, row);
  out->tokens_in += teacher_tokens_estimate(&o.request);
  out->tokens_out += (int64_t)(a_text * row->wanted);
  out->cost_bound_usd += teacher_cost_bound_usd(&blueprint_member(b, row->teacher_id)->recruit.spec, &o.request);
  outgoing_release(&o);
  return 0;
}

int
job_estimate(struct project *p, const struct job_options *options, struct job_estimate *out, struct err *e)
{
  struct blueprint b;
  struct request_row *rows = NULL;
  size_t n = 0;
  double a_text = job_tokens_a_text(project_corpus(p));
  int result = -1;

  *out = (struct job_estimate){0};
  if (blueprint_load(&b, p, options, e) < 0 || requests_plan(&b, options, &rows, &n, e) < 0)
    goto out;
  for (size_t i = 0; i < n; i++)
    if (add_request(&b, &rows[i], a_text, out, e) < 0)
      goto out;
  out->cost_usd = teacher_cost_usd(&b.team->recruit.spec, out->tokens_in, out->tokens_out);
  result = 0;
out:
  request_rows_free(rows, n);
  blueprint_release(&b);
  return result;
}
