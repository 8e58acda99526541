/* JSON as Jinja's tojson filter writes it: Python's json.dumps with sorted keys and ASCII only, and < > & ' escaped
 * too. */
#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"
#include "prompt/run.h"

static int add_json(struct run *r, struct buf *b, struct value x, int indent, int level);

static void
add_string(struct buf *b, const char *s, size_t n)
{
  static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
  size_t len;

  buf_addc(b, '"');
  for (size_t i = 0; i < n; i += len) {
    uint32_t c = utf8_decode(s + i, n - i, &len);
    const char *known = c && c < 0x80 ? strchr(from, (int)c) : NULL;

    if (known)
      buf_addf(b, "\\%c", to[known - from]);
    else if (c >= 0x10000)
      buf_addf(b, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + ((c - 0x10000) & 0x3ff));
    else if (c < 0x20 || c >= 0x7f || c == '<' || c == '>' || c == '&' || c == '\'')
      buf_addf(b, "\\u%04x", c);
    else
      buf_addc(b, (char)c);
  }
  buf_addc(b, '"');
}

static void
new_line(struct buf *b, int indent, int level)
{
  if (indent >= 0) {
    buf_addc(b, '\n');
    buf_addn(b, ' ', (size_t)indent * (size_t)level);
  }
}

static void
separate(struct buf *b, bool first, int indent, int level)
{
  if (!first)
    buf_adds(b, indent >= 0 ? "," : ", ");
  new_line(b, indent, level);
}

static int
add_list(struct run *r, struct buf *b, const struct value_list *l, int indent, int level)
{
  buf_addc(b, '[');
  for (size_t i = 0; i < l->n; i++) {
    separate(b, i == 0, indent, level + 1);
    if (add_json(r, b, l->v[i], indent, level + 1) < 0)
      return -1;
  }
  if (l->n)
    new_line(b, indent, level);
  buf_addc(b, ']');
  return 0;
}

static int
add_dict(struct run *r, struct buf *b, struct value dict, int indent, int level)
{
  struct value order = value_list(&r->arena);
  struct value *keys = arena_alloc(&r->arena, (dict.dict->n + 1) * sizeof *keys);

  for (size_t i = 0; i < dict.dict->n; i++)
    keys[i] = dict.dict->v[i].key;
  if (sort_by(r, keys, keys, dict.dict->n, false, order) < 0)
    return -1;
  buf_addc(b, '{');
  for (size_t i = 0; i < order.list->n; i++) {
    struct value key = order.list->v[i];

    separate(b, i == 0, indent, level + 1);
    if (key.kind == VALUE_STRING) {
      add_string(b, key.string.s, key.string.n);
    } else if (value_is_number(key) || key.kind == VALUE_NONE) {
      buf_addc(b, '"');
      if (add_json(r, b, key, indent, level + 1) < 0)
        return -1;
      buf_addc(b, '"');
    } else {
      return run_fail(r, "tojson: '%s' cannot be a key", value_type_name(key));
    }
    buf_adds(b, ": ");
    if (add_json(r, b, *value_get(dict, key), indent, level + 1) < 0)
      return -1;
  }
  if (order.list->n)
    new_line(b, indent, level);
  buf_addc(b, '}');
  return 0;
}

static void
add_float(struct buf *b, double x)
{
  size_t from = b->n;

  value_print_float(b, x);
  if (b->n > from && b->s[from + (b->s[from] == '-')] == 'i') {
    buf_truncate(b, from);
    buf_adds(b, x < 0 ? "-Infinity" : "Infinity");
  } else if (b->n > from && b->s[from] == 'n') {
    buf_truncate(b, from);
    buf_adds(b, "NaN");
  }
}

static int
add_json(struct run *r, struct buf *b, struct value x, int indent, int level)
{
  if (run_need(r, x) < 0 || run_charge(r, 1 + (size_t)level) < 0)
    return -1;
  switch (x.kind) {
  case VALUE_NONE:
    buf_adds(b, "null");
    return 0;
  case VALUE_BOOL:
    buf_adds(b, x.boolean ? "true" : "false");
    return 0;
  case VALUE_INT:
    buf_addf(b, "%" PRId64, x.integer);
    return 0;
  case VALUE_FLOAT:
    add_float(b, x.number);
    return 0;
  case VALUE_STRING:
    add_string(b, x.string.s, x.string.n);
    return run_charge(r, x.string.n / 16);
  case VALUE_LIST:
  case VALUE_TUPLE:
    return add_list(r, b, x.list, indent, level);
  case VALUE_DICT:
    return add_dict(r, b, x, indent, level);
  default:
    return run_fail(r, "tojson: '%s' has no JSON", value_type_name(x));
  }
}

int
tojson(struct run *r, struct value x, int indent, struct value *out)
{
  struct buf b = run_buf();

  if (add_json(r, &b, x, indent, 0) < 0) {
    buf_release(&b);
    return -1;
  }
  return run_string(r, &b, out);
}
