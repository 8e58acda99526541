#include "generate/requests.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "generate/examples.h"
#include "base/rng.h"
#include "generate/kind.h"

#define SHARES_MAX 1000         /* that all shares may add up to */

/* ---- what a job is made of ---- */

static int
load_member(struct blueprint *b, const struct job_options *o, const struct job_teacher *asked, struct err *e)
{
  struct member *m = &b->members[b->n_members++];
  struct recruit *r = &m->recruit;

  m->share = asked->share ? asked->share : 1;
  if (recruit_load(r, b->project, asked->name, e) < 0)
    return -1;
  for (struct member *other = b->members; other < m; other++)
    if (other->recruit.row.id == r->row.id)
      return err_set(e, ERR_INPUT, "the teacher '%s' is named twice", r->row.name);
  m->recording = r->replay ? hash_bytes(r->replay, r->n_replay, 0) : 0;
  r->spec.replay_delay_ms = o->replay_delay_ms;
  if (o->concurrency > 0)
    r->spec.concurrency = o->concurrency;
  if (o->retry)
    r->spec.retry = *o->retry;
  return 0;
}

static int
load_members(struct blueprint *b, const struct job_options *o, struct err *e)
{
  uint64_t shares = 0;

  b->members = xcalloc(o->n_teachers + 1, sizeof *b->members);
  for (size_t i = 0; i < o->n_teachers; i++) {
    if (load_member(b, o, &o->teachers[i], e) < 0)
      return -1;
    shares += b->members[i].share;
  }
  return shares <= SHARES_MAX ? 0
                               : err_set(e, ERR_INPUT, "the shares of the teachers add up to %llu (at most %d)",
                                         (unsigned long long)shares, SHARES_MAX);
}

int
blueprint_load(struct blueprint *b, struct project *p, const struct job_options *options, struct err *e)
{
  const struct labels *labels = corpus_labels(project_corpus(p));

  *b = (struct blueprint){.project = p, .fallback = options->fallback, .seed = options->seed ? options->seed : 1,
                          .n_labels = labels_count(labels)};
  if (template_store_get(p, options->template_name, options->template_version, &b->template, e) < 0 ||
      prompty_parse(&b->prompty, b->template.name, b->template.source, strlen(b->template.source), e) < 0 ||
      load_members(b, options, e) < 0)
    return -1;
  b->kind = job_kind_of(b->prompty.kind);
  if (!b->kind)
    return err_set(e, ERR_INPUT, "the template '%s' is of kind %s (generate needs one of kind generate)",
                   b->template.name, prompty_kind_name(b->prompty.kind));
  if (b->n_labels == 0)
    return err_set(e, ERR_INPUT, "the project has no labels");
  b->labels = xcalloc(b->n_labels, sizeof *b->labels);
  for (size_t i = 0; i < b->n_labels; i++)
    b->labels[i] = (struct prompt_label){label_name(labels, (uint16_t)i), label_meaning(labels, (uint16_t)i)};
  return 0;
}

void
blueprint_release(struct blueprint *b)
{
  template_row_release(&b->template);
  prompty_release(&b->prompty);
  for (size_t i = 0; i < b->n_members; i++)
    recruit_release(&b->members[i].recruit);
  free(b->members);
  free(b->labels);
  *b = (struct blueprint){0};
}

const struct member *
blueprint_member(const struct blueprint *b, uint32_t teacher_id)
{
  for (size_t i = 0; i < b->n_members; i++)
    if (b->members[i].recruit.row.id == teacher_id)
      return &b->members[i];
  return b->members;
}

bool
blueprint_priced(const struct blueprint *b)
{
  for (size_t i = 0; i < b->n_members; i++)
    if (isnan(b->members[i].recruit.spec.price_in_usd) || isnan(b->members[i].recruit.spec.price_out_usd))
      return false;
  return true;
}

/* Each block of requests as long as the sum of the shares is dealt out in an order of its own. */
uint32_t
blueprint_deal(const struct blueprint *b, uint32_t label, size_t k)
{
  uint32_t order[SHARES_MAX], n = 0;
  struct rng rng;

  if (b->n_members == 1 || b->fallback)
    return b->members[0].recruit.row.id;
  for (size_t i = 0; i < b->n_members; i++)
    for (uint32_t s = 0; s < b->members[i].share && n < SHARES_MAX; s++)
      order[n++] = b->members[i].recruit.row.id;
  rng_seed(&rng, hash_mix(b->seed ^ hash_mix(label + 1) ^ (k / n) * 0x9e3779b97f4a7c15u));
  rng_shuffle(&rng, order, n);
  return order[k % n];
}

/* ---- rows ---- */

char *
requests_params(const struct prompty *t, uint32_t sample, const char *own)
{
  struct buf b = BUF_INIT;

  buf_addf(&b, "{%s", own ? own : "");
  json_add_field_int(&b, "sample", sample);
  json_add_key(&b, "parameters");
  buf_addc(&b, '{');
  for (size_t i = 0; i < t->n_parameters; i++) {
    json_add_key(&b, t->parameters[i].name);
    buf_adds(&b, t->parameters[i].json);
  }
  buf_adds(&b, "}}");
  return buf_take(&b);
}

static uint32_t
number_in(const struct request_row *row, const char *key, uint32_t otherwise)
{
  struct json *params = json_parse(row->params, strlen(row->params), NULL, NULL);
  double x = json_number(json_get(params, key), otherwise);

  json_free(params);
  return x >= 0 && x < 4e9 ? (uint32_t)x : otherwise;
}

uint32_t
requests_sample(const struct request_row *row)
{
  return number_in(row, "sample", 0);
}

/* It stands first where it stands at all: most rows need not be read. */
uint32_t
requests_round(const struct request_row *row)
{
  return row->params && strncmp(row->params, "{\"round\":", 9) == 0 ? number_in(row, "round", 1) : 1;
}

/* Two 64-bit hashes of who is asked, the whole request and its sample number, in hex. */
char *
requests_key(const struct blueprint *b, const struct request_row *row, uint32_t teacher_id)
{
  const struct member *m = blueprint_member(b, teacher_id);
  const struct teacher_spec *s = &m->recruit.spec;
  struct outgoing o;
  struct buf text = BUF_INIT;
  char *key;

  outgoing_init(&o, b, row);
  buf_addf(&text, "%s %s %" PRIu64 " %d ", s->kind, s->url ? s->url : "", m->recording, o.request.sample);
  teacher_request_json(s, &o.request, &text);
  key = xasprintf("%016" PRIx64 "%016" PRIx64, hash_bytes(text.s, text.n, 1), hash_bytes(text.s, text.n, 2));
  outgoing_release(&o);
  buf_release(&text);
  return key;
}

int
requests_render(const struct blueprint *b, struct prompt_scope *scope, uint32_t sample, struct request_row *row,
                struct err *e)
{
  struct messages m;
  struct buf json = BUF_INIT;
  char *own = row->params;
  int result;

  scope->labels = b->labels;
  scope->n_labels = b->n_labels;
  scope->task = task_name(corpus_task(project_corpus(b->project)));
  result = prompty_render(&b->prompty, scope, &m, e);
  messages_add_json(&json, &m);
  messages_release(&m);
  row->state = REQUEST_PLANNED;
  row->cost_usd = NAN;
  row->error = xstrdup("");
  row->messages = buf_take(&json);
  row->params = requests_params(&b->prompty, sample, own);
  free(own);
  if (!row->attributes)
    row->attributes = xstrdup("");
  if (result == 0)
    row->key = requests_key(b, row, row->teacher_id);
  return result;
}

int
requests_render_anew(const struct blueprint *b, struct prompt_scope *scope, uint32_t sample, struct request_row *row,
                     struct err *e)
{
  char *own = row->params;
  int found;

  for (uint32_t number = 0, n_free = 0;; number++) {
    struct request_row known = {0};

    row->params = own ? xstrdup(own) : NULL;
    found = requests_render(b, scope, number, row, e);
    if (found == 0)
      found = job_store_answered(b->project, row->key, &known, e);
    request_row_release(&known);
    if (found < 0 || (found == 0 && n_free++ == sample))
      break;
    free(row->messages);
    free(row->params);
    free(row->error);
    free(row->key);
    row->messages = row->params = row->error = row->key = NULL;
  }
  free(own);
  return found;
}

int
requests_plan(const struct blueprint *b, const struct job_options *options, struct request_row **rows, size_t *n,
              struct err *e)
{
  return b->kind->plan(b, options, rows, n, e);
}

/* ---- from a row to a teacher ---- */

/* Members that are this program's own business. */
static bool
is_ours(const char *name)
{
  static const char *const ours[] = {"model", "messages", "response_format", "stream", "n"};

  for (size_t i = 0; i < N_OF(ours); i++)
    if (strcmp(name, ours[i]) == 0)
      return true;
  return false;
}

static void
read_parameter(struct teacher_parameters *p, struct buf *extra, const struct json *m)
{
  const char *name = json_key(m);
  double x = json_number(m, NAN);

  if (is_ours(name)) {
    return;
  } else if (strcmp(name, "temperature") == 0) {
    p->temperature = x;
  } else if (strcmp(name, "top_p") == 0) {
    p->top_p = x;
  } else if (strcmp(name, "seed") == 0) {
    p->seed = x >= 0 && x < 9e15 ? (int64_t)x : -1;
  } else if (strcmp(name, "max_tokens") == 0) {
    p->max_tokens = x >= 1 && x < 1e9 ? (int)x : 0;
  } else {
    if (extra->n > 0)
      buf_addc(extra, ',');
    json_add_str(extra, name);
    buf_addc(extra, ':');
    json_print(extra, m);
  }
}

void
outgoing_init(struct outgoing *o, const struct blueprint *b, const struct request_row *row)
{
  struct json *params = json_parse(row->params, strlen(row->params), NULL, NULL);
  struct buf extra = BUF_INIT;

  *o = (struct outgoing){.request = TEACHER_REQUEST_INIT};
  for (const struct json *m = json_first(json_get(params, "parameters")); m; m = json_next(m))
    read_parameter(&o->request.parameters, &extra, m);
  o->extra = extra.n > 0 ? buf_take(&extra) : NULL;
  o->request.extra = o->extra;
  o->request.sample = (int)json_number(json_get(params, "sample"), 0);
  o->request.messages = row->messages;
  json_free(params);
  b->kind->outgoing(b, row, o);
}

void
outgoing_release(struct outgoing *o)
{
  free(o->extra);
  free(o->schema);
  o->extra = o->schema = NULL;
}

void
requests_answered(struct request_row *row, const struct teacher_spec *spec, int64_t tokens_in, int64_t tokens_out,
                  double price)
{
  row->tokens_in = tokens_in >= 0 ? (uint64_t)tokens_in : strlen(row->messages) / 4;
  row->tokens_out = tokens_out >= 0 ? (uint64_t)tokens_out : row->n_reply / 4;
  row->cost_usd = price * teacher_cost_usd(spec, (int64_t)row->tokens_in, (int64_t)row->tokens_out);
  row->answered_ms = clock_wall_ms();
}

int
requests_keep(struct project *p, struct request_row *row, const struct teacher_spec *spec, struct teacher_reply *r,
              struct err *e)
{
  row->http_status = (uint32_t)r->http_status;
  row->tries = (uint32_t)r->tries;
  if (!r->answered) {
    free(row->error);
    row->error = xstrdup(r->error);
    job_store_fail(p, row, true, NULL);
    return err_set(e, r->code ? r->code : ERR_FAIL, "%s", r->error);
  }
  row->reply = r->body;
  row->n_reply = r->body_size;
  r->body = NULL;
  requests_answered(row, spec, r->tokens_in, r->tokens_out, 1);
  return job_store_reply(p, row, 1, e);
}
