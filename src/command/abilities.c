#include "command/abilities.h"

#include <math.h>

#include "command/print.h"
#include "teacher/dialect.h"

static void
limits_json(struct buf *out, const struct teacher_reply *r)
{
  json_add_key(out, "limits");
  if (r->limit_requests < 0 && r->limit_tokens < 0) {
    buf_adds(out, "null");
    return;
  }
  buf_addc(out, '{');
  json_add_field_number(out, "requests", r->limit_requests < 0 ? NAN : r->limit_requests);
  json_add_field_number(out, "tokens", r->limit_tokens < 0 ? NAN : r->limit_tokens);
  buf_addc(out, '}');
}

/* A number that an endpoint may keep to itself. */
static void
add_count(struct buf *out, const char *key, int64_t n)
{
  json_add_field_number(out, key, n < 0 ? NAN : (double)n);
}

static void
ability_json(struct buf *out, const struct ability *a)
{
  const struct teacher_reply *r = a->reply;

  buf_addc(out, '{');
  json_add_field_bool(out, "ok", true);
  json_add_field(out, "reply", r->content);
  add_count(out, "tokens_in", r->tokens_in);
  add_count(out, "tokens_out", r->tokens_out);
  json_add_field_number(out, "cost_usd", r->cost_usd);
  json_add_field_int(out, "latency_ms", r->latency_ms);
  json_add_field_int(out, "requests", a->n_requests);
  json_add_key(out, "abilities");
  buf_addc(out, '{');
  json_add_field(out, "schema", ability_words[a->schema]);
  json_add_field(out, "logprobs", ability_words[a->logprobs]);
  json_add_field(out, "stream", ability_words[a->stream]);
  json_add_field(out, "n", ability_words[a->n]);
  json_add_field(out, "usage", ability_words[a->usage]);
  buf_addc(out, '}');
  limits_json(out, r);
  json_add_key(out, "refused");
  buf_addc(out, '[');
  for (unsigned i = 0; i < N_REFUSALS; i++)
    if (a->learned >> i & 1) {
      json_add_comma(out);
      json_add_str(out, refusal_names[i]);
    }
  buf_adds(out, "]}");
}

static void
limits_cell(struct grid *g, const struct teacher_reply *r)
{
  if (r->limit_requests < 0 && r->limit_tokens < 0)
    grid_cell(g, "its headers tell none");
  else if (r->limit_tokens < 0)
    grid_cell(g, "%.0f requests", r->limit_requests);
  else if (r->limit_requests < 0)
    grid_cell(g, "%.0f tokens", r->limit_tokens);
  else
    grid_cell(g, "%.0f requests, %.0f tokens", r->limit_requests, r->limit_tokens);
}

static void
word_row(struct grid *g, const char *what, enum ability_word word, const char *of)
{
  static const char *const means[N_ABILITY_WORDS] = {
    "not seen: the answer was cut short, or all was refused together", "yes",
    "no: not asked for, it is known not to do it", "no: it refuses it", "no: it ignores it",
  };

  grid_cell(g, "%s", what);
  grid_cell(g, "%s%s", means[word], word == ABILITY_YES ? of : "");
}

static void
print_rows(struct call *c, const struct ability *a)
{
  const struct teacher_reply *r = a->reply;
  const unsigned others = ~(unsigned)(REFUSED_SCHEMA | REFUSED_LOGPROBS | REFUSED_N | REFUSED_STREAM);
  struct buf money = BUF_INIT;
  struct grid g;

  grid_init(&g, "what|found");
  grid_cell(&g, "answer");
  grid_cell(&g, "after %lld ms: %.120s", (long long)r->latency_ms, r->content ? r->content : r->error);
  print_usd(&money, r->cost_usd);
  grid_cell(&g, "tokens");
  if (a->usage == ABILITY_YES)
    grid_cell(&g, "%lld in, %lld out, cost %s", (long long)r->tokens_in, (long long)r->tokens_out, money.s);
  else
    grid_cell(&g, "it does not say how many, so costs are not known");
  word_row(&g, "schema", a->schema, "");
  word_row(&g, "logprobs", a->logprobs, "");
  word_row(&g, "stream", a->stream, "");
  word_row(&g, "n", a->n, ", two answers at once");
  grid_cell(&g, "limits");
  limits_cell(&g, r);
  for (unsigned i = 0; i < N_REFUSALS; i++)
    if (a->learned & others & 1u << i) {
      grid_cell(&g, "%s", refusal_names[i]);
      grid_cell(&g, "%s", 1u << i == REFUSED_MAX_TOKENS ? "refused: max_completion_tokens is sent instead"
                                                         : "refused: it is left out");
    }
  grid_cell(&g, "sent");
  grid_cell(&g, a->n_requests == 1 ? "%d request" : "%d requests (what is refused costs nothing)", a->n_requests);
  grid_print(&g, c);
  grid_release(&g);
  buf_release(&money);
}

void
abilities_print(struct call *c, const struct ability *a)
{
  struct buf out = BUF_INIT;

  if (c->json) {
    ability_json(&out, a);
    print_json(c, &out);
  } else {
    print_rows(c, a);
  }
  buf_release(&out);
}
