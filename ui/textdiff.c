#include "ui/textdiff.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

struct word {
  const char *s;
  size_t n;
};
struct words {
  struct word *v;
  size_t n, cap;
};

/* Bytes of the word at s. */
static size_t
word_length(const char *s, size_t n)
{
  size_t len, at;
  uint32_t p = utf8_decode(s, n, &at);
  bool joins = utf8_is_alnum(p) && utf8_width(p) == 1;

  for (; at < n; at += len) {
    p = utf8_decode(s + at, n - at, &len);
    if (joins && (p == '\'' || p == 0x2019) && at + len < n) {  /* don't */
      size_t after;

      if (utf8_is_alnum(utf8_decode(s + at + len, n - at - len, &after)))
        continue;
    }
    if (utf8_width(p) != 0 && !(joins && utf8_is_alnum(p) && utf8_width(p) == 1))
      break;
  }
  return at;
}

static void
split(struct words *w, const char *s, size_t n)
{
  for (size_t at = 0, len; at < n; at += len) {
    len = word_length(s + at, n - at);
    GROW(w->v, w->cap, w->n + 1);
    w->v[w->n++] = (struct word){s + at, len};
  }
}

static bool
same(const struct word *a, const struct word *b)
{
  return a->n == b->n && memcmp(a->s, b->s, a->n) == 0;
}

static void
put(struct textdiff *d, enum textdiff_kind kind, const struct word *w)
{
  struct textdiff_part *last = d->n ? &d->parts[d->n - 1] : NULL;

  if (last && last->kind == kind && last->s + last->n == w->s) {
    last->n += w->n;
    return;
  }
  GROW(d->parts, d->cap, d->n + 1);
  d->parts[d->n++] = (struct textdiff_part){kind, w->s, w->n};
}

/* table[i * (m + 1) + j]: words that a[i..n) and b[j..m) have in common, in order. */
static uint16_t *
common_table(const struct word *a, size_t n, const struct word *b, size_t m)
{
  uint16_t *table;

  if (n > TEXTDIFF_WORDS || m > TEXTDIFF_WORDS)
    return NULL;
  table = xcalloc((n + 1) * (m + 1), sizeof *table);
  for (size_t i = n; i-- > 0;)
    for (size_t j = m; j-- > 0;) {
      const uint16_t *below = &table[(i + 1) * (m + 1) + j];
      uint16_t right = table[i * (m + 1) + j + 1];

      table[i * (m + 1) + j] = same(&a[i], &b[j]) ? (uint16_t)(below[1] + 1) : *below > right ? *below : right;
    }
  return table;
}

static void
middle(struct textdiff *d, const struct word *a, size_t n, const struct word *b, size_t m)
{
  uint16_t *table = common_table(a, n, b, m);
  size_t i = 0, j = 0;

  while (i < n || j < m) {
    const uint16_t *here = table ? &table[i * (m + 1) + j] : NULL;

    if (here && i < n && j < m && same(&a[i], &b[j])) {
      put(d, TEXTDIFF_SAME, &a[i++]);
      j++;
    } else if (i < n && (!here || j == m || here[m + 1] >= here[1])) {
      put(d, TEXTDIFF_REMOVED, &a[i++]);
    } else {
      put(d, TEXTDIFF_ADDED, &b[j++]);
    }
  }
  free(table);
}

void
textdiff_make(struct textdiff *d, const char *before, size_t n_before, const char *after, size_t n_after)
{
  struct words a = {0}, b = {0};
  size_t from = 0, n, m;

  *d = (struct textdiff){0};
  split(&a, before, n_before);
  split(&b, after, n_after);
  for (; from < a.n && from < b.n && same(&a.v[from], &b.v[from]); from++)
    put(d, TEXTDIFF_SAME, &a.v[from]);
  for (n = a.n, m = b.n; n > from && m > from && same(&a.v[n - 1], &b.v[m - 1]); n--, m--)
    ;
  if (n > from || m > from)
    middle(d, a.v + from, n - from, b.v + from, m - from);
  for (; n < a.n; n++)
    put(d, TEXTDIFF_SAME, &a.v[n]);
  free(a.v);
  free(b.v);
}

void
textdiff_release(struct textdiff *d)
{
  free(d->parts);
  *d = (struct textdiff){0};
}

void
textdiff_add(const struct textdiff *d, enum textdiff_kind side, enum style s, struct pane *p)
{
  for (size_t i = 0; i < d->n; i++) {
    const struct textdiff_part *part = &d->parts[i];

    if (part->kind == TEXTDIFF_SAME)
      pane_add(p, s, part->s, part->n);
    else if (part->kind == side)
      pane_add(p, side == TEXTDIFF_ADDED ? STYLE_WORD_ADDED : STYLE_WORD_REMOVED, part->s, part->n);
  }
}

void
textdiff_show(struct pane *p, const char *before, const char *after)
{
  struct textdiff d;

  textdiff_make(&d, before ? before : "", before ? strlen(before) : 0, after ? after : "", after ? strlen(after) : 0);
  if (before) {
    pane_str(p, STYLE_REMOVED, "- ");
    textdiff_add(&d, TEXTDIFF_REMOVED, STYLE_NORMAL, p);
    pane_str(p, STYLE_NORMAL, "\n");
  }
  if (after) {
    pane_str(p, STYLE_ADDED, "+ ");
    textdiff_add(&d, TEXTDIFF_ADDED, STYLE_NORMAL, p);
    pane_str(p, STYLE_NORMAL, "\n");
  }
  textdiff_release(&d);
}
