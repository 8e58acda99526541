#include "token/vectors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "token/own.h"


/* ---- numbers ---- */

struct digits {
  uint64_t value;
  int n, exponent;          /* digits met; power of ten that value has lost */
};

static const char *
read_digits(struct digits *d, const char *s, int after_point)
{
  for (; *s >= '0' && *s <= '9'; s++, d->n++) {
    if (d->value < UINT64_C(100000000000000000)) {
      d->value = d->value * 10 + (uint64_t)(*s - '0');
      d->exponent -= after_point;
    } else {
      d->exponent += !after_point;
    }
  }
  return s;
}

/* A decimal number that ends at `end`; false: it is none, or not finite. Not strtof: that one goes by the locale. */
static bool
read_float(const char *s, const char *end, float *out)
{
  struct digits d = {0}, power = {0};
  bool minus = *s == '-', minus_power = false;
  double x;

  s += *s == '-' || *s == '+';
  s = read_digits(&d, s, 0);
  if (*s == '.')
    s = read_digits(&d, s + 1, 1);
  if (d.n == 0)
    return false;
  if (*s == 'e' || *s == 'E') {
    minus_power = s[1] == '-';
    s = read_digits(&power, s + 1 + (s[1] == '-' || s[1] == '+'), 0);
    if (power.n == 0 || power.n > 4)
      return false;
  }
  d.exponent += minus_power ? -(int)power.value : (int)power.value;
  x = (double)d.value * pow(10, d.exponent);
  *out = (float)(minus ? -x : x);
  return s == end && isfinite(*out);
}

/* ---- lines ---- */

/* Where the last n fields begin, or NULL. Fields are parted by single spaces or tabs. */
static char *
last_fields(char *s, char *end, size_t n)
{
  for (; n > 0; n--) {
    if (end == s)
      return NULL;
    while (end > s && end[-1] != ' ' && end[-1] != '\t')
      end--;
    if (end == s)
      return NULL;  /* no word before it */
    end--;
  }
  return end + 1;
}

static size_t
count_fields(const char *s, const char *end)
{
  size_t n = 1;

  for (; s < end; s++)
    n += *s == ' ' || *s == '\t';
  return n;
}

/* "2000000 300": the first line of a .vec file. */
static bool
is_head(const char *s, const char *end, size_t *width)
{
  struct digits count = {0}, w = {0};

  s = read_digits(&count, s, 0);
  if (count.n == 0 || *s++ != ' ')
    return false;
  s = read_digits(&w, s, 0);
  *width = w.value > VECTORS_MAX_WIDTH ? VECTORS_MAX_WIDTH + 1 : (size_t)w.value;
  return w.n > 0 && s == end;
}

static int
check_width(struct vectors *v, const struct lines *l, size_t width, struct err *e)
{
  if (width < 1 || width > VECTORS_MAX_WIDTH)
    return err_set(e, ERR_INPUT, "%s:%llu: no word vectors: a word and 1 to %zu numbers a line are needed", l->name,
                   (unsigned long long)l->number, VECTORS_MAX_WIDTH);
  if (v->width && v->width != width)
    return err_set(e, ERR_INPUT, "%s:%llu: vectors of %zu numbers, %zu are wanted", l->name,
                   (unsigned long long)l->number, width, v->width);
  v->width = width;
  return 0;
}

/* ---- words ---- */

struct found {
  uint32_t *place;   /* of each string, 1 + where its vector stands; 0: not yet */
  bool *exact;       /* the file had it as it is */
  size_t cap_rows, cap_values;
};

/* The string of the vocabulary that a word of the file stands for. */
static uint32_t
string_of(const struct tokenizer *t, const char *s, size_t n, bool *exact)
{
  uint8_t kind = t->o.unit == TOKEN_BPE ? PIECE_MARKED : PIECE_PLAIN;
  uint32_t number = lexicon_of(&t->strings, s, n, kind);
  struct scan scan;
  struct word w, rest;

  *exact = number != LEXICON_NONE;
  if (*exact)
    return number;
  scan_begin(&scan, s, tokenizer_way(t->o.unit), t->o.lower);
  if (!scan_next(&scan, &w) || scan_next(&scan, &rest))
    return LEXICON_NONE;
  return lexicon_of(&t->strings, w.bytes, w.n_bytes, kind);
}

static float *
place_for(struct vectors *v, struct found *f, uint32_t number)
{
  if (!f->place[number]) {
    GROW(v->rows, f->cap_rows, v->n + 1);
    GROW(v->values, f->cap_values, (v->n + 1) * v->width);
    v->rows[v->n] = TOKEN_N_SPECIAL + number;
    f->place[number] = (uint32_t)++v->n;
  }
  return v->values + (f->place[number] - 1) * v->width;
}

static int
read_numbers(const struct vectors *v, const struct lines *l, const char *s, const char *end, float *out, struct err *e)
{
  for (size_t i = 0; i < v->width; i++) {
    const char *stop = s + strcspn(s, " \t");

    if (stop > end || !read_float(s, stop, &out[i]))
      return err_set(e, ERR_INPUT, "%s:%llu: '%.*s' is no number", l->name, (unsigned long long)l->number,
                     (int)(stop - s < 40 ? stop - s : 40), s);
    s = stop + 1;
  }
  return 0;
}

static int
read_line(struct vectors *v, const struct tokenizer *t, struct found *f, const struct lines *l, char *s, size_t n,
          struct err *e)
{
  char *end = s + n, *numbers = last_fields(s, end, v->width);
  uint32_t number;
  bool exact;

  if (!numbers)
    return err_set(e, ERR_INPUT, "%s:%llu: a word and %zu numbers are wanted", l->name, (unsigned long long)l->number,
                   v->width);
  numbers[-1] = '\0';
  number = string_of(t, s, (size_t)(numbers - 1 - s), &exact);
  if (number == LEXICON_NONE || (f->place[number] && (f->exact[number] || !exact)))
    return 0;
  f->exact[number] = exact;
  return read_numbers(v, l, numbers, end, place_for(v, f, number), e);
}

static int
read_lines(struct vectors *v, const struct tokenizer *t, struct found *f, struct lines *l, struct err *e)
{
  char *s;
  size_t n, width;
  int r;

  while ((r = lines_next(l, &s, &n, e)) == 1) {
    while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
      s[--n] = '\0';
    if (l->number == 1) {
      bool head = is_head(s, s + n, &width);

      if (check_width(v, l, head ? width : count_fields(s, s + n) - 1, e) < 0)
        return -1;
      if (head)
        continue;
    }
    if (n > 0 && read_line(v, t, f, l, s, n, e) < 0)
      return -1;
  }
  return r;
}

int
vectors_read(struct vectors *v, const struct tokenizer *t, const char *path, size_t width, struct err *e)
{
  struct found f = {0};
  struct lines l;
  int r;

  *v = (struct vectors){.width = width};
  if (lines_open(&l, path, VECTORS_MAX_LINE, e) < 0)
    return -1;
  f.place = xcalloc((size_t)t->strings.n + 1, sizeof *f.place);
  f.exact = xcalloc((size_t)t->strings.n + 1, sizeof *f.exact);
  r = read_lines(v, t, &f, &l, e);
  free(f.place);
  free(f.exact);
  lines_close(&l);
  if (r < 0)
    vectors_release(v);
  return r;
}

void
vectors_release(struct vectors *v)
{
  free(v->rows);
  free(v->values);
  *v = (struct vectors){0};
}
