#include "generate/propose.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "generate/filters.h"
#include "generate/requests.h"
#include "prompt/amend.h"
#include "teacher/openai.h"

#define LABELS_SHOWN 200
#define VALUES_SHOWN 6          /* of an attribute that is there already */
#define VALUE_BYTES 200
#define SCHEMA \
  "{\"type\":\"object\",\"properties\":{\"attributes\":{\"type\":\"array\",\"items\":{\"type\":\"object\"," \
  "\"properties\":{\"name\":{\"type\":\"string\"},\"values\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}," \
  "\"required\":[\"name\",\"values\"],\"additionalProperties\":false}}},\"required\":[\"attributes\"]," \
  "\"additionalProperties\":false}"

struct asker {
  struct project *project;
  const struct propose_options *o;
  struct blueprint blueprint;
  size_t n_attributes, n_values;
  struct request_row row;
  struct outgoing outgoing;
  struct proposal *out;
};

/* ---- the question ---- */

static void
describe_task(const struct asker *a, struct buf *b)
{
  static const char *const tasks[N_TASKS] = {
    [TASK_CLASSIFY] = "Each text has one label.",
    [TASK_PAIR] = "Each example is a pair of texts with one label.",
    [TASK_MULTILABEL] = "Each text can have several labels.",
  };
  const struct blueprint *bp = &a->blueprint;

  buf_adds(b, "Training texts for a text classifier are to be written.");
  if (*bp->prompty.description)
    buf_addf(b, " They are: %s.", bp->prompty.description);
  buf_addf(b, " %s The labels:\n", tasks[corpus_task(project_corpus(a->project))]);
  for (size_t i = 0; i < bp->n_labels && i < LABELS_SHOWN; i++)
    buf_addf(b, "- %s%s%s\n", bp->labels[i].name, *bp->labels[i].meaning ? ": " : "", bp->labels[i].meaning);
  if (bp->n_labels > LABELS_SHOWN)
    buf_addf(b, "- and %zu more\n", bp->n_labels - LABELS_SHOWN);
}

static void
describe_known(const struct asker *a, struct buf *b)
{
  const struct prompty *t = &a->blueprint.prompty;

  if (t->n_attributes > 0)
    buf_adds(b, "The texts differ already in these attributes; do not name them again:\n");
  for (size_t i = 0; i < t->n_attributes; i++) {
    buf_addf(b, "- %s: ", t->attributes[i].name);
    for (size_t v = 0; v < t->attributes[i].n && v < VALUES_SHOWN; v++)
      buf_addf(b, "%s%s", v ? ", " : "", t->attributes[i].values[v]);
    buf_adds(b, t->attributes[i].n > VALUES_SHOWN ? ", ...\n" : "\n");
  }
}

static char *
write_question(const struct asker *a)
{
  struct buf b = BUF_INIT, json = BUF_INIT;
  struct message m[] = {{"system", "You plan varied training data for text classifiers."}, {"user", NULL}};
  struct messages all = {.v = m, .n = N_OF(m)};

  describe_task(a, &b);
  describe_known(a, &b);
  buf_addf(&b,
           "Name %zu attributes in which real texts of this kind differ from each other whatever their label (such as "
           "subject, style, length, speaker, situation: what fits here), and for each of them %zu values that are as "
           "far from each other as they can be and fit every label. A name is one word in lower case, or two joined by "
           "_. A value has at most six words. The label itself is no attribute.\n"
           "Answer with JSON only: {\"attributes\":[{\"name\":\"...\",\"values\":[\"...\",\"...\"]}]}",
           a->n_attributes, a->n_values);
  m[1].content = b.s;
  messages_add_json(&json, &all);
  buf_release(&b);
  return buf_take(&json);
}

static void
prepare_request(struct asker *a)
{
  const struct member *m = blueprint_member(&a->blueprint, 0);
  const struct teacher_spec *s = &m->recruit.spec;
  struct buf text = BUF_INIT;

  a->row = (struct request_row){
    .label = LABEL_NONE, .attributes = xstrdup(""), .messages = write_question(a), .error = xstrdup(""),
    .params = xstrdup("{\"sample\":0,\"parameters\":{}}"), .cost_usd = NAN, .teacher_id = m->recruit.row.id,
  };
  outgoing_init(&a->outgoing, &a->blueprint, &a->row);
  free(a->outgoing.schema);
  a->outgoing.schema = NULL;
  a->outgoing.request.schema_name = "attributes";
  a->outgoing.request.schema = SCHEMA;
  buf_addf(&text, "propose %s %s %" PRIu64 " ", s->kind, s->url ? s->url : "", m->recording);
  teacher_request_json(s, &a->outgoing.request, &text);
  a->row.key = xasprintf("%016" PRIx64 "%016" PRIx64, hash_bytes(text.s, text.n, 1), hash_bytes(text.s, text.n, 2));
  buf_release(&text);
}

/* ---- asking ---- */

static int
send(struct asker *a, struct err *e)
{
  const struct teacher_spec *spec = &blueprint_member(&a->blueprint, 0)->recruit.spec;
  struct teacher *teacher = teacher_open(spec, e);
  struct teacher_reply *r = NULL;
  int result = -1;

  if (!teacher)
    return -1;
  a->row.sent_ms = clock_wall_ms();
  teacher_start(teacher, 0, &a->outgoing.request);
  while (!r && !stop_wanted(a->o->stop))
    r = teacher_take(teacher, 50);
  if (r)
    result = requests_keep(a->project, &a->row, spec, r, e);
  else
    err_set(e, ERR_INTERRUPTED, "stopped");
  teacher_reply_free(r);
  teacher_close(teacher);
  return result;
}

static int
ask_teacher(struct asker *a, struct err *e)
{
  struct job_row job = {.kind = (char *)"propose", .state = JOB_RUNNING, .template_id = a->blueprint.template.id,
                        .params = (char *)"{}", .teacher_id = a->row.teacher_id, .key = (char *)"",
                        .message = (char *)""};
  int result;

  if (job_store_add(a->project, &job, &a->out->job_id, e) < 0 ||
      job_store_plan(a->project, a->out->job_id, &a->row, 1, e) < 0)
    return -1;
  result = send(a, e);
  if (result < 0)
    job_store_set_state(a->project, a->out->job_id, e->code == ERR_INTERRUPTED ? JOB_STOPPED : JOB_FAILED, e->message,
                        NULL);
  else
    result = job_store_set_state(a->project, a->out->job_id, JOB_DONE, "", e);
  return result;
}

/* From the file, or from the teacher. */
static int
ask(struct asker *a, struct err *e)
{
  struct request_row known = {0};
  int found = job_store_answered(a->project, a->row.key, &known, e);

  if (found == 1 && known.reply) {
    request_row_release(&a->row);
    a->row = known;
    a->out->cached = true;
    a->out->job_id = known.job_id;
    return 0;
  }
  request_row_release(&known);
  return found < 0 ? -1 : ask_teacher(a, e);
}

/* ---- reading ---- */

/* "Customer's mood" becomes customer_s_mood. NULL: no letters. */
static char *
fit_name(struct arena *arena, const char *s)
{
  char *name = arena_alloc(arena, strlen(s) + 2), *to = name;

  for (; *s; s++)
    if (isalnum((unsigned char)*s))
      *to++ = (char)tolower((unsigned char)*s);
    else if (to > name && to[-1] != '_')
      *to++ = '_';
  while (to > name && to[-1] == '_')
    to--;
  *to = '\0';
  return isalpha((unsigned char)*name) && prompty_may_name(name) ? name : NULL;
}

/* In one line, without blanks around. NULL: nothing is left, or it is no value. */
static const char *
fit_value(struct arena *arena, const struct json *j)
{
  const char *s = json_string(j);
  struct buf b = BUF_INIT;
  char *copy, *end;
  size_t len;

  if (json_type(j) == JSON_NUMBER)
    json_print(&b, j);
  for (size_t i = 0, n = s ? strlen(s) : 0; i < n && b.n < VALUE_BYTES; i += len) {
    uint32_t c = utf8_decode(s + i, n - i, &len);

    if (utf8_is_control(c) || utf8_is_space(c))
      buf_addc(&b, ' ');
    else
      buf_add(&b, s + i, len);
  }
  copy = arena_strdup(arena, buf_str(&b));
  buf_release(&b);
  copy += strspn(copy, " ");
  end = copy + strlen(copy);
  while (end > copy && end[-1] == ' ')
    *--end = '\0';
  return *copy ? copy : NULL;
}

static bool
has_value(const struct prompty_attribute *a, const char *value)
{
  for (size_t i = 0; i < a->n; i++)
    if (strcasecmp(a->values[i], value) == 0)
      return true;
  return false;
}

static bool
is_known(const struct proposal *x, const struct prompty *known, const char *name)
{
  for (size_t i = 0; i < x->n; i++)
    if (strcmp(x->attributes[i].name, name) == 0)
      return true;
  return prompty_attribute(known, name) >= 0;
}

struct limits {
  const struct prompty *known;
  size_t n_attributes, n_values;
};

static void
add_attribute(struct proposal *x, const struct limits *l, const char *raw, const struct json *values)
{
  const char *name = raw ? fit_name(&x->arena, raw) : NULL;
  struct prompty_attribute *a = &x->attributes[x->n];

  if (!name || x->n == l->n_attributes || is_known(x, l->known, name) || json_type(values) != JSON_ARRAY)
    return;
  *a = (struct prompty_attribute){.name = name, .values = arena_alloc(&x->arena, l->n_values * sizeof *a->values)};
  for (const struct json *v = json_first(values); v && a->n < l->n_values; v = json_next(v)) {
    const char *value = fit_value(&x->arena, v);

    if (value && !has_value(a, value))
      a->values[a->n++] = value;
  }
  x->n += a->n >= 2;   /* of one value nothing differs */
}

static const struct json *
first_of(const struct json *object, const char *const *keys, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (json_get(object, keys[i]))
      return json_get(object, keys[i]);
  return NULL;
}

/* {"attributes": ...}, {"name","values"}, [{"name","values"}], {NAME: [values]}, {NAME: {"values"}}. */
static void
read_value(struct proposal *x, const struct limits *l, const struct json *j)
{
  static const char *const names[] = {"name", "attribute", "key"}, *const lists[] = {"values", "options", "value"};
  const struct json *name = first_of(j, names, N_OF(names)), *list = first_of(j, lists, N_OF(lists));

  if (json_type(j) == JSON_OBJECT && json_get(j, "attributes")) {
    read_value(x, l, json_get(j, "attributes"));
  } else if (json_string(name) && json_type(list) == JSON_ARRAY) {
    add_attribute(x, l, json_string(name), list);
  } else if (json_type(j) == JSON_ARRAY) {
    for (const struct json *m = json_first(j); m; m = json_next(m))
      if (json_type(m) == JSON_OBJECT)
        read_value(x, l, m);
  } else if (json_type(j) == JSON_OBJECT) {
    for (const struct json *m = json_first(j); m; m = json_next(m))
      add_attribute(x, l, json_key(m), json_type(m) == JSON_OBJECT ? first_of(m, lists, N_OF(lists)) : m);
  }
}

int
propose_read(const char *content, const struct prompty *known, size_t n_attributes, size_t n_values,
             struct proposal *out, struct err *e)
{
  struct limits l = {.known = known, .n_attributes = n_attributes, .n_values = n_values};

  out->attributes = arena_alloc(&out->arena, (n_attributes + 1) * sizeof *out->attributes);
  out->n = 0;
  for (const char *at = content; (at = strpbrk(at, "{[")) && out->n < n_attributes;) {
    const char *rest = NULL;
    struct json *j = json_parse(at, strlen(at), &rest, NULL);

    read_value(out, &l, j);
    at = j && rest > at ? rest : at + 1;   /* what is broken may have whole parts */
    json_free(j);
  }
  if (out->n == 0)
    return err_set(e, ERR_FAIL, "the reply names no attributes (it is kept: retort dropped --reason parse)");
  return 0;
}

/* Reads the reply; one that cannot be read goes into quarantine, so that the next time the teacher is asked again. */
static int
read_reply(struct asker *a, struct err *e)
{
  struct chat_reply chat;
  int result = chat_parse(a->row.reply ? a->row.reply : "", a->row.n_reply, &chat, e);
  struct dropped_row dropped = {.request_id = a->row.id, .label = LABEL_NONE, .reason = (char *)"parse",
                                .attributes = (char *)""};

  if (result == 0)
    result = propose_read(chat.content, &a->blueprint.prompty, a->n_attributes, a->n_values, a->out, e);
  chat_reply_release(&chat);
  dropped.detail = e ? e->message : NULL;
  if (!a->out->cached &&
      job_store_keep(a->project, a->row.id, NULL, &dropped, result < 0, NULL, result < 0 ? NULL : e) < 0)
    result = -1;
  return result;
}

/* ---- the template ---- */

/* Whether the place stands within {{ }} or {% %}: elsewhere it is a word like others ("length", "style"). */
static bool
in_tag(const char *source, const char *at)
{
  bool open = false;

  for (const char *s = source; s < at; s++)
    if (s[0] == '{' && (s[1] == '{' || s[1] == '%'))
      open = true;
    else if (s[1] == '}' && (s[0] == '}' || s[0] == '%'))
      open = false;
  return open;
}

/* Names of new attributes that no tag of the template names: the prompts would not differ by them. */
static char *
find_unused(const struct proposal *x)
{
  struct buf out = BUF_INIT;

  for (size_t i = 0; i < x->n; i++) {
    const char *name = x->attributes[i].name;
    size_t n = strlen(name);
    bool used = false;

    for (const char *at = x->template.source; !used && (at = strstr(at, name)); at++)
      used = (at == x->template.source || !(isalnum((unsigned char)at[-1]) || at[-1] == '_')) &&
             !(isalnum((unsigned char)at[n]) || at[n] == '_') && in_tag(x->template.source, at);
    if (!used)
      buf_addf(&out, "%s%s", out.n ? ", " : "", name);
  }
  return buf_take(&out);
}

static int
amend(struct asker *a, struct err *e)
{
  struct proposal *x = a->out;
  struct buf source = BUF_INIT;

  if (amend_attributes(a->blueprint.template.source, x->attributes, x->n, &source, e) < 0) {
    buf_release(&source);
    return -1;
  }
  x->source = buf_take(&source);
  x->template = a->blueprint.template;
  a->blueprint.template = (struct template_row){0};
  x->unused = find_unused(x);
  x->tokens_in = a->row.tokens_in;
  x->tokens_out = a->row.tokens_out;
  x->cost_usd = x->cached ? 0 : a->row.cost_usd;
  return 0;
}

static int
load(struct asker *a, struct err *e)
{
  struct job_teacher teacher = {.name = a->o->teacher};
  struct job_options options = {.template_name = a->o->template_name, .template_version = a->o->template_version,
                                .teachers = &teacher, .n_teachers = 1};
  size_t free_places;

  if (blueprint_load(&a->blueprint, a->project, &options, e) < 0)
    return -1;
  free_places = PROMPTY_ATTRIBUTES - a->blueprint.prompty.n_attributes;
  if (free_places == 0)
    return err_set(e, ERR_INPUT, "template '%s' has %d attributes, which is as many as there can be",
                   a->blueprint.template.name, PROMPTY_ATTRIBUTES);
  a->n_attributes = a->o->n_attributes ? a->o->n_attributes : PROPOSE_ATTRIBUTES;
  a->n_attributes = a->n_attributes < free_places ? a->n_attributes : free_places;
  a->n_values = a->o->n_values ? a->o->n_values : PROPOSE_VALUES;
  a->n_values = a->n_values < PROMPTY_VALUES ? a->n_values : PROMPTY_VALUES;
  return 0;
}

int
propose(struct project *p, const struct propose_options *o, struct proposal *out, struct err *e)
{
  struct asker a = {.project = p, .o = o, .out = out};
  struct err mine = {0};
  int result = -1;

  *out = (struct proposal){0};
  arena_init(&out->arena);
  e = e ? e : &mine;
  if (load(&a, e) == 0) {
    prepare_request(&a);
    result = ask(&a, e) < 0 || read_reply(&a, e) < 0 || amend(&a, e) < 0 ? -1 : 0;
  }
  outgoing_release(&a.outgoing);
  request_row_release(&a.row);
  blueprint_release(&a.blueprint);
  return result;
}

void
proposal_release(struct proposal *x)
{
  template_row_release(&x->template);
  free(x->source);
  free(x->unused);
  arena_release(&x->arena);
  *x = (struct proposal){0};
}
