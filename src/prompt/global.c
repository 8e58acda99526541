/* The functions that every template has. */
#include "prompt/jinja.h"
#include "prompt/run.h"

static int
g_range(struct call *c, struct value *out)
{
  struct value_range *r = arena_alloc(&c->run->arena, sizeof *r);
  int64_t first, second;

  if (arg_int(c, 0, 0, &first) < 0 || arg_int(c, 1, 0, &second) < 0 || arg_int(c, 2, 1, &r->step) < 0)
    return -1;
  r->from = c->given[1] ? first : 0;
  r->to = c->given[1] ? second : first;
  if (r->step == 0)
    return call_fail(c, "the step is zero");
  if (value_range_size(r) > JINJA_RANGE)
    return call_fail(c, "more than %d numbers", JINJA_RANGE);
  *out = (struct value){.kind = VALUE_RANGE, .range = r};
  return 0;
}

/* dict(a, k=v), namespace(a, k=v): a dict or pairs first. */
static int
make_dict(struct call *c, struct value *out)
{
  struct value_list *pairs, *pair;
  size_t positional = c->n - c->n_names;

  *out = value_dict(&c->run->arena);
  if (positional > 1)
    return call_fail(c, "takes one argument without a name");
  if (positional && c->v[0].kind == VALUE_DICT) {
    for (size_t i = 0; i < c->v[0].dict->n; i++)
      value_put(&c->run->arena, *out, c->v[0].dict->v[i].key, c->v[0].dict->v[i].value);
    if (run_charge(c->run, c->v[0].dict->n * (1 + c->v[0].dict->n / 16)) < 0)
      return -1;
  } else if (positional) {
    if (run_items(c->run, c->v[0], &pairs) < 0)
      return -1;
    for (size_t i = 0; i < pairs->n; i++) {
      if (run_items(c->run, pairs->v[i], &pair) < 0)
        return -1;
      if (pair->n != 2 || run_need(c->run, pair->v[0]) < 0 || !value_hashable(pair->v[0]))
        return call_fail(c, "needs pairs of a key and a value");
      value_put(&c->run->arena, *out, pair->v[0], pair->v[1]);
      if (run_charge(c->run, 1 + i / 16) < 0)
        return -1;
    }
  }
  for (size_t i = 0; i < c->n_names; i++)
    value_set(&c->run->arena, *out, c->names[i], c->v[positional + i]);
  return 0;
}

static int
g_dict(struct call *c, struct value *out)
{
  return make_dict(c, out);
}

static int
g_namespace(struct call *c, struct value *out)
{
  if (make_dict(c, out) < 0)
    return -1;
  out->kind = VALUE_NAMESPACE;
  return 0;
}

static const struct builtin rows[] = {
  {"dict", g_dict, "*", false}, {"namespace", g_namespace, "*", false},
  {"range", g_range, "first second? step?", false},
};
const struct builtin_table globals = {"function", rows, N_OF(rows)};
