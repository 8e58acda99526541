/* params: what a job was asked to do, as it stands in its record, so that whoever goes on with it knows. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/process.h"
#include "generate/examples.h"
#include "generate/work.h"

static void
write_teachers(struct buf *b, const struct job_options *o)
{
  json_add_key(b, "teachers");
  buf_addc(b, '[');
  for (size_t i = 0; i < o->n_teachers; i++) {
    json_add_comma(b);
    buf_addc(b, '{');
    json_add_field(b, "name", o->teachers[i].name);
    json_add_field_int(b, "share", o->teachers[i].share ? o->teachers[i].share : 1);
    buf_addc(b, '}');
  }
  buf_addc(b, ']');
  json_add_field_bool(b, "fallback", o->fallback);
}

static void
write_options(struct buf *b, const struct job_options *o)
{
  char word[64];

  process_word(word, sizeof word);
  json_add_field_int(b, "per_label", (int64_t)o->per_label);
  json_add_field_int(b, "count", (int64_t)o->count);
  json_add_key(b, "labels");
  buf_addc(b, '[');
  for (size_t i = 0; o->labels && i < o->n_labels; i++)
    buf_addf(b, "%s%u", i ? "," : "", o->labels[i]);
  buf_addc(b, ']');
  json_add_key(b, "set");
  buf_addc(b, '[');
  for (size_t i = 0; i < o->n_restrictions; i++) {
    json_add_comma(b);
    buf_addc(b, '[');
    json_add_str(b, o->restrictions[i].attribute);
    buf_addc(b, ',');
    json_add_str(b, o->restrictions[i].value);
    buf_addc(b, ']');
  }
  buf_addc(b, ']');
  json_add_field_int(b, "seed", (int64_t)(o->seed ? o->seed : 1));
  json_add_field(b, "seeds", seeds_policy_names[o->seeds]);
  json_add_field_bool(b, "top_up", o->top_up);
  json_add_field_number(b, "waste", o->waste_max);
  json_add_field_bool(b, "steer", o->steer);
  json_add_field_bool(b, "batch", o->batch);
  json_add_field_int(b, "concurrency", o->concurrency);
  json_add_field_number(b, "budget_usd", o->limits.usd);
  json_add_field_int(b, "budget_tokens", (int64_t)o->limits.tokens);
  json_add_field_int(b, "budget_requests", o->limits.requests);
  json_add_field_number(b, "budget_seconds", o->limits.seconds);
  write_teachers(b, o);
  json_add_field(b, "process", word);
}

char *
params_new(const struct blueprint *b, const struct job_options *o, struct err *e)
{
  struct buf out = BUF_INIT;

  buf_addc(&out, '{');
  write_options(&out, o);
  if (b->kind->wish && b->kind->wish(b, o, &out, e) < 0) {
    buf_release(&out);
    return NULL;
  }
  buf_addc(&out, '}');
  return buf_take(&out);
}

/* ---- going on ---- */

static size_t
size_in(const struct json *params, const char *key)
{
  double x = json_number(json_get(params, key), 0);

  return x >= 1 && x < 1e9 ? (size_t)x : 0;
}

static void
recall_labels(struct job_options *o, struct arena *a, const struct json *list)
{
  uint16_t *labels = arena_alloc(a, (json_size(list) + 1) * sizeof *labels);

  o->n_labels = 0;
  for (const struct json *l = json_first(list); l; l = json_next(l))
    if (json_number(l, -1) >= 0 && json_number(l, -1) < LABEL_NONE)
      labels[o->n_labels++] = (uint16_t)json_number(l, 0);
  o->labels = o->n_labels ? labels : NULL;
}

static void
recall_restrictions(struct job_options *o, struct arena *a, const struct json *list)
{
  struct plan_restriction *v = arena_alloc(a, (json_size(list) + 1) * sizeof *v);

  o->n_restrictions = 0;
  for (const struct json *r = json_first(list); r; r = json_next(r)) {
    const char *attribute = json_string(json_at(r, 0)), *value = json_string(json_at(r, 1));

    if (attribute && value)
      v[o->n_restrictions++] = (struct plan_restriction){arena_strdup(a, attribute), arena_strdup(a, value)};
  }
  o->restrictions = v;
}

char *
params_again(const char *old, struct job_options *o, struct arena *a)
{
  struct json *params = json_parse(old, strlen(old), NULL, NULL);
  const char *seeds = json_string(json_get(params, "seeds"));
  struct buf out = BUF_INIT;

  o->per_label = size_in(params, "per_label");
  o->count = size_in(params, "count");
  recall_labels(o, a, json_get(params, "labels"));
  recall_restrictions(o, a, json_get(params, "set"));
  o->seed = (uint64_t)json_number(json_get(params, "seed"), 1);
  for (int i = 0; seeds && i < N_SEEDS_POLICIES; i++)
    if (strcmp(seeds_policy_names[i], seeds) == 0)
      o->seeds = (enum seeds_policy)i;
  o->steer = json_is_true(json_get(params, "steer"));
  o->batch = o->batch || json_is_true(json_get(params, "batch"));
  o->top_up = o->top_up || json_is_true(json_get(params, "top_up"));
  if (o->waste_max <= 0)
    o->waste_max = json_number(json_get(params, "waste"), 0);
  buf_addc(&out, '{');
  write_options(&out, o);
  json_add_key(&out, "wish");
  if (json_get(params, "wish"))
    json_print(&out, json_get(params, "wish"));
  else
    buf_adds(&out, "[]");
  buf_addc(&out, '}');
  json_free(params);
  return buf_take(&out);
}
