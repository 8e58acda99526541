#include "command/diff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct text_lines {
  struct { const char *s; size_t n; } *v;
  size_t n, cap;
};

static void
split(struct text_lines *l, const char *s)
{
  while (*s) {
    size_t n = strcspn(s, "\n");

    GROW(l->v, l->cap, l->n + 1);
    l->v[l->n].s = s;
    l->v[l->n++].n = n;
    s += n + (s[n] == '\n');
  }
}

static bool
same(const struct text_lines *a, size_t i, const struct text_lines *b, size_t j)
{
  return a->v[i].n == b->v[j].n && memcmp(a->v[i].s, b->v[j].s, a->v[i].n) == 0;
}

static void
put(struct buf *out, char sign, const struct text_lines *l, size_t i)
{
  buf_addc(out, sign);
  buf_add(out, l->v[i].s, l->v[i].n);
  buf_addc(out, '\n');
}

/* The middle part, a[from..n) and b[from..m). */
static void
middle(const struct text_lines *a, size_t n, const struct text_lines *b, size_t m, size_t from, struct buf *out)
{
  size_t rows = n - from, columns = m - from, i = 0, j = 0;
  bool few = rows <= DIFF_LINES && columns <= DIFF_LINES;
  uint16_t *length = few ? xcalloc((rows + 1) * (columns + 1), sizeof *length) : NULL;

#define LENGTH(i, j) length[(i) * (columns + 1) + (j)]
  for (size_t x = rows; length && x-- > 0;)
    for (size_t y = columns; y-- > 0;) {
      uint16_t down = LENGTH(x + 1, y), right = LENGTH(x, y + 1);

      if (same(a, from + x, b, from + y))
        LENGTH(x, y) = (uint16_t)(LENGTH(x + 1, y + 1) + 1);
      else
        LENGTH(x, y) = down > right ? down : right;
    }
  while (i < rows || j < columns) {
    if (length && i < rows && j < columns && same(a, from + i, b, from + j)) {
      put(out, ' ', a, from + i++);
      j++;
    } else if (i < rows && (!length || j == columns || LENGTH(i + 1, j) >= LENGTH(i, j + 1))) {
      put(out, '-', a, from + i++);
    } else {
      put(out, '+', b, from + j++);
    }
  }
#undef LENGTH
  free(length);
}

void
diff_lines(const char *older, const char *newer, struct buf *out)
{
  struct text_lines a = {0}, b = {0};
  size_t from = 0, n, m;

  split(&a, older);
  split(&b, newer);
  while (from < a.n && from < b.n && same(&a, from, &b, from))
    put(out, ' ', &a, from++);
  for (n = a.n, m = b.n; n > from && m > from && same(&a, n - 1, &b, m - 1); n--, m--)
    ;
  middle(&a, n, &b, m, from, out);
  for (; n < a.n; n++)
    put(out, ' ', &a, n);
  free(a.v);
  free(b.v);
}
