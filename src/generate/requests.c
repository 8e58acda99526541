#include "generate/requests.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "generate/examples.h"

#define TEXT_SCHEMA "{\"type\":\"string\"}"
#define PAIR_SCHEMA \
  "{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"},\"text2\":{\"type\":\"string\"}}," \
  "\"required\":[\"text\",\"text2\"],\"additionalProperties\":false}"
/* OpenAI's strict mode wants an object at the root. */
#define LIST_SCHEMA(item) \
  "{\"type\":\"object\",\"properties\":{\"texts\":{\"type\":\"array\",\"items\":" item "}}," \
  "\"required\":[\"texts\"],\"additionalProperties\":false}"

/* ---- what a job is made of ---- */

int
blueprint_load(struct blueprint *b, struct project *p, const struct job_options *options, struct err *e)
{
  const struct labels *labels = corpus_labels(project_corpus(p));

  *b = (struct blueprint){.project = p, .n_labels = labels_count(labels)};
  if (template_store_get(p, options->template_name, options->template_version, &b->template, e) < 0 ||
      prompty_parse(&b->prompty, b->template.name, b->template.source, strlen(b->template.source), e) < 0 ||
      recruit_load(&b->teacher, p, options->teachers[0].name, e) < 0)
    return -1;
  if (b->prompty.kind != PROMPTY_GENERATE)
    return err_set(e, ERR_INPUT, "the template '%s' is of kind %s (generate needs one of kind generate)",
                   b->template.name, prompty_kind_name(b->prompty.kind));
  if (b->n_labels == 0)
    return err_set(e, ERR_INPUT, "the project has no labels");
  b->labels = xcalloc(b->n_labels, sizeof *b->labels);
  for (size_t i = 0; i < b->n_labels; i++)
    b->labels[i] = (struct prompt_label){label_name(labels, (uint16_t)i), label_meaning(labels, (uint16_t)i)};
  b->recording = b->teacher.replay ? hash_bytes(b->teacher.replay, b->teacher.n_replay, 0) : 0;
  b->teacher.spec.replay_delay_ms = options->replay_delay_ms;
  if (options->concurrency > 0)
    b->teacher.spec.concurrency = options->concurrency;
  if (options->retry)
    b->teacher.spec.retry = *options->retry;
  return 0;
}

void
blueprint_release(struct blueprint *b)
{
  template_row_release(&b->template);
  prompty_release(&b->prompty);
  recruit_release(&b->teacher);
  free(b->labels);
  *b = (struct blueprint){0};
}

void
requests_wish(const struct job_options *o, struct buf *out)
{
  if (o->per_label == 0 && o->count == 0 && !o->labels && o->n_restrictions == 0)
    return;
  buf_addf(out, "per_label=%zu count=%zu seed=%" PRIu64, o->per_label, o->count, o->seed ? o->seed : 1);
  for (size_t i = 0; o->labels && i < o->n_labels; i++)
    buf_addf(out, " label=%u", o->labels[i]);
  for (size_t i = 0; i < o->n_restrictions; i++)
    buf_addf(out, " %s=%s", o->restrictions[i].attribute, o->restrictions[i].value);
}

/* ---- from the plan to rows ---- */

static int
make_plan(const struct blueprint *b, const struct job_options *o, struct plan *plan, struct err *e)
{
  struct plan_wish wish = {.per_label = o->per_label, .total = o->count, .restrictions = o->restrictions,
                           .n_restrictions = o->n_restrictions};
  uint32_t *labels = NULL;
  size_t cells = 1;
  int result;

  if (o->labels) {
    labels = xcalloc(o->n_labels + 1, sizeof *labels);
    for (size_t i = 0; i < o->n_labels; i++)
      labels[i] = o->labels[i];
    wish.labels = labels;
    wish.n_labels = o->n_labels;
  }
  if (wish.per_label == 0 && wish.total == 0) {
    for (size_t i = 0; i < b->prompty.n_attributes; i++)
      cells *= b->prompty.attributes[i].n < PLAN_REQUESTS / cells ? b->prompty.attributes[i].n : PLAN_REQUESTS / cells;
    wish.per_label = cells * (size_t)b->prompty.count;
  }
  result = plan_make(plan, &b->prompty, b->labels, b->n_labels, &wish, e);
  if (result == 0 && (o->per_label | o->count) == 0 && plan->n_cells < cells && plan->n_cells > 0) {
    /* restricted: once over what is left of the grid */
    wish.per_label = plan->n_cells * (size_t)b->prompty.count;
    plan_release(plan);
    result = plan_make(plan, &b->prompty, b->labels, b->n_labels, &wish, e);
  }
  free(labels);
  return result;
}

char *
requests_params(const struct prompty *t, uint32_t sample)
{
  struct buf b = BUF_INIT;

  buf_addc(&b, '{');
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

static char *
attributes_of(const struct prompty *t, const uint32_t *values)
{
  struct buf b = BUF_INIT;

  for (size_t i = 0; i < t->n_attributes; i++)
    attribute_add(&b, t->attributes[i].name, t->attributes[i].values[values[i]]);
  return buf_take(&b);
}

/* Two 64-bit hashes of who is asked, the whole request and its sample number, in hex. */
static char *
key_of(const struct blueprint *b, const struct request_row *row)
{
  const struct teacher_spec *s = &b->teacher.spec;
  struct outgoing o;
  struct buf text = BUF_INIT;
  char *key;

  outgoing_init(&o, row, corpus_task(project_corpus(b->project)));
  buf_addf(&text, "%s %s %" PRIu64 " %d ", s->kind, s->url ? s->url : "", b->recording, o.request.sample);
  teacher_request_json(s, &o.request, &text);
  key = xasprintf("%016" PRIx64 "%016" PRIx64, hash_bytes(text.s, text.n, 1), hash_bytes(text.s, text.n, 2));
  outgoing_release(&o);
  buf_release(&text);
  return key;
}

static int
render_row(const struct blueprint *b, const struct plan *plan, size_t i, struct examples *examples,
           struct request_row *row, struct err *e)
{
  const struct plan_request *r = &plan->requests[i];
  struct prompt_scope scope = {.labels = b->labels, .n_labels = b->n_labels,
                               .task = task_name(corpus_task(project_corpus(b->project)))};
  struct messages m;
  struct buf json = BUF_INIT;

  plan_scope(plan, i, b->labels, &scope);
  examples_draw(examples, (uint16_t)r->label, i, &scope);
  if (prompty_render(&b->prompty, &scope, &m, e) < 0) {
    messages_release(&m);
    return -1;
  }
  messages_add_json(&json, &m);
  messages_release(&m);
  *row = (struct request_row){
    .label = (uint16_t)r->label, .wanted = (uint32_t)plan->count, .cost_usd = NAN, .state = REQUEST_PLANNED,
    .attributes = attributes_of(&b->prompty, r->values), .messages = buf_take(&json),
    .params = requests_params(&b->prompty, r->sample),
    .error = xstrdup(""),
  };
  row->key = key_of(b, row);
  return 0;
}

int
requests_plan(const struct blueprint *b, const struct job_options *options, struct request_row **rows, size_t *n,
              struct err *e)
{
  struct plan plan = {0};
  struct examples *examples = examples_new(project_corpus(b->project), options->seed ? options->seed : 1);
  int result = -1;

  *rows = NULL;
  *n = 0;
  if (make_plan(b, options, &plan, e) < 0)
    goto out;
  *rows = xcalloc(plan.n + 1, sizeof **rows);
  for (size_t i = 0; i < plan.n; i++, ++*n)
    if (render_row(b, &plan, i, examples, &(*rows)[i], e) < 0)
      goto out;
  result = 0;
out:
  plan_release(&plan);
  examples_free(examples);
  if (result < 0) {
    request_rows_free(*rows, *n);
    *rows = NULL;
    *n = 0;
  }
  return result;
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
outgoing_init(struct outgoing *o, const struct request_row *row, enum task task)
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
  o->request.schema_name = "texts";
  o->request.schema = task == TASK_PAIR ? LIST_SCHEMA(PAIR_SCHEMA) : LIST_SCHEMA(TEXT_SCHEMA);
  json_free(params);
}

void
outgoing_release(struct outgoing *o)
{
  free(o->extra);
  o->extra = NULL;
}
