/* The filters that give text or a number. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "prompt/filter.h"
#include "prompt/text.h"

static int
give_case(struct call *c, struct value *out, enum text_case how)
{
  struct buf b = run_buf();
  struct value s;

  if (run_text(c->run, c->self, &s) < 0)
    return -1;
  text_case(&b, s.string.s, s.string.n, how);
  return run_string(c->run, &b, out);
}

int
f_upper(struct call *c, struct value *out)
{
  return give_case(c, out, TEXT_UPPER);
}

int
f_lower(struct call *c, struct value *out)
{
  return give_case(c, out, TEXT_LOWER);
}

int
f_title(struct call *c, struct value *out)
{
  return give_case(c, out, TEXT_WORDS);
}

int
f_capitalize(struct call *c, struct value *out)
{
  return give_case(c, out, TEXT_CAPITALIZE);
}

int
f_trim(struct call *c, struct value *out)
{
  struct value set = {.kind = VALUE_STRING};

  if (run_text(c->run, c->self, out) < 0)
    return -1;
  if (c->given[0] && c->arg[0].kind != VALUE_NONE && arg_string(c, 0, "", &set) < 0)
    return -1;
  text_strip(&out->string.s, &out->string.n, set.string.s, set.string.n, true, true);
  return 0;
}

int
f_string(struct call *c, struct value *out)
{
  return run_text(c->run, c->self, out);
}

int
f_replace(struct call *c, struct value *out)
{
  struct value s, from, to;
  int64_t most = -1;

  if (run_text(c->run, c->self, &s) < 0 || arg_text(c, 0, "", &from) < 0 || arg_text(c, 1, "", &to) < 0)
    return -1;
  if (c->given[2] && c->arg[2].kind != VALUE_NONE && arg_int(c, 2, -1, &most) < 0)
    return -1;
  return run_replace(c->run, s, from, to, most, out);
}

int
run_replace(struct run *r, struct value s, struct value from, struct value to, int64_t most, struct value *out)
{
  const char *at = s.string.s, *end = at + s.string.n, *found;
  struct buf b = run_buf();
  size_t len;

  while (most != 0) {
    found = from.string.n ? memmem(at, (size_t)(end - at), from.string.s, from.string.n) : at;
    if (!found)
      break;
    buf_add(&b, at, (size_t)(found - at));
    buf_add(&b, to.string.s, to.string.n);
    at = found + from.string.n;
    most -= most > 0;
    if (b.over)
      break;
    if (!from.string.n) {  /* before each character, and at the end */
      if (at == end)
        return run_string(r, &b, out);
      utf8_decode(at, (size_t)(end - at), &len);
      buf_add(&b, at, len);
      at += len;
    }
  }
  buf_add(&b, at, (size_t)(end - at));
  return run_charge(r, s.string.n / 64) < 0 ? (buf_release(&b), -1) : run_string(r, &b, out);
}

int
f_center(struct call *c, struct value *out)
{
  struct value s, width = value_int(80);

  if (run_text(c->run, c->self, &s) < 0)
    return -1;
  if (c->given[0])
    width = c->arg[0];
  return builtin_call(c->run, builtin_find(&string_methods, "center", 6), s, &width, 1, NULL, 0, out);
}

int
f_indent(struct call *c, struct value *out)
{
  struct value indent = value_ref("    ", 4);
  struct buf b = run_buf();
  size_t from = 0, at, end, line = 0;
  bool first, blank;
  int64_t width = 4;

  if (c->self.kind != VALUE_STRING)
    return call_fail(c, "needs a string, not '%s'", value_type_name(c->self));
  if (arg_true(c, 1, false, &first) < 0 || arg_true(c, 2, false, &blank) < 0)
    return -1;
  if (c->given[0] && c->arg[0].kind == VALUE_STRING)
    indent = c->arg[0];
  else if (arg_int(c, 0, 4, &width) < 0)
    return -1;
  else if (operate(c->run, OP_MUL, value_ref(" ", 1), value_int(width), &indent) < 0)
    return -1;
  if (first)
    buf_add(&b, indent.string.s, indent.string.n);
  do {
    at = from;
    text_line_end(c->self.string.s, c->self.string.n, &at, &end);
    if (line++) {
      buf_addc(&b, '\n');
      if (blank || at > from)
        buf_add(&b, indent.string.s, indent.string.n);
    }
    buf_add(&b, c->self.string.s + from, at - from);
    from = end;
    /* A line end at the very end begins one more line: the filter adds one itself before it splits. */
  } while (!b.over && (from < c->self.string.n || (end > at && from == c->self.string.n)));
  return run_string(c->run, &b, out);
}

int
f_truncate(struct call *c, struct value *out)
{
  const char *s = c->self.string.s, *blank = NULL;
  int64_t length, leeway = 5, n_end;
  struct buf b = run_buf();
  struct value end;
  bool kill;
  size_t n, keep;

  if (arg_int(c, 0, 255, &length) < 0 || arg_true(c, 1, false, &kill) < 0 || arg_string(c, 2, "...", &end) < 0)
    return -1;
  if (c->given[3] && c->arg[3].kind != VALUE_NONE && arg_int(c, 3, 5, &leeway) < 0)
    return -1;
  n_end = (int64_t)utf8_count(end.string.s, end.string.n);
  if (length < n_end || leeway < 0)
    return call_fail(c, "the length must be at least %lld and the leeway at least 0", (long long)n_end);
  if (operate_size(c->run, c->self, &n) < 0)
    return -1;
  *out = c->self;
  if (n <= (size_t)length || n - (size_t)length <= (size_t)leeway)
    return 0;
  if (c->self.kind != VALUE_STRING)
    return call_fail(c, "needs a string, not '%s'", value_type_name(c->self));
  keep = text_to_byte(s, c->self.string.n, (size_t)(length - n_end));
  if (!kill && keep)
    blank = memrchr(s, ' ', keep);
  buf_add(&b, s, blank ? (size_t)(blank - s) : keep);
  buf_add(&b, end.string.s, end.string.n);
  return run_string(c->run, &b, out);
}

int
f_tojson(struct call *c, struct value *out)
{
  int64_t indent = -1;

  if (c->given[0] && c->arg[0].kind != VALUE_NONE && arg_int(c, 0, -1, &indent) < 0)
    return -1;
  if (indent > 100)
    return call_fail(c, "the indent is too large");
  if (c->given[0] && c->arg[0].kind != VALUE_NONE && indent < 0)
    indent = 0;
  return tojson(c->run, c->self, (int)indent, out);
}

int
f_join(struct call *c, struct value *out)
{
  struct buf b = run_buf();
  struct value_list *items;
  struct value sep, path = value_none();

  if (run_items(c->run, c->self, &items) < 0 || arg_text(c, 0, "", &sep) < 0)
    return -1;
  if (c->given[1])
    path = c->arg[1];
  for (size_t i = 0; i < items->n && !b.over; i++) {
    struct value x;

    if (access_path(c->run, items->v[i], path, &x) < 0 || run_text(c->run, x, &x) < 0) {
      buf_release(&b);
      return -1;
    }
    if (i)
      buf_add(&b, sep.string.s, sep.string.n);
    buf_add(&b, x.string.s, x.string.n);
  }
  return run_string(c->run, &b, out);
}

/* soft_str(value) % arguments. */
int
f_format(struct call *c, struct value *out)
{
  struct value s, named;

  if (run_text(c->run, c->self, &s) < 0)
    return -1;
  if (!c->n_names)
    return format_percent(c->run, s, c->v, c->n, NULL, out);
  if (c->n_names < c->n)
    return call_fail(c, "takes arguments with names or without, not both");
  named = value_dict(&c->run->arena);
  for (size_t i = 0; i < c->n; i++)
    value_set(&c->run->arena, named, c->names[i], c->v[i]);
  return format_percent(c->run, s, &named, 1, &named, out);
}

int
f_wordcount(struct call *c, struct value *out)
{
  struct value s;
  size_t n = 0, len;
  bool inside = false;

  if (run_text(c->run, c->self, &s) < 0)
    return -1;
  for (size_t i = 0; i < s.string.n; i += len) {
    uint32_t ch = utf8_decode(s.string.s + i, s.string.n - i, &len);
    bool word = ch == '_' || utf8_is_alnum(ch);

    n += word && !inside;
    inside = word;
  }
  *out = value_int((int64_t)n);
  return run_charge(c->run, s.string.n / 16);
}

int
f_escape(struct call *c, struct value *out)
{
  static const char from[] = "&<>'\"";
  static const char *const to[] = {"&amp;", "&lt;", "&gt;", "&#39;", "&#34;"};
  struct buf b = run_buf();
  struct value s;

  if (run_text(c->run, c->self, &s) < 0)
    return -1;
  for (size_t i = 0; i < s.string.n; i++) {
    const char *at = strchr(from, s.string.s[i]);

    if (at && *at)
      buf_adds(&b, to[at - from]);
    else
      buf_addc(&b, s.string.s[i]);
  }
  return run_string(c->run, &b, out);
}

/* A whole number in a text, as int(s, base) reads it. */
static bool
text_to_int(struct value s, int64_t base, int64_t *x)
{
  char copy[80];
  const char *from = s.string.s;
  size_t n = s.string.n, m = 0, digits;
  char *end;

  text_strip(&from, &n, NULL, 0, true, true);
  if (n == 0 || n >= sizeof copy)
    return false;
  for (size_t i = 0; i < n; i++) {
    if (from[i] == '_' && (i == 0 || i + 1 == n || !utf8_is_alnum((unsigned char)from[i - 1]) || from[i + 1] == '_'))
      return false;
    if (from[i] != '_')
      copy[m++] = from[i];
  }
  copy[m] = '\0';
  digits = copy[0] == '-' || copy[0] == '+';
  if (!utf8_is_alnum((unsigned char)copy[digits]))
    return false;
  if (copy[digits] == '0' && copy[digits + 1] && strchr("bBoO", copy[digits + 1]) && (base == 2 || base == 8) &&
      ((copy[digits + 1] | 32) == 'b') == (base == 2))
    memmove(copy + digits, copy + digits + 2, m - digits - 1);
  if (copy[digits] == '0' && (copy[digits + 1] | 32) == 'x' && base != 16)
    return false;
  *x = strtoll(copy, &end, (int)base);
  return *end == '\0' && end > copy + digits;
}

/* A number in a text, as float(s) reads it. */
static bool
text_to_float(struct value s, double *x)
{
  char copy[400];
  const char *from = s.string.s;
  size_t n = s.string.n, m = 0;
  char *end;

  text_strip(&from, &n, NULL, 0, true, true);
  if (n == 0 || n >= sizeof copy)
    return false;
  for (size_t i = 0; i < n; i++) {
    bool between = i > 0 && i + 1 < n && from[i - 1] >= '0' && from[i - 1] <= '9' && from[i + 1] >= '0' &&
      from[i + 1] <= '9';

    if (from[i] == 'x' || from[i] == 'X' || from[i] == '(' || (from[i] == '_' && !between))
      return false;
    if (from[i] != '_')
      copy[m++] = from[i];
  }
  copy[m] = '\0';
  *x = strtod(copy, &end);
  return end == copy + m;
}

static int
float_to_int(struct call *c, double d, struct value *out)
{
  if (isinf(d) || fabs(d) >= 9.2e18)
    return call_fail(c, "the number is too large");
  *out = value_int((int64_t)d);
  return 0;
}

int
f_int(struct call *c, struct value *out)
{
  struct value x = c->self;
  int64_t base, i;
  double d;

  if (arg_int(c, 1, 10, &base) < 0)
    return -1;
  if (base != 2 && base != 8 && base != 10 && base != 16)
    return call_fail(c, "the base can be 2, 8, 10 or 16");
  *out = c->given[0] ? c->arg[0] : value_int(0);
  if (x.kind == VALUE_INT || x.kind == VALUE_BOOL)
    *out = value_int(x.kind == VALUE_INT ? x.integer : x.boolean);
  else if (x.kind == VALUE_FLOAT && !isnan(x.number))
    return float_to_int(c, x.number, out);
  else if (x.kind == VALUE_STRING && text_to_int(x, base, &i))
    *out = value_int(i);
  else if (x.kind == VALUE_STRING && text_to_float(x, &d) && !isnan(d))
    return float_to_int(c, d, out);
  return 0;
}

int
f_float(struct call *c, struct value *out)
{
  double d;

  *out = c->given[0] ? c->arg[0] : value_float(0);
  if (value_is_number(c->self))
    *out = value_float(value_number(c->self));
  else if (c->self.kind == VALUE_STRING && text_to_float(c->self, &d))
    *out = value_float(d);
  return 0;
}

int
f_abs(struct call *c, struct value *out)
{
  if (!value_is_number(c->self))
    return call_fail(c, "needs a number, not '%s'", value_type_name(c->self));
  if (c->self.kind == VALUE_FLOAT) {
    *out = value_float(fabs(c->self.number));
    return 0;
  }
  *out = value_int(c->self.kind == VALUE_INT ? c->self.integer : c->self.boolean);
  return out->integer < 0 ? operate_negate(c->run, *out, out) : 0;
}

/* round(x, digits) as Python does it: exact, half to even. */
static double
round_common(double x, int64_t digits)
{
  char s[400];

  if (!isfinite(x) || digits > 300)
    return x;
  if (digits >= 0) {
    snprintf(s, sizeof s, "%.*f", (int)digits, x);
    return strtod(s, NULL);
  }
  if (digits < -300)
    return copysign(0, x);
  return nearbyint(x / pow(10, (double)-digits)) * pow(10, (double)-digits);
}

int
f_round(struct call *c, struct value *out)
{
  struct value method;
  int64_t digits;
  double x = value_number(c->self), scale;

  if (!value_is_number(c->self))
    return call_fail(c, "needs a number, not '%s'", value_type_name(c->self));
  if (arg_int(c, 0, 0, &digits) < 0 || arg_string(c, 1, "common", &method) < 0)
    return -1;
  if (digits > 300 || digits < -300)
    return call_fail(c, "the precision must lie between -300 and 300");
  if (value_is(method, "common")) {
    if (c->self.kind == VALUE_FLOAT || digits < 0) {
      x = round_common(x, digits);
      *out = c->self.kind == VALUE_FLOAT ? value_float(x) : value_int((int64_t)x);
    } else {
      *out = value_int((int64_t)x);
    }
    return 0;
  }
  scale = pow(10, (double)digits);
  if (value_is(method, "ceil"))
    *out = value_float(ceil(x * scale) / scale);
  else if (value_is(method, "floor"))
    *out = value_float(floor(x * scale) / scale);
  else
    return call_fail(c, "the method is common, ceil or floor");
  return 0;
}
