#include "prompt/jinja.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "prompt/run.h"

/* A copy with \n for every line end, and without the last one. */
static size_t
copy_source(char *to, const char *s, size_t n)
{
  size_t m = 0;

  for (size_t i = 0; i < n; i++) {
    if (s[i] == '\r' && i + 1 < n && s[i + 1] == '\n')
      continue;
    to[m++] = s[i] == '\r' ? '\n' : s[i];
  }
  if (m > 0 && to[m - 1] == '\n')
    m--;
  to[m] = '\0';
  return m;
}

struct jinja *
jinja_parse(struct arena *a, const char *source, size_t n, const char *name, int first_line, struct err *e)
{
  struct jinja *t = arena_alloc(a, sizeof *t);
  const char *nul;
  char *copy;
  size_t bad;

  t->source.name = name ? arena_strdup(a, name) : "template";
  t->source.first_line = first_line;
  if (n > JINJA_SOURCE_BYTES) {
    err_set(e, ERR_INPUT, "%s: the template is longer than %zu bytes", t->source.name, JINJA_SOURCE_BYTES);
    return NULL;
  }
  copy = arena_bytes(a, n + 1);
  t->source.s = copy;
  t->source.n = copy_source(copy, source, n);
  nul = memchr(copy, '\0', t->source.n);
  if (nul || !utf8_valid(copy, t->source.n, &bad)) {
    source_fail(&t->source, (uint32_t)(nul ? (size_t)(nul - copy) : bad), e, nul ? "a NUL character" : "invalid UTF-8");
    return NULL;
  }
  t->body = parse_source(a, &t->source, e);
  return t->body ? t : NULL;
}

int
jinja_render(const struct jinja *t, struct value scope, struct buf *out, struct err *e)
{
  struct buf text = {.max = JINJA_OUTPUT_BYTES};
  struct run r = {.t = t, .scope = scope, .out = &text, .e = e, .body_text = value_none()};
  struct frame top = {0};
  int result;

  arena_init(&r.arena);
  top.names = value_dict(&r.arena);
  r.frame = &top;
  result = render(&r, t->body);
  if (result == 0 && buf_add(out, buf_str(&text), text.n) < 0)
    result = run_fail(&r, "the text grows too long");
  buf_release(&text);
  arena_release(&r.arena);
  return result;
}

bool
jinja_place(const struct err *e, int *line, int *column)
{
  for (const char *s = e->message; (s = strchr(s, ':')); s++) {
    char *after, *after2;
    long l = strtol(s + 1, &after, 10), c;

    if (after == s + 1 || *after != ':')
      continue;
    c = strtol(after + 1, &after2, 10);
    if (after2 == after + 1 || after2[0] != ':' || after2[1] != ' ' || l < 1 || c < 1)
      continue;
    *line = (int)l;
    *column = (int)c;
    return true;
  }
  return false;
}
