#include "generate/recruit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

static double
number_in(const struct json *settings, const char *key, double least, double most, double otherwise)
{
  double x = json_number(json_get(settings, key), otherwise);

  return x >= least && x <= most ? x : otherwise;
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
  s->timeout_ms = (int)number_in(settings, "timeout_s", 0, 1e6, 0) * 1000;
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
  *r = (struct recruit){0};
}
