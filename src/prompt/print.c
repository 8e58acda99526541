/* str() and repr() of values, as Python writes them. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "prompt/run.h"
#include "prompt/value.h"

/* repr(float): the fewest digits that read back as the same number, with an exponent below 1e-4 and from 1e16 on. */
void
value_print_float(struct buf *out, double x)
{
  char s[40], digits[24];
  int n = 0, exponent;

  if (!isfinite(x)) {
    buf_adds(out, isnan(x) ? "nan" : x < 0 ? "-inf" : "inf");
    return;
  }
  for (int precision = 0; precision <= 16; precision++) {
    snprintf(s, sizeof s, "%.*e", precision, x);
    if (strtod(s, NULL) == x)
      break;
  }
  exponent = atoi(strchr(s, 'e') + 1);
  for (const char *p = s; *p != 'e'; p++)
    if (*p >= '0' && *p <= '9')
      digits[n++] = *p;
  if (s[0] == '-')
    buf_addc(out, '-');
  if (exponent < -4 || exponent >= 16) {
    buf_addc(out, digits[0]);
    if (n > 1)
      buf_addf(out, ".%.*s", n - 1, digits + 1);
    buf_addf(out, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
  } else if (exponent < 0) {
    buf_adds(out, "0.");
    buf_addn(out, '0', (size_t)(-exponent - 1));
    buf_add(out, digits, (size_t)n);
  } else {
    for (int i = 0; i <= exponent; i++)
      buf_addc(out, i < n ? digits[i] : '0');
    buf_addc(out, '.');
    if (n > exponent + 1)
      buf_add(out, digits + exponent + 1, (size_t)(n - exponent - 1));
    else
      buf_addc(out, '0');
  }
}

/* What repr() escapes beyond ASCII: controls, separators other than blank, format characters, unassigned. */
static bool
python_prints(uint32_t c)
{
  return !(c < 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0xad || (c >= 0x600 && c <= 0x605) || c == 0x61c ||
           c == 0x6dd ||
           c == 0x70f || c == 0x1680 || c == 0x180e || (c >= 0x2000 && c <= 0x200f) || (c >= 0x2028 && c <= 0x202f) ||
           (c >= 0x205f && c <= 0x206f) || c == 0x3000 || (c >= 0xe000 && c <= 0xf8ff) || c == 0xfeff ||
           (c >= 0xfff0 && c <= 0xfffb) || (c & 0xfffe) == 0xfffe || c >= 0xe0000);
}

void
value_repr_string(struct buf *out, const char *s, size_t n)
{
  char quote = memchr(s, '\'', n) && !memchr(s, '"', n) ? '"' : '\'';
  size_t len;

  buf_addc(out, quote);
  for (size_t i = 0; i < n; i += len) {
    uint32_t c = utf8_decode(s + i, n - i, &len);

    if (c == '\\' || c == (uint32_t)quote)
      buf_addf(out, "\\%c", (char)c);
    else if (c == '\n' || c == '\r' || c == '\t')
      buf_adds(out, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
    else if (python_prints(c))
      buf_add(out, s + i, len);
    else
      buf_addf(out, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
  }
  buf_addc(out, quote);
}

static void
repr_list(struct buf *out, const struct value_list *l, const char *open, const char *close)
{
  buf_adds(out, open);
  for (size_t i = 0; i < l->n && !out->over; i++) {
    if (i)
      buf_adds(out, ", ");
    value_repr(out, l->v[i]);
  }
  buf_adds(out, close);
}

static void
repr_dict(struct buf *out, const struct value_pairs *d)
{
  buf_addc(out, '{');
  for (size_t i = 0; i < d->n && !out->over; i++) {
    if (i)
      buf_adds(out, ", ");
    value_repr(out, d->v[i].key);
    buf_adds(out, ": ");
    value_repr(out, d->v[i].value);
  }
  buf_addc(out, '}');
}

static void
repr_range(struct buf *out, const struct value_range *r)
{
  buf_addf(out, "range(%" PRId64 ", %" PRId64, r->from, r->to);
  if (r->step != 1)
    buf_addf(out, ", %" PRId64, r->step);
  buf_addc(out, ')');
}

void
value_repr(struct buf *out, struct value x)
{
  switch (x.kind) {
  case VALUE_UNDEFINED:
    buf_adds(out, "Undefined");
    break;
  case VALUE_NONE:
    buf_adds(out, "None");
    break;
  case VALUE_BOOL:
    buf_adds(out, x.boolean ? "True" : "False");
    break;
  case VALUE_INT:
    buf_addf(out, "%" PRId64, x.integer);
    break;
  case VALUE_FLOAT:
    value_print_float(out, x.number);
    break;
  case VALUE_STRING:
    value_repr_string(out, x.string.s, x.string.n);
    break;
  case VALUE_LIST:
    repr_list(out, x.list, "[", "]");
    break;
  case VALUE_TUPLE:
    repr_list(out, x.list, "(", x.list->n == 1 ? ",)" : ")");
    break;
  case VALUE_VIEW:
    buf_adds(out, x.list->view);
    repr_list(out, x.list, "([", "])");
    break;
  case VALUE_DICT:
    repr_dict(out, x.dict);
    break;
  case VALUE_NAMESPACE:
    buf_adds(out, "<Namespace>");  /* its members can hold itself */
    break;
  case VALUE_RANGE:
    repr_range(out, x.range);
    break;
  case VALUE_LOOP:
    buf_addf(out, "<LoopContext %zu/%zu>", x.loop->index0 + 1, x.loop->items->n);
    break;
  case VALUE_STREAM:
    buf_adds(out, "<generator>");
    break;
  case VALUE_CALLABLE:
    buf_adds(out, "<function>");
    break;
  }
}

void
value_print(struct buf *out, struct value x)
{
  if (x.kind == VALUE_STRING)
    buf_add(out, x.string.s, x.string.n);
  else if (x.kind != VALUE_UNDEFINED)
    value_repr(out, x);
}
