#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

void
buf_init(struct buf *b, size_t max)
{
  *b = (struct buf){.max = max};
}

void
buf_release(struct buf *b)
{
  free(b->s);
  buf_init(b, b->max);
}

void
buf_clear(struct buf *b)
{
  b->n = 0;
  b->over = false;
  if (b->s)
    b->s[0] = '\0';
}

const char *
buf_str(const struct buf *b)
{
  return b->s ? b->s : "";
}

char *
buf_take(struct buf *b)
{
  char *s = b->s ? b->s : xstrdup("");

  buf_init(b, b->max);
  return s;
}

int
buf_add(struct buf *b, const char *s, size_t n)
{
  if (b->over || n > b->max - b->n) {
    b->over = true;
    return -1;
  }
  GROW(b->s, b->cap, b->n + n + 1);
  if (n)
    memcpy(b->s + b->n, s, n);
  b->n += n;
  b->s[b->n] = '\0';
  return 0;
}

int
buf_adds(struct buf *b, const char *s)
{
  return buf_add(b, s, strlen(s));
}

int
buf_addc(struct buf *b, char c)
{
  return buf_add(b, &c, 1);
}

int
buf_addn(struct buf *b, char c, size_t n)
{
  while (n-- > 0)
    if (buf_addc(b, c) < 0)
      return -1;
  return 0;
}

int
buf_vaddf(struct buf *b, const char *format, va_list args)
{
  char small[512];
  va_list again;
  int n, r;

  va_copy(again, args);
  n = vsnprintf(small, sizeof small, format, args);
  ensure(n >= 0);
  if ((size_t)n < sizeof small) {
    r = buf_add(b, small, (size_t)n);
  } else {
    char *s = xmalloc((size_t)n + 1);

    vsnprintf(s, (size_t)n + 1, format, again);
    r = buf_add(b, s, (size_t)n);
    free(s);
  }
  va_end(again);
  return r;
}

int
buf_addf(struct buf *b, const char *format, ...)
{
  va_list args;
  int r;

  va_start(args, format);
  r = buf_vaddf(b, format, args);
  va_end(args);
  return r;
}

void
buf_truncate(struct buf *b, size_t n)
{
  ensure(n <= b->n);
  b->n = n;
  if (b->s)
    b->s[n] = '\0';
}
