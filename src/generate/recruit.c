#include "generate/recruit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "teacher/dialect.h"

static double
number_in(const struct json *settings, const char *key, double least, double most, double otherwise)
{
  double x = json_number(json_get(settings, key), otherwise);

  return x >= least && x <= most ? x : otherwise;
}

static const char *
text_in(struct recruit *r, const struct json *settings, const char *key)
{
  const char *s = json_string(json_get(settings, key));

  return s && *s ? arena_strdup(&r->arena, s) : NULL;
}

static int
milliseconds_in(const struct json *settings, const char *key)
{
  return (int)(number_in(settings, key, 0, 1e6, 0) * 1000);
}

static void
read_settings(struct recruit *r, const char *text)
{
  struct teacher_spec *s = &r->spec;
  struct json *settings = json_parse(text, strlen(text), NULL, NULL);
  const char *file = json_string(json_get(settings, "file"));
  const struct json *schema = json_get(settings, "schema");

  s->parameters.temperature = number_in(settings, "temperature", 0, 100, NAN);
  s->parameters.top_p = number_in(settings, "top_p", 0, 1, NAN);
  s->parameters.seed = (int64_t)number_in(settings, "seed", 0, 9e15, -1);
  s->parameters.max_tokens = (int)number_in(settings, "max_tokens", 1, 1e9, 0);
  s->timeout_ms = milliseconds_in(settings, "timeout_s");
  s->connect_timeout_ms = milliseconds_in(settings, "connect_timeout_s");
  s->first_byte_timeout_ms = milliseconds_in(settings, "first_byte_timeout_s");
  s->requests_per_minute = (int)number_in(settings, "rpm", 0, 1e9, 0);
  s->tokens_per_minute = (int64_t)number_in(settings, "tpm", 0, 1e15, 0);
  r->profile = profile_find(json_string(json_get(settings, "profile")));
  s->dialect = text_in(r, settings, "dialect");
  if (!s->dialect && r->profile)
    s->dialect = r->profile->dialect;
  s->api_version = text_in(r, settings, "api_version");
  s->refused = refusals_in(json_get(settings, "refused")) | (r->profile ? r->profile->refused : 0u);
  s->no_schema = json_type(schema) == JSON_BOOL && !json_is_true(schema);
  r->replay_name = file ? xstrdup(file) : xasprintf("the recordings of %s", r->row.name);
  s->replay_path = r->replay_name;
  json_free(settings);
}

static int
complete(struct recruit *r, struct project *p, struct err *e)
{
  struct teacher_spec *s = &r->spec;

  *s = (struct teacher_spec)TEACHER_SPEC_INIT;
  s->name = r->row.name;
  s->kind = r->row.kind;
  s->url = r->row.url;
  s->model = r->row.model;
  s->key_env = r->row.key_env;
  s->price_in_usd = r->row.price_in;
  s->price_out_usd = r->row.price_out;
  s->concurrency = (int)(r->row.concurrency < TEACHER_CONCURRENCY_MAX ? r->row.concurrency : TEACHER_CONCURRENCY_MAX);
  read_settings(r, r->row.settings ? r->row.settings : "{}");
  if (strcmp(r->row.kind, "replay") != 0)
    return 0;
  if (teacher_store_replay(p, r->row.id, &r->replay, &r->n_replay, e) < 0)
    return -1;
  s->replay_text = r->replay;
  s->replay_size = r->n_replay;
  return 0;
}

int
recruit_load(struct recruit *r, struct project *p, const char *name, struct err *e)
{
  *r = (struct recruit){0};
  return teacher_store_get(p, name, &r->row, e) < 0 ? -1 : complete(r, p, e);
}

int
recruit_load_id(struct recruit *r, struct project *p, uint32_t id, struct err *e)
{
  *r = (struct recruit){0};
  return teacher_store_by_id(p, id, &r->row, e) < 0 ? -1 : complete(r, p, e);
}

void
recruit_release(struct recruit *r)
{
  teacher_row_release(&r->row);
  free(r->replay);
  free(r->replay_name);
  arena_release(&r->arena);
  *r = (struct recruit){0};
}

/* The settings once more, with another list of what is refused. */
static char *
settings_with(const char *text, unsigned refused)
{
  struct json *settings = json_parse(text, strlen(text), NULL, NULL);
  struct buf out = BUF_INIT;

  refused |= refusals_in(json_get(settings, "refused"));
  buf_addc(&out, '{');
  for (const struct json *m = json_first(settings); m; m = json_next(m))
    if (strcmp(json_key(m), "refused") != 0) {
      json_add_key(&out, json_key(m));
      json_print(&out, m);
    }
  json_add_key(&out, "refused");
  buf_addc(&out, '[');
  for (unsigned i = 0; i < N_REFUSALS; i++)
    if (refused >> i & 1) {
      json_add_comma(&out);
      json_add_str(&out, refusal_names[i]);
    }
  buf_adds(&out, "]}");
  json_free(settings);
  return buf_take(&out);
}

int
recruit_learn(struct project *p, uint32_t id, unsigned refused, struct err *e)
{
  struct teacher_row row;
  char *settings;
  int result;

  if (teacher_store_by_id(p, id, &row, e) < 0)
    return -1;
  settings = settings_with(row.settings ? row.settings : "{}", refused);
  free(row.settings);
  row.settings = settings;
  result = teacher_store_put(p, &row, NULL, 0, NULL, e);
  teacher_row_release(&row);
  return result;
}
