/* printf-style formatting ("%s of %d" % x, the format filter) and str.format(), as far as prompts need them:
 * %[(name)][-+ 0#][width][.precision](d i u s r x X o e E f F g G c %) and
 * {[index or name][.member or [item]]…[!r or !s][:[[fill]<>^=][+- ][#][0][width][,_][.precision][sdfFeEgGxXobc%]]}. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "prompt/run.h"
#include "prompt/text.h"

#define WIDTH_MAX 10000
#define PRECISION_MAX 100

/* How one value is to be written. */
struct spec {
  const char *fill;          /* one code point of n_fill bytes */
  size_t n_fill;
  char align;                /* '<' '>' '^' '=' or 0: the type's own */
  char sign;                 /* '+', ' ' or 0 */
  bool alternate, zero;
  char grouping;             /* ',' '_' or 0 */
  int width, precision;      /* -1: not given */
  char type;                 /* 0: the type's own */
};

static const struct spec plain = {.fill = " ", .n_fill = 1, .width = -1, .precision = -1};

/* A decimal number at *s; -1 if there is none, -2 if it is above the limit. */
static int
read_number(const char **s, const char *end, int limit)
{
  int x = -1;

  for (; *s < end && **s >= '0' && **s <= '9'; (*s)++) {
    x = (x < 0 ? 0 : x) * 10 + (**s - '0');
    if (x > limit)
      return -2;
  }
  return x;
}

/* Puts body (with a sign of n_sign bytes in front) into the width. */
static void
pad(struct buf *b, const struct spec *f, const char *body, size_t n, size_t n_sign, char align)
{
  int gap = f->width - (int)(n > WIDTH_MAX ? WIDTH_MAX : utf8_count(body, n)), left;

  gap = gap < 0 ? 0 : gap;
  left = align == '>' ? gap : align == '^' ? gap / 2 : 0;
  if (align == '=') {
    buf_add(b, body, n_sign);
    body += n_sign;
    n -= n_sign;
    left = gap;
  }
  for (int i = 0; i < left; i++)
    buf_add(b, f->fill, f->n_fill);
  buf_add(b, body, n);
  for (int i = left; i < gap; i++)
    buf_add(b, f->fill, f->n_fill);
}

static void
pad_number(struct buf *b, const struct spec *f, const struct buf *number)
{
  const char *s = buf_str(number);
  size_t n_sign = number->n && strchr("+- ", s[0]) ? 1 : 0;
  struct spec padded = *f;

  if (s[n_sign] == '0' && s[n_sign + 1] && strchr("xXob", s[n_sign + 1]))
    n_sign += 2;
  if (f->zero && !f->align) {
    padded.fill = "0";
    padded.n_fill = 1;
    padded.align = '=';
  }
  pad(b, &padded, s, number->n, n_sign, padded.align ? padded.align : '>');
}

/* Digits with a separator before each `every` of them, counted from the end; what follows them stays. */
static void
group_digits(struct buf *b, const char *s, char separator, size_t every)
{
  size_t n = strspn(s, "0123456789");

  for (size_t i = 0; i < n; i++) {
    if (i && separator && (n - i) % every == 0)
      buf_addc(b, separator);
    buf_addc(b, s[i]);
  }
  buf_adds(b, s + n);
}

static void
add_sign(struct buf *b, bool negative, char sign)
{
  if (negative)
    buf_addc(b, '-');
  else if (sign)
    buf_addc(b, sign);
}

static void
format_int(struct buf *out, const struct spec *f, int64_t x, bool percent)
{
  uint64_t u = x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
  unsigned base = f->type == 'x' || f->type == 'X' ? 16 : f->type == 'o' ? 8 : f->type == 'b' ? 2 : 10;
  char digits[80];
  int n = sizeof digits - 1;
  struct buf b = {.max = 1000};

  digits[n] = '\0';
  do
    digits[--n] = (f->type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef")[u % base];
  while (u /= base);
  add_sign(&b, x < 0, f->sign);
  if (f->alternate && base != 10)
    buf_addf(&b, "0%c", f->type);
  if (percent)
    for (int have = (int)(sizeof digits) - 1 - n; have < f->precision; have++)
      buf_addc(&b, '0');
  group_digits(&b, digits + n, f->grouping, 3);
  pad_number(out, f, &b);
  buf_release(&b);
}

static void
format_float(struct buf *out, const struct spec *f, double x)
{
  char shape[16], digits[600];
  struct buf b = {.max = 1000}, own = {.max = 1000};
  char type = f->type == '%' ? 'f' : f->type;
  int precision = f->precision < 0 ? 6 : f->precision;

  if (f->type == '%')
    x *= 100;
  if (!type && f->precision < 0) {
    value_print_float(&own, fabs(x));
    snprintf(digits, sizeof digits, "%s", buf_str(&own));
    buf_release(&own);
  } else {
    snprintf(shape, sizeof shape, f->alternate ? "%%#.%d%c" : "%%.%d%c", precision, type ? type : 'g');
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(digits, sizeof digits, shape, fabs(x));
#pragma GCC diagnostic pop
    if (!type && !strpbrk(digits, ".en"))
      strcat(digits, ".0");
  }
  add_sign(&b, signbit(x) && !isnan(x), f->sign);
  group_digits(&b, digits, f->grouping, 3);
  if (f->type == '%')
    buf_addc(&b, '%');
  pad_number(out, f, &b);
  buf_release(&b);
}

static void
format_text(struct buf *b, const struct spec *f, struct value s)
{
  size_t n = f->precision >= 0 ? text_to_byte(s.string.s, s.string.n, (size_t)f->precision) : s.string.n;

  pad(b, f, s.string.s, n, 0, f->align && f->align != '=' ? f->align : '<');
}

/* What a formatting is reading from. */
struct formatting {
  struct run *run;
  const struct value *v;      /* positional arguments */
  size_t n, next;
  const struct value *named;  /* dict, or NULL */
  bool used_named, automatic, numbered;
  struct call *call;
  struct buf out;
};

/* The value for one %…; by name, or the next one. */
static int
percent_value(struct formatting *x, const char **s, const char *end, struct value *value)
{
  const struct value *found;
  const char *close;

  if (*s < end && **s == '(') {
    close = memchr(*s, ')', (size_t)(end - *s));
    if (!close)
      return run_fail(x->run, "incomplete format: '%%(' without ')'");
    if (!x->named || x->named->kind != VALUE_DICT)
      return run_fail(x->run, "the format needs a dict");
    found = value_get_str(*x->named, *s + 1, (size_t)(close - *s - 1));
    if (!found)
      return run_fail(x->run, "the format's '%.*s' is not there", (int)(close - *s - 1), *s + 1);
    x->used_named = true;
    *s = close + 1;
    *value = *found;
    return 0;
  }
  *value = value_undefined("not enough arguments for the format", x->run->at);
  return 0;
}

static int
take_next(struct formatting *x, struct value *value)
{
  if (x->used_named)
    return 0;
  if (x->next == x->n)
    return run_fail(x->run, "not enough arguments for the format");
  *value = x->v[x->next++];
  return run_need(x->run, *value);
}

/* Flags, width and precision of a %…. */
static int
percent_spec(struct formatting *x, const char **s, const char *end, struct spec *f)
{
  for (; *s < end && strchr("-+ 0#", **s); (*s)++) {
    f->align = **s == '-' ? '<' : f->align;
    f->sign = **s == '+' ? '+' : **s == ' ' && f->sign != '+' ? ' ' : f->sign;
    f->zero |= **s == '0';
    f->alternate |= **s == '#';
  }
  f->width = read_number(s, end, WIDTH_MAX);
  if (*s < end && **s == '.') {
    (*s)++;
    f->precision = read_number(s, end, PRECISION_MAX);
    f->precision = f->precision == -1 ? 0 : f->precision;
  }
  if (f->width == -2 || f->precision == -2)
    return run_fail(x->run, "the format's width or precision is too large");
  if (*s < end && **s == '*')
    return run_fail(x->run, "'*' in a format is not in this subset");
  if (*s == end)
    return run_fail(x->run, "incomplete format");
  return 0;
}

/* The value as a 64-bit integer for %d, %x: floats are cut for %d. */
static int
percent_int(struct formatting *x, struct value value, char type, int64_t *i)
{
  if (value.kind == VALUE_FLOAT && type == 'd' && fabs(value.number) < 9.2e18) {
    *i = (int64_t)value.number;
    return 0;
  }
  if (value.kind != VALUE_INT && value.kind != VALUE_BOOL)
    return run_fail(x->run, "%%%c needs a whole number, not '%s'", type, value_type_name(value));
  *i = value.kind == VALUE_INT ? value.integer : value.boolean;
  return 0;
}

static int
percent_char(struct formatting *x, const struct spec *f, struct value value)
{
  char s[4];

  if (value.kind == VALUE_INT && value.integer > 0 && value.integer < 0x110000 &&
      !(value.integer >= 0xd800 && value.integer < 0xe000))
    value = value_string(&x->run->arena, s, utf8_encode((uint32_t)value.integer, s));
  if (value.kind != VALUE_STRING || utf8_count(value.string.s, value.string.n) != 1)
    return run_fail(x->run, "%%c needs one character");
  pad(&x->out, f, value.string.s, value.string.n, 0, f->align ? f->align : '>');
  return 0;
}

static int
percent_one(struct formatting *x, struct spec *f, char type, struct value value)
{
  struct buf b = run_buf();
  int64_t i = 0;

  switch (type) {
  case 's':
  case 'r':
  case 'a':
    if (type == 's') {
      if (run_text(x->run, value, &value) < 0)
        return -1;
    } else {
      value_repr(&b, value);
      if (run_string(x->run, &b, &value) < 0)
        return -1;
    }
    f->align = f->align ? f->align : '>';
    format_text(&x->out, f, value);
    return 0;
  case 'd':
  case 'i':
  case 'u':
  case 'x':
  case 'X':
  case 'o':
    if (percent_int(x, value, type == 'i' || type == 'u' ? 'd' : type, &i) < 0)
      return -1;
    f->type = type == 'i' || type == 'u' ? 'd' : type;
    format_int(&x->out, f, i, true);
    return 0;
  case 'e':
  case 'E':
  case 'f':
  case 'F':
  case 'g':
  case 'G':
    if (!value_is_number(value))
      return run_fail(x->run, "%%%c needs a number, not '%s'", type, value_type_name(value));
    f->type = type;
    format_float(&x->out, f, value_number(value));
    return 0;
  case 'c':
    return percent_char(x, f, value);
  default:
    return run_fail(x->run, "unknown format '%%%c'", type);
  }
}

static int
percent_all(struct formatting *x, const char *s, const char *end)
{
  while (s < end) {
    const char *mark = memchr(s, '%', (size_t)(end - s));
    struct spec f = plain;
    struct value value;

    buf_add(&x->out, s, (size_t)((mark ? mark : end) - s));
    if (!mark)
      return 0;
    s = mark + 1;
    x->used_named = false;
    if (percent_value(x, &s, end, &value) < 0 || percent_spec(x, &s, end, &f) < 0 || run_charge(x->run, 1) < 0)
      return -1;
    if (*s == '%')
      buf_addc(&x->out, '%');
    else if (take_next(x, &value) < 0 || run_need(x->run, value) < 0 || percent_one(x, &f, *s, value) < 0)
      return -1;
    s++;
    if (x->out.over)
      return 0;
  }
  return 0;
}

int
format_percent(struct run *r, struct value format, const struct value *v, size_t n, const struct value *named,
               struct value *out)
{
  struct formatting x = {.run = r, .v = v, .n = n, .named = named, .out = run_buf()};
  int result = percent_all(&x, format.string.s, format.string.s + format.string.n);
  bool unused = named && (named->kind == VALUE_DICT || named->kind == VALUE_LIST || named->kind == VALUE_RANGE);

  if (result == 0 && x.next < x.n && !unused)
    result = run_fail(r, "not all arguments are used by the format");
  if (result < 0) {
    buf_release(&x.out);
    return -1;
  }
  return run_string(r, &x.out, out);
}

/* [[fill]align][sign][#][0][width][,][.precision][type] */
static int
braces_spec(struct formatting *x, const char *s, const char *end, struct spec *f)
{
  size_t len = 0;

  if (s < end)
    utf8_decode(s, (size_t)(end - s), &len);
  if (s + len < end && len && strchr("<>^=", s[len])) {
    f->fill = s;
    f->n_fill = len;
    f->align = s[len];
    s += len + 1;
  } else if (s < end && strchr("<>^=", *s)) {
    f->align = *s++;
  }
  if (s < end && strchr("+- ", *s)) {
    f->sign = *s == '-' ? '\0' : *s;
    s++;
  }
  if (s < end && *s == '#') {
    f->alternate = true;
    s++;
  }
  if (s < end && *s == '0') {
    f->zero = true;
    s++;
  }
  f->width = read_number(&s, end, WIDTH_MAX);
  if (s < end && (*s == ',' || *s == '_'))
    f->grouping = *s++;
  if (s < end && *s == '.') {
    s++;
    f->precision = read_number(&s, end, PRECISION_MAX);
    if (f->precision == -1)
      return run_fail(x->run, "format: the precision is missing");
  }
  if (f->width == -2 || f->precision == -2)
    return run_fail(x->run, "format: the width or precision is too large");
  if (s < end && strchr("sdfFeEgGxXobc%", *s))
    f->type = *s++;
  if (s < end)
    return run_fail(x->run, "format: cannot read '%.*s'", (int)(end - s > 40 ? 40 : end - s), s);
  return 0;
}

static int
braces_one(struct formatting *x, struct value value, const char *s, const char *end)
{
  struct spec f = plain;
  bool number = value_is_number(value);

  if (s == end) {
    if (run_text(x->run, value, &value) < 0)
      return -1;
    buf_add(&x->out, value.string.s, value.string.n);
    return 0;
  }
  if (braces_spec(x, s, end, &f) < 0)
    return -1;
  if (value.kind == VALUE_STRING ? f.type && f.type != 's' : !number || f.type == 's')
    return run_fail(x->run, "format: '%.*s' does not work on '%s'", (int)(end - s > 40 ? 40 : end - s), s,
                    value_type_name(value));
  if (value.kind == VALUE_STRING) {
    if (f.zero && !f.align) {
      f.fill = "0";
      f.n_fill = 1;
    }
    format_text(&x->out, &f, value);
  } else if (value.kind == VALUE_FLOAT || (f.type && strchr("fFeEgG%", f.type))) {
    if (f.type && strchr("dxXobc", f.type))
      return run_fail(x->run, "format: '%c' does not work on 'float'", f.type);
    format_float(&x->out, &f, value_number(value));
  } else if (f.type == 'c') {
    return percent_char(x, &f, value);
  } else {
    if (f.precision >= 0)
      return run_fail(x->run, "format: a whole number has no precision");
    format_int(&x->out, &f, value.kind == VALUE_BOOL ? value.boolean : value.integer, false);
  }
  return 0;
}

/* The argument that a field's name begins with: nothing, a number or a name. */
static int
braces_argument(struct formatting *x, const char **s, const char *end, struct value *value)
{
  const char *name = *s;
  size_t n = 0;
  int index;

  while (*s + n < end && (*s)[n] != '.' && (*s)[n] != '[')
    n++;
  *s += n;
  if (n && (name[0] < '0' || name[0] > '9')) {
    for (size_t i = 0; i < x->call->n_names; i++)
      if (strlen(x->call->names[i]) == n && memcmp(x->call->names[i], name, n) == 0) {
        *value = x->call->v[x->call->n - x->call->n_names + i];
        return run_need(x->run, *value);
      }
    return run_fail(x->run, "format: there is no argument '%.*s'", (int)n, name);
  }
  index = n ? read_number(&name, *s, 1000) : (int)x->next++;
  x->automatic |= n == 0;
  x->numbered |= n > 0;
  if (x->automatic && x->numbered)
    return run_fail(x->run, "format: fields with and without numbers cannot be mixed");
  if (name != *s || index < 0 || (size_t)index >= x->n)
    return run_fail(x->run, "format: there is no argument %d", index);
  *value = x->v[index];
  return run_need(x->run, *value);
}

/* .member and [item] after the argument. */
static int
braces_path(struct formatting *x, const char *s, const char *end, struct value *value)
{
  while (s < end) {
    const char *stop = s + 1, *from = s + 1;
    size_t n;

    while (stop < end && (*s == '[' ? *stop != ']' : *stop != '.' && *stop != '['))
      stop++;
    n = (size_t)(stop - from);
    if (n == 0 || (*s == '[' && stop == end) || (*s != '[' && *s != '.'))
      return run_fail(x->run, "format: cannot read the field's name");
    if (*s == '[' && from[0] >= '0' && from[0] <= '9') {
      int index = read_number(&from, stop, 1000000);

      if (access_item(x->run, *value, value_int(index), value) < 0)
        return -1;
    } else if (*s == '[') {
      const struct value *member = value->kind == VALUE_DICT ? value_get_str(*value, from, n) : NULL;

      if (!member)
        return run_fail(x->run, "format: there is no '%.*s'", (int)n, from);
      *value = *member;
    } else {
      return run_fail(x->run, "format: members are reached with [name], not .%.*s", (int)n, from);
    }
    if (run_need(x->run, *value) < 0)
      return -1;
    s = *s == '[' ? stop + 1 : stop;
  }
  return 0;
}

/* One field between { and }. */
static int
braces_field(struct formatting *x, const char *s, const char *end)
{
  const char *colon = s, *name_end;
  struct buf b = run_buf();
  struct value value;
  char conversion = '\0';

  while (colon < end && *colon != ':' && *colon != '!')
    colon++;
  name_end = colon;
  if (colon < end && *colon == '!') {
    if (end - colon < 2 || !strchr("rsa", colon[1]) || (end - colon > 2 && colon[2] != ':'))
      return run_fail(x->run, "format: cannot read the conversion after '!'");
    conversion = colon[1];
    colon += 2;
  }
  if (braces_argument(x, &s, name_end, &value) < 0 || braces_path(x, s, name_end, &value) < 0)
    return -1;
  if (conversion == 's' && run_text(x->run, value, &value) < 0)
    return -1;
  if (conversion == 'r' || conversion == 'a') {
    value_repr(&b, value);
    if (run_string(x->run, &b, &value) < 0)
      return -1;
  }
  if (memchr(colon, '{', (size_t)(end - colon)))
    return run_fail(x->run, "format: a field inside a field is not in this subset");
  return braces_one(x, value, colon < end ? colon + 1 : end, end);
}

static int
braces_all(struct formatting *x, const char *s, const char *end)
{
  for (; s < end && !x->out.over; s++) {
    const char *close;

    if (*s != '{' && *s != '}') {
      buf_addc(&x->out, *s);
      continue;
    }
    if (s + 1 < end && s[1] == *s) {
      buf_addc(&x->out, *s++);
      continue;
    }
    close = *s == '{' ? memchr(s, '}', (size_t)(end - s)) : NULL;
    if (!close)
      return run_fail(x->run, "format: a single '%c'", *s);
    if (run_charge(x->run, 1) < 0 || braces_field(x, s + 1, close) < 0)
      return -1;
    s = close;
  }
  return 0;
}

int
format_braces(struct run *r, struct call *c, struct value *out)
{
  struct formatting x = {.run = r, .call = c, .v = c->v, .n = c->n - c->n_names, .out = run_buf()};

  if (braces_all(&x, c->self.string.s, c->self.string.s + c->self.string.n) < 0) {
    buf_release(&x.out);
    return -1;
  }
  return run_string(r, &x.out, out);
}
