/* The methods of strings, dicts, lists and loop. */
#include <string.h>

#include "base/utf8.h"
#include "prompt/literal.h"
#include "prompt/run.h"
#include "prompt/text.h"

#define SELF_S c->self.string.s
#define SELF_N c->self.string.n

static int
give_case(struct call *c, struct value *out, enum text_case how)
{
  struct buf b = run_buf();

  text_case(&b, SELF_S, SELF_N, how);
  return run_string(c->run, &b, out);
}

static int
m_upper(struct call *c, struct value *out)
{
  return give_case(c, out, TEXT_UPPER);
}

static int
m_lower(struct call *c, struct value *out)
{
  return give_case(c, out, TEXT_LOWER);
}

static int
m_title(struct call *c, struct value *out)
{
  return give_case(c, out, TEXT_TITLE);
}

static int
m_capitalize(struct call *c, struct value *out)
{
  return give_case(c, out, TEXT_CAPITALIZE);
}

static int
m_swapcase(struct call *c, struct value *out)
{
  return give_case(c, out, TEXT_SWAP);
}

static int
give_strip(struct call *c, struct value *out, bool left, bool right)
{
  struct value set = {.kind = VALUE_STRING};

  if (c->given[0] && c->arg[0].kind != VALUE_NONE && arg_string(c, 0, "", &set) < 0)
    return -1;
  *out = c->self;
  text_strip(&out->string.s, &out->string.n, set.string.s, set.string.n, left, right);
  return run_charge(c->run, SELF_N / 64);
}

static int
m_strip(struct call *c, struct value *out)
{
  return give_strip(c, out, true, true);
}

static int
m_lstrip(struct call *c, struct value *out)
{
  return give_strip(c, out, true, false);
}

static int
m_rstrip(struct call *c, struct value *out)
{
  return give_strip(c, out, false, true);
}

static int
push_part(struct call *c, struct value list, const char *s, size_t n)
{
  value_push(&c->run->arena, list, value_ref(s, n));
  return run_charge(c->run, 1);
}

/* split() without a separator: at white space, no empty parts. */
static int
split_space(struct call *c, int64_t most, struct value out)
{
  const char *s = SELF_S;
  size_t n = SELF_N;

  for (;;) {
    size_t i = 0, len;

    text_strip(&s, &n, NULL, 0, true, false);
    if (!n)
      return 0;
    if (most >= 0 && most-- == 0)
      return push_part(c, out, s, n);
    while (i < n && !text_is_space(utf8_decode(s + i, n - i, &len)))
      i += len;
    if (push_part(c, out, s, i) < 0)
      return -1;
    s += i;
    n -= i;
  }
}

static void
reverse(struct value list)
{
  for (size_t i = 0; i < list.list->n / 2; i++) {
    struct value x = list.list->v[i];

    list.list->v[i] = list.list->v[list.list->n - 1 - i];
    list.list->v[list.list->n - 1 - i] = x;
  }
}

/* rsplit() without a separator; gives the parts last first. */
static int
rsplit_space(struct call *c, int64_t most, struct value out)
{
  const char *s = SELF_S;
  size_t n = SELF_N;

  for (;;) {
    size_t from;

    text_strip(&s, &n, NULL, 0, false, true);
    if (!n)
      return 0;
    if (most >= 0 && most-- == 0)
      return push_part(c, out, s, n);
    for (from = n; from > 0 && text_trailing_space(s, from) == 0; )
      do
        from--;
      while (from > 0 && ((unsigned char)s[from] & 0xc0) == 0x80);
    if (push_part(c, out, s + from, n - from) < 0)
      return -1;
    n = from;
  }
}

static const char *
last_in(const char *s, size_t n, struct value sep)
{
  for (size_t i = n + 1; i-- > sep.string.n; )
    if (memcmp(s + i - sep.string.n, sep.string.s, sep.string.n) == 0)
      return s + i - sep.string.n;
  return NULL;
}

static int
split_at(struct call *c, struct value sep, int64_t most, bool from_right, struct value out)
{
  const char *s = SELF_S, *found;
  size_t n = SELF_N;

  while ((most < 0 || most-- > 0) &&
         (found = from_right ? last_in(s, n, sep) : memmem(s, n, sep.string.s, sep.string.n))) {
    size_t before = (size_t)(found - s), after = n - before - sep.string.n;

    if (push_part(c, out, from_right ? found + sep.string.n : s, from_right ? after : before) < 0)
      return -1;
    s = from_right ? s : found + sep.string.n;
    n = from_right ? before : after;
  }
  return push_part(c, out, s, n);
}

static int
give_split(struct call *c, struct value *out, bool from_right)
{
  struct value sep;
  int64_t most;
  int result;

  *out = value_list(&c->run->arena);
  if (arg_int(c, 1, -1, &most) < 0 || run_charge(c->run, SELF_N / 16) < 0)
    return -1;
  if (!c->given[0] || c->arg[0].kind == VALUE_NONE) {
    result = from_right ? rsplit_space(c, most, *out) : split_space(c, most, *out);
  } else {
    if (arg_string(c, 0, "", &sep) < 0)
      return -1;
    if (!sep.string.n)
      return call_fail(c, "empty separator");
    if (from_right && run_charge(c->run, SELF_N / 256 * (sep.string.n + 1)) < 0)
      return -1;
    result = split_at(c, sep, most, from_right, *out);
  }
  if (from_right)
    reverse(*out);
  return result;
}

static int
m_split(struct call *c, struct value *out)
{
  return give_split(c, out, false);
}

static int
m_rsplit(struct call *c, struct value *out)
{
  return give_split(c, out, true);
}

static int
m_splitlines(struct call *c, struct value *out)
{
  size_t from = 0, at = 0, end;
  bool keep;

  *out = value_list(&c->run->arena);
  if (arg_true(c, 0, false, &keep) < 0)
    return -1;
  while (from < SELF_N) {
    at = from;
    text_line_end(SELF_S, SELF_N, &at, &end);
    if (push_part(c, *out, SELF_S + from, (keep ? end : at) - from) < 0)
      return -1;
    from = end;
  }
  return 0;
}

static int
m_join(struct call *c, struct value *out)
{
  struct buf b = run_buf();
  struct value_list *items;

  if (run_items(c->run, c->arg[0], &items) < 0)
    return -1;
  for (size_t i = 0; i < items->n; i++) {
    struct value x = items->v[i];

    if (run_need(c->run, x) < 0 || (x.kind != VALUE_STRING && call_fail(c, "element %zu is no string but '%s'", i,
                                                                        value_type_name(x)) < 0)) {
      buf_release(&b);
      return -1;
    }
    if (i)
      buf_add(&b, SELF_S, SELF_N);
    buf_add(&b, x.string.s, x.string.n);
  }
  return run_string(c->run, &b, out);
}

static bool
has_end(struct value s, struct value part, bool start)
{
  return part.string.n <= s.string.n &&
         (part.string.n == 0 ||
          memcmp(s.string.s + (start ? 0 : s.string.n - part.string.n), part.string.s, part.string.n) == 0);
}

static int
give_has_end(struct call *c, struct value *out, bool start)
{
  struct value part;

  *out = value_bool(false);
  if (c->arg[0].kind != VALUE_TUPLE) {
    if (arg_string(c, 0, "", &part) < 0)
      return -1;
    *out = value_bool(has_end(c->self, part, start));
    return 0;
  }
  for (size_t i = 0; i < c->arg[0].list->n; i++) {
    part = c->arg[0].list->v[i];
    if (part.kind != VALUE_STRING)
      return call_fail(c, "needs strings, not '%s'", value_type_name(part));
    if (has_end(c->self, part, start))
      *out = value_bool(true);
  }
  return 0;
}

static int
m_startswith(struct call *c, struct value *out)
{
  return give_has_end(c, out, true);
}

static int
m_endswith(struct call *c, struct value *out)
{
  return give_has_end(c, out, false);
}

static int
give_without(struct call *c, struct value *out, bool start)
{
  struct value part;

  if (arg_string(c, 0, "", &part) < 0)
    return -1;
  *out = c->self;
  if (has_end(c->self, part, start)) {
    out->string.s += start ? part.string.n : 0;
    out->string.n -= part.string.n;
  }
  return 0;
}

static int
m_removeprefix(struct call *c, struct value *out)
{
  return give_without(c, out, true);
}

static int
m_removesuffix(struct call *c, struct value *out)
{
  return give_without(c, out, false);
}

static int
m_replace(struct call *c, struct value *out)
{
  struct value from, to;
  int64_t most;

  if (arg_string(c, 0, "", &from) < 0 || arg_string(c, 1, "", &to) < 0 || arg_int(c, 2, -1, &most) < 0)
    return -1;
  return run_replace(c->run, c->self, from, to, most, out);
}

/* The text from[start:end] of self that find, count, … look at; *first is the index of its start. */
static int
window(struct call *c, struct value *part, int64_t *first)
{
  struct value bounds[3] = {value_none(), value_none(), value_none()};
  int64_t start;
  size_t n;

  if (c->given[1])
    bounds[0] = c->arg[1];
  if (c->given[2])
    bounds[1] = c->arg[2];
  if (operate_size(c->run, c->self, &n) < 0 || access_slice(c->run, c->self, bounds, part) < 0)
    return -1;
  start = bounds[0].kind == VALUE_INT ? bounds[0].integer : 0;
  *first = start < 0 ? (start + (int64_t)n < 0 ? 0 : start + (int64_t)n) : start;
  if (*first > (int64_t)n)
    *first = -1;  /* past the end not even an empty text is found */
  return 0;
}

static int
give_find(struct call *c, struct value *out, bool last, bool must)
{
  struct value part, wanted;
  int64_t first;
  const char *found = NULL;

  if (arg_string(c, 0, "", &wanted) < 0)
    return -1;
  part = c->self;
  first = 0;
  if ((c->given[1] || c->given[2]) && window(c, &part, &first) < 0)
    return -1;
  if (last && run_charge(c->run, part.string.n / 256 * (wanted.string.n + 1)) < 0)
    return -1;
  if (first >= 0)
    found = last ? last_in(part.string.s, part.string.n, wanted) : wanted.string.n == 0 ? part.string.s :
            memmem(part.string.s, part.string.n, wanted.string.s, wanted.string.n);
  *out = value_int(found ? first + (int64_t)utf8_count(part.string.s, (size_t)(found - part.string.s)) : -1);
  if (!found && must)
    return call_fail(c, "the text is not there");
  return run_charge(c->run, part.string.n / 64);
}

static int
m_find(struct call *c, struct value *out)
{
  return give_find(c, out, false, false);
}

static int
m_rfind(struct call *c, struct value *out)
{
  return give_find(c, out, true, false);
}

static int
m_index(struct call *c, struct value *out)
{
  return give_find(c, out, false, true);
}

static int
m_rindex(struct call *c, struct value *out)
{
  return give_find(c, out, true, true);
}

static int
m_count(struct call *c, struct value *out)
{
  struct value part = c->self, wanted;
  int64_t first = 0, n = 0;
  const char *s, *end;

  if (arg_string(c, 0, "", &wanted) < 0 || ((c->given[1] || c->given[2]) && window(c, &part, &first) < 0))
    return -1;
  s = part.string.s;
  end = s + part.string.n;
  if (first < 0)
    n = 0;
  else if (!wanted.string.n)
    n = (int64_t)utf8_count(s, part.string.n) + 1;
  else
    for (; (s = memmem(s, (size_t)(end - s), wanted.string.s, wanted.string.n)); s += wanted.string.n)
      n++;
  *out = value_int(n);
  return run_charge(c->run, part.string.n / 64);
}

/* left and right of self in the parts of 0..2 that `share` says, to a width. */
static int
give_padded(struct call *c, struct value *out, int share)
{
  struct buf b = run_buf();
  struct value fill;
  int64_t width, gap, left;

  if (arg_int(c, 0, 0, &width) < 0 || arg_string(c, 1, " ", &fill) < 0)
    return -1;
  if (utf8_count(fill.string.s, fill.string.n) != 1)
    return call_fail(c, "the fill must be one character");
  gap = width - (int64_t)utf8_count(SELF_S, SELF_N);
  gap = gap < 0 ? 0 : gap;
  if ((uint64_t)gap > b.max)
    return call_fail(c, "the width is too large");
  /* str.center() puts the odd blank on the left where the width is odd. */
  left = share == 1 ? gap / 2 + (gap & width & 1) : share == 2 ? gap : 0;
  for (int64_t i = 0; i < left; i++)
    buf_add(&b, fill.string.s, fill.string.n);
  buf_add(&b, SELF_S, SELF_N);
  for (int64_t i = left; i < gap; i++)
    buf_add(&b, fill.string.s, fill.string.n);
  return run_string(c->run, &b, out);
}

static int
m_ljust(struct call *c, struct value *out)
{
  return give_padded(c, out, 0);
}

static int
m_center(struct call *c, struct value *out)
{
  return give_padded(c, out, 1);
}

static int
m_rjust(struct call *c, struct value *out)
{
  return give_padded(c, out, 2);
}

static int
m_zfill(struct call *c, struct value *out)
{
  struct buf b = run_buf();
  int64_t width, gap;
  size_t sign = SELF_N && (SELF_S[0] == '-' || SELF_S[0] == '+');

  if (arg_int(c, 0, 0, &width) < 0)
    return -1;
  gap = width - (int64_t)utf8_count(SELF_S, SELF_N);
  if (gap > 0 && (uint64_t)gap > b.max)
    return call_fail(c, "the width is too large");
  buf_add(&b, SELF_S, sign);
  if (gap > 0)
    buf_addn(&b, '0', (size_t)gap);
  buf_add(&b, SELF_S + sign, SELF_N - sign);
  return run_string(c->run, &b, out);
}

static int
give_partition(struct call *c, struct value *out, bool last)
{
  struct value sep, parts[3];
  const char *found;
  size_t before;

  if (arg_string(c, 0, "", &sep) < 0)
    return -1;
  if (!sep.string.n)
    return call_fail(c, "empty separator");
  if (last && run_charge(c->run, SELF_N / 256 * (sep.string.n + 1)) < 0)
    return -1;
  found = last ? last_in(SELF_S, SELF_N, sep) : memmem(SELF_S, SELF_N, sep.string.s, sep.string.n);
  before = found ? (size_t)(found - SELF_S) : last ? 0 : SELF_N;
  parts[0] = value_ref(SELF_S, before);
  parts[1] = found ? sep : value_ref("", 0);
  parts[2] = found ? value_ref(found + sep.string.n, SELF_N - before - sep.string.n) : last ? c->self :
    value_ref("", 0);
  *out = value_tuple(&c->run->arena);
  for (int i = 0; i < 3; i++)
    value_push(&c->run->arena, *out, parts[i]);
  return 0;
}

static int
m_partition(struct call *c, struct value *out)
{
  return give_partition(c, out, false);
}

static int
m_rpartition(struct call *c, struct value *out)
{
  return give_partition(c, out, true);
}

static int
m_format(struct call *c, struct value *out)
{
  return format_braces(c->run, c, out);
}

/* The is... methods: which one stands in the row's name. */
static int
m_is(struct call *c, struct value *out)
{
  static const struct { const char *name; enum text_class class; } names[] = {
    {"isalpha", TEXT_ALPHA}, {"isdigit", TEXT_DIGIT}, {"isdecimal", TEXT_DIGIT}, {"isnumeric", TEXT_DIGIT},
    {"isalnum", TEXT_ALNUM}, {"isspace", TEXT_SPACE}, {"isupper", TEXT_IS_UPPER}, {"islower", TEXT_IS_LOWER},
    {"istitle", TEXT_IS_TITLE}, {"isascii", TEXT_ASCII},
  };

  for (size_t i = 0; i < N_OF(names); i++)
    if (strcmp(names[i].name, c->row->name) == 0)
      *out = value_bool(text_is(SELF_S, SELF_N, names[i].class));
  return run_charge(c->run, SELF_N / 64);
}

static const struct builtin string_rows[] = {
  {"capitalize", m_capitalize, "", false}, {"casefold", m_lower, "", false},
  {"center", m_center, "width fillchar?", false}, {"count", m_count, "sub start? end?", false},
  {"endswith", m_endswith, "suffix", false}, {"find", m_find, "sub start? end?", false},
  {"format", m_format, "*", false}, {"index", m_index, "sub start? end?", false},
  {"isalnum", m_is, "", false}, {"isalpha", m_is, "", false}, {"isascii", m_is, "", false},
  {"isdecimal", m_is, "", false},
  {"isdigit", m_is, "", false}, {"islower", m_is, "", false}, {"isnumeric", m_is, "", false},
  {"isspace", m_is, "", false},
  {"istitle", m_is, "", false}, {"isupper", m_is, "", false},
  {"join", m_join, "iterable", false}, {"ljust", m_ljust, "width fillchar?", false}, {"lower", m_lower, "", false},
  {"lstrip", m_lstrip, "chars?", false}, {"partition", m_partition, "sep", false},
  {"removeprefix", m_removeprefix, "prefix", false}, {"removesuffix", m_removesuffix, "suffix", false},
  {"replace", m_replace, "old new count?", false}, {"rfind", m_rfind, "sub start? end?", false},
  {"rindex", m_rindex, "sub start? end?", false}, {"rjust", m_rjust, "width fillchar?", false},
  {"rpartition", m_rpartition, "sep", false}, {"rsplit", m_rsplit, "sep? maxsplit?", false},
  {"rstrip", m_rstrip, "chars?", false}, {"split", m_split, "sep? maxsplit?", false},
  {"splitlines", m_splitlines, "keepends?", false}, {"startswith", m_startswith, "prefix", false},
  {"strip", m_strip, "chars?", false}, {"swapcase", m_swapcase, "", false}, {"title", m_title, "", false},
  {"upper", m_upper, "", false}, {"zfill", m_zfill, "width", false},
};
const struct builtin_table string_methods = {"method", string_rows, N_OF(string_rows)};

enum { KEYS = 1, VALUES = 2 };

static struct value
view(struct call *c, const char *name, int what)
{
  struct value list = value_list(&c->run->arena);

  list.kind = VALUE_VIEW;
  list.list->view = name;
  for (size_t i = 0; i < c->self.dict->n; i++) {
    const struct value_pair *p = &c->self.dict->v[i];
    struct value pair = what == KEYS ? p->key : p->value;

    if (what == (KEYS | VALUES)) {
      pair = value_tuple(&c->run->arena);
      value_push(&c->run->arena, pair, p->key);
      value_push(&c->run->arena, pair, p->value);
    }
    value_push(&c->run->arena, list, pair);
  }
  return list;
}

static int
m_keys(struct call *c, struct value *out)
{
  *out = view(c, "dict_keys", KEYS);
  return run_charge(c->run, c->self.dict->n);
}

static int
m_values(struct call *c, struct value *out)
{
  *out = view(c, "dict_values", VALUES);
  return run_charge(c->run, c->self.dict->n);
}

static int
m_items(struct call *c, struct value *out)
{
  *out = view(c, "dict_items", KEYS | VALUES);
  return run_charge(c->run, c->self.dict->n);
}

static int
m_get(struct call *c, struct value *out)
{
  const struct value *x;

  if (run_need(c->run, c->arg[0]) < 0)
    return -1;
  if (!value_hashable(c->arg[0]))
    return call_fail(c, "'%s' cannot be a key of a dict", value_type_name(c->arg[0]));
  x = value_get(c->self, c->arg[0]);
  *out = x ? *x : c->given[1] ? c->arg[1] : value_none();
  return 0;
}

static int
m_copy(struct call *c, struct value *out)
{
  *out = c->self;  /* nothing changes a dict or list here */
  return 0;
}

static const struct builtin dict_rows[] = {
  {"copy", m_copy, "", false}, {"get", m_get, "key default?", false}, {"items", m_items, "", false},
  {"keys", m_keys, "", false}, {"values", m_values, "", false},
};
const struct builtin_table dict_methods = {"method", dict_rows, N_OF(dict_rows)};

static int
give_list_find(struct call *c, struct value *out, bool count)
{
  int64_t n = 0;
  bool same;

  for (size_t i = 0; i < c->self.list->n; i++) {
    if (operate_compare(c->run, OP_EQ, c->self.list->v[i], c->arg[0], &same) < 0)
      return -1;
    if (same && !count) {
      *out = value_int((int64_t)i);
      return 0;
    }
    n += same;
  }
  *out = value_int(n);
  return count ? 0 : call_fail(c, "the element is not there");
}

static int
m_list_index(struct call *c, struct value *out)
{
  return give_list_find(c, out, false);
}

static int
m_list_count(struct call *c, struct value *out)
{
  return give_list_find(c, out, true);
}

static int
m_change(struct call *c, struct value *out)
{
  (void)out;
  return call_fail(c, "a list cannot be changed in a template (use + or a namespace)");
}

static const struct builtin list_rows[] = {
  {"append", m_change, "*", false}, {"copy", m_copy, "", false}, {"count", m_list_count, "value", false},
  {"extend", m_change, "*", false}, {"index", m_list_index, "value", false}, {"insert", m_change, "*", false},
  {"pop", m_change, "*", false}, {"remove", m_change, "*", false}, {"reverse", m_change, "*", false},
  {"sort", m_change, "*", false},
};
const struct builtin_table list_methods = {"method", list_rows, N_OF(list_rows)};

static int
m_cycle(struct call *c, struct value *out)
{
  if (!c->n || c->n_names)
    return call_fail(c, "needs the values to go round");
  *out = c->v[c->self.loop->index0 % c->n];
  return 0;
}

static int
m_changed(struct call *c, struct value *out)
{
  struct loop *l = c->self.loop;
  struct value now = value_tuple(&c->run->arena);

  for (size_t i = 0; i < c->n; i++) {
    if (run_need(c->run, c->v[i]) < 0)
      return -1;
    value_push(&c->run->arena, now, c->v[i]);
  }
  *out = value_bool(l->changed.kind == VALUE_UNDEFINED || !value_equal(l->changed, now));
  l->changed = now;
  return run_charge(c->run, c->n);
}

static const struct builtin loop_rows[] = {
  {"changed", m_changed, "*", false}, {"cycle", m_cycle, "*", false},
};
const struct builtin_table loop_methods = {"method", loop_rows, N_OF(loop_rows)};
