/* The filters that work on lists and dicts, and the table of all filters. */
#include "prompt/filter.h"

#include <string.h>

static int
f_length(struct call *c, struct value *out)
{
  size_t n;

  if (operate_size(c->run, c->self, &n) < 0)
    return -1;
  *out = value_int((int64_t)n);
  return 0;
}

static int
f_default(struct call *c, struct value *out)
{
  bool boolean;

  if (arg_true(c, 1, false, &boolean) < 0)
    return -1;
  *out = c->self.kind == VALUE_UNDEFINED || (boolean && !value_true(c->self)) ?
         (c->given[0] ? c->arg[0] : value_ref("", 0)) : c->self;
  return 0;
}

static int
f_first(struct call *c, struct value *out)
{
  struct value_list *items;

  if (c->self.kind == VALUE_STREAM) {  /* takes only the first out of it */
    struct value_stream *s = c->self.stream;

    *out = s->at < s->list->n ? s->list->v[s->at++] : run_undefined(c->run, "no first element: nothing is there");
    return 0;
  }
  if (run_items(c->run, c->self, &items) < 0)
    return -1;
  *out = items->n ? items->v[0] : run_undefined(c->run, "no first element: nothing is there");
  return 0;
}

static int
f_last(struct call *c, struct value *out)
{
  struct value_list *items;

  if (c->self.kind == VALUE_STREAM)
    return call_fail(c, "does not work on a stream (add | list before it)");
  if (run_items(c->run, c->self, &items) < 0)
    return -1;
  *out = items->n ? items->v[items->n - 1] : run_undefined(c->run, "no last element: nothing is there");
  return 0;
}

static int
f_list(struct call *c, struct value *out)
{
  struct value_list *items;

  if (run_items(c->run, c->self, &items) < 0)
    return -1;
  *out = value_list(&c->run->arena);
  for (size_t i = 0; i < items->n; i++)
    value_push(&c->run->arena, *out, items->v[i]);
  return 0;
}

static int
f_reverse(struct call *c, struct value *out)
{
  struct value list = value_list(&c->run->arena);
  struct buf b = run_buf();
  struct value_list *items;

  if (run_items(c->run, c->self, &items) < 0)
    return -1;
  for (size_t i = items->n; i-- > 0; ) {
    value_push(&c->run->arena, list, items->v[i]);
    if (c->self.kind == VALUE_STRING)
      buf_add(&b, items->v[i].string.s, items->v[i].string.n);
  }
  if (c->self.kind == VALUE_STRING)
    return run_string(c->run, &b, out);
  *out = c->self.kind == VALUE_STREAM ? list : value_stream(&c->run->arena, list.list);
  return 0;
}

/* A string in lower case where case does not matter; else the value itself. */
static int
fold(struct call *c, bool case_sensitive, struct value *x)
{
  if (case_sensitive || x->kind != VALUE_STRING)
    return 0;
  return builtin_call(c->run, builtin_find(&string_methods, "lower", 5), *x, NULL, 0, NULL, 0, x);
}

/* What each item is ordered by: the member at `path`, folded. */
static int
make_keys(struct call *c, const struct value_list *items, struct value path, bool case_sensitive, struct value **keys)
{
  *keys = arena_alloc(&c->run->arena, (items->n + 1) * sizeof **keys);
  for (size_t i = 0; i < items->n; i++)
    if (access_path(c->run, items->v[i], path, &(*keys)[i]) < 0 || fold(c, case_sensitive, &(*keys)[i]) < 0)
      return -1;
  return 0;
}

/* "a,b.c": a list of what each of the paths finds, to order by the first and then by the others. */
static int
make_key_lists(struct call *c, const struct value_list *items, struct value paths, bool case_sensitive,
               struct value **keys)
{
  const char *s = paths.string.s, *end = s + paths.string.n;

  *keys = arena_alloc(&c->run->arena, (items->n + 1) * sizeof **keys);
  for (size_t i = 0; i < items->n; i++)
    (*keys)[i] = value_list(&c->run->arena);
  for (;;) {
    const char *comma = memchr(s, ',', (size_t)(end - s));
    struct value *part;

    if (make_keys(c, items, value_ref(s, (size_t)((comma ? comma : end) - s)), case_sensitive, &part) < 0)
      return -1;
    for (size_t i = 0; i < items->n; i++)
      value_push(&c->run->arena, (*keys)[i], part[i]);
    if (!comma)
      return 0;
    s = comma + 1;
  }
}

static int
f_sort(struct call *c, struct value *out)
{
  bool reverse, sensitive;
  struct value_list *items;
  struct value path = c->given[2] ? c->arg[2] : value_none(), *keys;
  int made;

  if (arg_true(c, 0, false, &reverse) < 0 || arg_true(c, 1, false, &sensitive) < 0 ||
      run_items(c->run, c->self, &items) < 0)
    return -1;
  if (path.kind == VALUE_STRING && memchr(path.string.s, ',', path.string.n))
    made = make_key_lists(c, items, path, sensitive, &keys);
  else
    made = make_keys(c, items, path, sensitive, &keys);
  *out = value_list(&c->run->arena);
  return made < 0 ? -1 : sort_by(c->run, items->v, keys, items->n, reverse, *out);
}

static int
f_dictsort(struct call *c, struct value *out)
{
  struct value by, pairs, *keys;
  bool reverse, sensitive;
  const struct value_pairs *d = c->self.dict;

  if (c->self.kind != VALUE_DICT)
    return call_fail(c, "needs a dict, not '%s'", value_type_name(c->self));
  if (arg_true(c, 0, false, &sensitive) < 0 || arg_string(c, 1, "key", &by) < 0 || arg_true(c, 2, false, &reverse) < 0)
    return -1;
  if (!value_is(by, "key") && !value_is(by, "value"))
    return call_fail(c, "sorts by 'key' or by 'value'");
  pairs = value_list(&c->run->arena);
  keys = arena_alloc(&c->run->arena, (d->n + 1) * sizeof *keys);
  for (size_t i = 0; i < d->n; i++) {
    struct value pair = value_tuple(&c->run->arena);

    value_push(&c->run->arena, pair, d->v[i].key);
    value_push(&c->run->arena, pair, d->v[i].value);
    value_push(&c->run->arena, pairs, pair);
    keys[i] = value_is(by, "key") ? d->v[i].key : d->v[i].value;
    if (fold(c, sensitive, &keys[i]) < 0)
      return -1;
  }
  *out = value_list(&c->run->arena);
  return sort_by(c->run, pairs.list->v, keys, d->n, reverse, *out);
}

static int
f_items(struct call *c, struct value *out)
{
  struct value view;

  if (c->self.kind != VALUE_DICT && c->self.kind != VALUE_UNDEFINED)
    return call_fail(c, "needs a dict, not '%s'", value_type_name(c->self));
  view = value_list(&c->run->arena);
  if (c->self.kind == VALUE_DICT &&
      builtin_call(c->run, builtin_find(&dict_methods, "items", 5), c->self, NULL, 0, NULL, 0, &view) < 0)
    return -1;
  *out = value_stream(&c->run->arena, view.list);
  return 0;
}

static int
f_unique(struct call *c, struct value *out)
{
  struct value_list *items;
  struct value kept = value_list(&c->run->arena), seen = value_list(&c->run->arena), *keys;
  bool sensitive, known;

  if (arg_true(c, 0, false, &sensitive) < 0 || run_items(c->run, c->self, &items) < 0 ||
      make_keys(c, items, c->given[1] ? c->arg[1] : value_none(), sensitive, &keys) < 0)
    return -1;
  for (size_t i = 0; i < items->n; i++) {
    if (run_need(c->run, keys[i]) < 0)
      return -1;
    if (!value_hashable(keys[i]))
      return call_fail(c, "does not work on '%s'", value_type_name(keys[i]));
    known = false;
    for (size_t k = 0; k < seen.list->n && !known; k++)
      known = value_equal(seen.list->v[k], keys[i]);
    if (run_charge(c->run, 1 + seen.list->n) < 0)
      return -1;
    if (!known) {
      value_push(&c->run->arena, seen, keys[i]);
      value_push(&c->run->arena, kept, items->v[i]);
    }
  }
  *out = value_stream(&c->run->arena, kept.list);
  return 0;
}

static int
give_extreme(struct call *c, struct value *out, int wanted)
{
  struct value_list *items;
  struct value *keys;
  size_t best = 0;
  bool sensitive;
  int order;

  if (arg_true(c, 0, false, &sensitive) < 0 || run_items(c->run, c->self, &items) < 0 ||
      make_keys(c, items, c->given[1] ? c->arg[1] : value_none(), sensitive, &keys) < 0)
    return -1;
  for (size_t i = 1; i < items->n; i++) {
    if (operate_order(c->run, keys[i], keys[best], &order) < 0)
      return -1;
    if (order == wanted)
      best = i;
  }
  *out = items->n ? items->v[best] : run_undefined(c->run, "no smallest or largest element: nothing is there");
  return 0;
}

static int
f_min(struct call *c, struct value *out)
{
  return give_extreme(c, out, -1);
}

static int
f_max(struct call *c, struct value *out)
{
  return give_extreme(c, out, 1);
}

static int
f_sum(struct call *c, struct value *out)
{
  struct value_list *items;
  struct value x;

  if (run_items(c->run, c->self, &items) < 0)
    return -1;
  *out = c->given[1] ? c->arg[1] : value_int(0);
  if (out->kind == VALUE_STRING)
    return call_fail(c, "does not add strings (use join)");
  for (size_t i = 0; i < items->n; i++)
    if (access_path(c->run, items->v[i], c->given[0] ? c->arg[0] : value_none(), &x) < 0 ||
        operate(c->run, OP_ADD, *out, x, out) < 0)
      return -1;
  return 0;
}

static int
f_batch(struct call *c, struct value *out)
{
  struct value rows = value_list(&c->run->arena), row = value_none();
  struct value_list *items;
  int64_t size;

  if (arg_int(c, 0, 1, &size) < 0 || run_items(c->run, c->self, &items) < 0)
    return -1;
  for (size_t i = 0; i < items->n; i++) {
    if (row.kind == VALUE_NONE || (int64_t)row.list->n == size) {
      row = value_list(&c->run->arena);
      value_push(&c->run->arena, rows, row);
    }
    value_push(&c->run->arena, row, items->v[i]);
  }
  if (row.kind == VALUE_LIST && c->given[1] && c->arg[1].kind != VALUE_NONE)
    while ((int64_t)row.list->n < size) {
      value_push(&c->run->arena, row, c->arg[1]);
      if (run_charge(c->run, 1) < 0)
        return -1;
    }
  rows.list->depth = value_depth(row) + 1;
  *out = value_stream(&c->run->arena, rows.list);
  return 0;
}

static int
f_slice(struct call *c, struct value *out)
{
  struct value rows = value_list(&c->run->arena);
  struct value_list *items;
  int64_t n;
  size_t at = 0;

  if (arg_int(c, 0, 1, &n) < 0 || run_items(c->run, c->self, &items) < 0)
    return -1;
  if (n == 0)
    return call_fail(c, "division by zero");
  if (n > 0 && run_charge(c->run, (size_t)n) < 0)
    return -1;
  for (int64_t i = 0; i < n; i++) {
    struct value row = value_list(&c->run->arena);
    size_t size = items->n / (size_t)n + ((size_t)i < items->n % (size_t)n);

    for (size_t k = 0; k < size; k++)
      value_push(&c->run->arena, row, items->v[at++]);
    if (c->given[1] && c->arg[1].kind != VALUE_NONE && (size_t)i >= items->n % (size_t)n)
      value_push(&c->run->arena, row, c->arg[1]);
    value_push(&c->run->arena, rows, row);
  }
  *out = value_stream(&c->run->arena, rows.list);
  return 0;
}

/* Looks up a member, or the default in its place; for map and groupby. */
static int
member_or(struct call *c, struct value x, struct value path, const struct value *otherwise, struct value *out)
{
  if (access_path(c->run, x, path, out) < 0)
    return -1;
  if (out->kind == VALUE_UNDEFINED && otherwise && otherwise->kind != VALUE_NONE)
    *out = *otherwise;
  return 0;
}

static int
f_groupby(struct call *c, struct value *out)
{
  struct value_list *items;
  struct value *keys, sorted = value_list(&c->run->arena), order = value_list(&c->run->arena), members = value_none(),
    last;
  bool sensitive, same = false;

  if (arg_true(c, 2, false, &sensitive) < 0 || run_items(c->run, c->self, &items) < 0)
    return -1;
  keys = arena_alloc(&c->run->arena, (items->n + 1) * sizeof *keys);
  for (size_t i = 0; i < items->n; i++) {
    if (member_or(c, items->v[i], c->arg[0], c->given[1] ? &c->arg[1] : NULL, &keys[i]) < 0 ||
        fold(c, sensitive, &keys[i]) < 0)
      return -1;
    value_push(&c->run->arena, order, value_int((int64_t)i));
  }
  *out = value_list(&c->run->arena);
  if (sort_by(c->run, order.list->v, keys, items->n, false, sorted) < 0)
    return -1;
  for (size_t i = 0; i < items->n; i++) {
    size_t at = (size_t)sorted.list->v[i].integer;

    if (i && operate_compare(c->run, OP_EQ, last, keys[at], &same) < 0)
      return -1;
    if (!same) {
      struct value group = value_tuple(&c->run->arena), key;

      if (member_or(c, items->v[at], c->arg[0], c->given[1] ? &c->arg[1] : NULL, &key) < 0)
        return -1;
      members = value_list(&c->run->arena);
      group.list->group = true;
      value_push(&c->run->arena, group, key);
      value_push(&c->run->arena, group, members);
      group.list->depth = items->depth + 2;
      value_push(&c->run->arena, *out, group);
    }
    value_push(&c->run->arena, members, items->v[at]);
    last = keys[at];
  }
  return 0;
}

/* What map, select, … go through: also none, false and 0, which have no elements for them. */
static int
stream_source(struct call *c, struct value_list **items)
{
  bool truth;

  if (run_truth(c->run, c->self, &truth) < 0)
    return -1;
  return run_items(c->run, truth ? c->self : value_list(&c->run->arena), items);
}

/* The filter or test that map, select, … name in their arguments. */
static const struct builtin *
named_row(struct call *c, const struct builtin_table *table, struct value name)
{
  const struct builtin *row = NULL;

  if (run_need(c->run, name) < 0)
    return NULL;
  if (name.kind == VALUE_STRING)
    row = builtin_find(table, name.string.s, name.string.n);
  if (!row && name.kind == VALUE_STRING)
    call_fail(c, "unknown %s '%.*s'", table->what, (int)(name.string.n > 80 ? 80 : name.string.n), name.string.s);
  else if (!row)
    call_fail(c, "needs the name of a %s, not '%s'", table->what, value_type_name(name));
  return row;
}

static int
map_members(struct call *c, const struct value_list *items, struct value list)
{
  const struct value *path = NULL, *otherwise = NULL;
  struct value x;

  for (size_t i = 0; i < c->n; i++)
    if (strcmp(c->names[i], "attribute") == 0)
      path = &c->v[i];
    else if (strcmp(c->names[i], "default") == 0)
      otherwise = &c->v[i];
    else
      return call_fail(c, "there is no argument '%s'", c->names[i]);
  if (!path)
    return call_fail(c, "needs the name of a filter, or attribute=");
  for (size_t i = 0; i < items->n; i++) {
    if (member_or(c, items->v[i], *path, otherwise, &x) < 0)
      return -1;
    value_push(&c->run->arena, list, x);
  }
  return 0;
}

static int
f_map(struct call *c, struct value *out)
{
  struct value list = value_list(&c->run->arena), x;
  const struct builtin *row;
  struct value_list *items;

  if (stream_source(c, &items) < 0)
    return -1;
  *out = value_stream(&c->run->arena, list.list);
  if (items->n == 0)
    return 0;
  if (c->n == c->n_names)
    return map_members(c, items, list);
  if (!(row = named_row(c, &filters, c->v[0])))
    return -1;
  for (size_t i = 0; i < items->n; i++) {
    if (builtin_call(c->run, row, items->v[i], c->v + 1, c->n - 1, c->names, c->n_names, &x) < 0)
      return -1;
    value_push(&c->run->arena, list, x);
  }
  return 0;
}

/* select, reject, selectattr, rejectattr: the arguments name the member (with attr), then the test and its arguments.
 * */
static int
give_selected(struct call *c, struct value *out, bool attr, bool wanted)
{
  struct value list = value_list(&c->run->arena), x, result;
  const struct builtin *row = NULL;
  struct value_list *items;
  size_t skip = attr;
  bool truth;

  if (stream_source(c, &items) < 0)
    return -1;
  *out = value_stream(&c->run->arena, list.list);
  if (items->n == 0)
    return 0;
  if (attr && c->n == c->n_names)
    return call_fail(c, "needs the name of a member");
  if (c->n - c->n_names > skip && !(row = named_row(c, &tests, c->v[skip])))
    return -1;
  for (size_t i = 0; i < items->n; i++) {
    if (access_path(c->run, items->v[i], attr ? c->v[0] : value_none(), &x) < 0)
      return -1;
    if (!row)
      result = x;
    else if (builtin_call(c->run, row, x, c->v + skip + 1, c->n - skip - 1, c->names, c->n_names, &result) < 0)
      return -1;
    if (run_truth(c->run, result, &truth) < 0)
      return -1;
    if (truth == wanted)
      value_push(&c->run->arena, list, items->v[i]);
  }
  return 0;
}

static int
f_select(struct call *c, struct value *out)
{
  return give_selected(c, out, false, true);
}

static int
f_reject(struct call *c, struct value *out)
{
  return give_selected(c, out, false, false);
}

static int
f_selectattr(struct call *c, struct value *out)
{
  return give_selected(c, out, true, true);
}

static int
f_rejectattr(struct call *c, struct value *out)
{
  return give_selected(c, out, true, false);
}

/* A member after a dot only, never an element. */
static int
f_attr(struct call *c, struct value *out)
{
  struct value name;

  if (arg_text(c, 0, "", &name) < 0)
    return -1;
  if (c->self.kind == VALUE_DICT && !builtin_find(&dict_methods, name.string.s, name.string.n)) {
    *out = run_undefined(c->run, "'dict' has no attribute '%.*s'", (int)name.string.n, name.string.s);
    return 0;
  }
  return access_member(c->run, c->self, name.string.s, name.string.n, out);
}

/* An undefined value goes through lists unseen, as long as nobody looks at it: `undefined` is for filters of that
 * kind. */
static const struct builtin rows[] = {
  {"abs", f_abs, "", false}, {"attr", f_attr, "name", false}, {"batch", f_batch, "linecount fill_with?", false},
  {"capitalize", f_capitalize, "", false}, {"center", f_center, "width?", false}, {"count", f_length, "", false},
  {"d", f_default, "default_value? boolean?", true}, {"default", f_default, "default_value? boolean?", true},
  {"dictsort", f_dictsort, "case_sensitive? by? reverse?", false}, {"e", f_escape, "", false},
  {"escape", f_escape, "", false}, {"first", f_first, "", false}, {"float", f_float, "default?", false},
  {"forceescape", f_escape, "", false}, {"format", f_format, "*", false},
  {"groupby", f_groupby, "attribute default? case_sensitive?", false},
  {"indent", f_indent, "width? first? blank?", false},
  {"int", f_int, "default? base?", false}, {"items", f_items, "", true}, {"join", f_join, "d? attribute?", false},
  {"last", f_last, "", false}, {"length", f_length, "", false}, {"list", f_list, "", false},
  {"lower", f_lower, "", false},
  {"map", f_map, "*", false}, {"max", f_max, "case_sensitive? attribute?", false},
  {"min", f_min, "case_sensitive? attribute?", false}, {"reject", f_reject, "*", false},
  {"rejectattr", f_rejectattr, "*", false}, {"replace", f_replace, "old new count?", false},
  {"reverse", f_reverse, "", false}, {"round", f_round, "precision? method?", false}, {"safe", f_string, "", false},
  {"select", f_select, "*", false}, {"selectattr", f_selectattr, "*", false},
  {"slice", f_slice, "slices fill_with?", false}, {"sort", f_sort, "reverse? case_sensitive? attribute?", false},
  {"string", f_string, "", false}, {"sum", f_sum, "attribute? start?", false}, {"title", f_title, "", false},
  {"tojson", f_tojson, "indent?", false}, {"trim", f_trim, "chars?", false},
  {"truncate", f_truncate, "length? killwords? end? leeway?", false},
  {"unique", f_unique, "case_sensitive? attribute?", false}, {"upper", f_upper, "", false},
  {"wordcount", f_wordcount, "", false},
};
const struct builtin_table filters = {"filter", rows, N_OF(rows)};
