#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define ARENA_FIRST_BYTES ((size_t)1 << 10)
#define ARENA_BLOCK_BYTES ((size_t)64 << 10)

static void *
checked(void *p, size_t size)
{
  if (!p && size) {
    fprintf(stderr, "retort: out of memory (%zu bytes asked for)\n", size);
    exit(1);
  }
  return p;
}

void *
xmalloc(size_t size)
{
  return checked(malloc(size ? size : 1), size);
}

void *
xcalloc(size_t n, size_t size)
{
  return checked(calloc(n ? n : 1, size ? size : 1), n * size);
}

void *
xrealloc(void *p, size_t size)
{
  return checked(realloc(p, size ? size : 1), size);
}

char *
xstrndup(const char *s, size_t n)
{
  char *copy = xmalloc(n + 1);

  memcpy(copy, s, n);
  copy[n] = '\0';
  return copy;
}

char *
xstrdup(const char *s)
{
  return xstrndup(s, strlen(s));
}

char *
xasprintf(const char *format, ...)
{
  va_list args;
  char *s;
  int n;

  va_start(args, format);
  n = vasprintf(&s, format, args);
  va_end(args);
  return checked(n < 0 ? NULL : s, 1);
}

void *
mem_grow(void *p, size_t *cap, size_t need, size_t size)
{
  size_t n = *cap ? *cap : 8;

  while (n < need)
    n *= 2;
  ensure(n <= SIZE_MAX / size);
  *cap = n;
  return xrealloc(p, n * size);
}

struct arena_block {
  struct arena_block *next;
  size_t used, size;
  _Alignas(max_align_t) char bytes[];
};

void
arena_init(struct arena *a)
{
  a->blocks = NULL;
  a->size_bytes = 0;
}

void
arena_release(struct arena *a)
{
  struct arena_block *b, *next;

  for (b = a->blocks; b; b = next) {
    next = b->next;
    free(b);
  }
  arena_init(a);
}

/* As much as there is so far: an arena of a few words stays small. */
static size_t
next_block(const struct arena *a)
{
  size_t n = a->size_bytes < ARENA_FIRST_BYTES ? ARENA_FIRST_BYTES : a->size_bytes;

  return n < ARENA_BLOCK_BYTES ? n : ARENA_BLOCK_BYTES;
}

char *
arena_bytes(struct arena *a, size_t size)
{
  struct arena_block *b = a->blocks;

  if (!b || b->size - b->used < size) {
    size_t block = next_block(a), want = size > block / 4 ? size : block;
    struct arena_block *fresh = xmalloc(sizeof *fresh + want);

    fresh->used = 0;
    fresh->size = want;
    /* A block made for one large piece goes behind the current one, which still has room for small ones. */
    if (b && want == size) {
      fresh->next = b->next;
      b->next = fresh;
    } else {
      fresh->next = b;
      a->blocks = fresh;
    }
    b = fresh;
  }
  b->used += size;
  a->size_bytes += size;
  return b->bytes + b->used - size;
}

void *
arena_alloc(struct arena *a, size_t size)
{
  const size_t align = _Alignof(max_align_t);
  char *p = arena_bytes(a, size + align - 1);

  p += -(uintptr_t)p & (align - 1);
  memset(p, 0, size);
  return p;
}

char *
arena_strndup(struct arena *a, const char *s, size_t n)
{
  char *copy = arena_bytes(a, n + 1);

  memcpy(copy, s, n);
  copy[n] = '\0';
  return copy;
}

char *
arena_strdup(struct arena *a, const char *s)
{
  return arena_strndup(a, s, strlen(s));
}
