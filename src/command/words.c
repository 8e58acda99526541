#include "command/words.h"

#include <stdlib.h>
#include <string.h>

static bool
is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Takes one character (or an escaped one) of a word that stands in `quote` (0: in none). */
static void
take(struct buf *out, const char *line, size_t n, size_t *i, char *quote)
{
  char c = line[*i];

  ++*i;
  if (c == *quote) {
    *quote = 0;
  } else if (*quote == 0 && (c == '\'' || c == '"')) {
    *quote = c;
  } else if (c == '\\' && *quote != '\'' && (*quote == 0 || (*i < n && (line[*i] == '"' || line[*i] == '\\')))) {
    if (*i < n)
      buf_addc(out, line[(*i)++]);
    else
      *quote = '\\';
  } else {
    buf_addc(out, c);
  }
}

int
words_split(struct words *w, const char *line, size_t n, struct err *e)
{
  struct buf word = BUF_INIT;
  int r = 0;

  *w = (struct words){0};
  arena_init(&w->arena);
  if (n > WORDS_LINE_BYTES)
    return err_set(e, ERR_INPUT, "the line is longer than %zu bytes", WORDS_LINE_BYTES);
  for (size_t i = 0; r == 0;) {
    char quote = 0;
    size_t from;

    while (i < n && is_blank(line[i]))
      i++;
    if (i == n)
      break;
    buf_clear(&word);
    for (from = i; i < n && (quote || !is_blank(line[i]));)
      take(&word, line, n, &i, &quote);
    GROW(w->v, w->cap, w->n + 1);
    w->v[w->n++] = (struct word){arena_strndup(&w->arena, buf_str(&word), word.n), from, i, quote};
    if (quote == '\\')
      r = err_set(e, ERR_INPUT, "column %zu: nothing follows the backslash", n);
    else if (quote)
      r = err_set(e, ERR_INPUT, "column %zu: the quote %c is not closed", from + 1, quote);
  }
  buf_release(&word);
  return r;
}

void
words_release(struct words *w)
{
  free(w->v);
  arena_release(&w->arena);
  *w = (struct words){0};
}

void
words_quote(struct buf *out, const char *s)
{
  if (*s && !s[strcspn(s, " \t\r\n'\"\\")]) {
    buf_adds(out, s);
  } else if (!strchr(s, '\'')) {
    buf_addf(out, "'%s'", s);
  } else {
    buf_addc(out, '"');
    for (; *s; s++) {
      if (*s == '"' || *s == '\\')
        buf_addc(out, '\\');
      buf_addc(out, *s);
    }
    buf_addc(out, '"');
  }
}
