#include "corpus/texts.h"

#include <stdbool.h>
#include <sys/mman.h>

#include "base/err.h"

#define FIRST_BYTES ((size_t)64 << 10)
#define BLOCK_BYTES ((size_t)32 << 20)
#define HUGE_BYTES ((size_t)2 << 20)

struct texts_block {
  char *from;
  size_t size, used;             /* used: the writer's */
  void *map;                     /* what was mapped, NULL: from the heap */
  size_t map_size;
};

void
texts_init(struct texts *t)
{
  memset(t, 0, sizeof *t);
}

void
texts_release(struct texts *t)
{
  for (size_t i = 0; i < t->n; i++) {
    struct texts_block *b = table_get(&t->blocks, i);

    if (b->map)
      munmap(b->map, b->map_size);
    else
      free(b->from);
    free(b);
  }
  table_release(&t->blocks);
}

/* Begins at a huge page; false: there is none to be had. */
static bool
map_block(struct texts_block *b)
{
  b->map_size = b->size + HUGE_BYTES;
  b->map = mmap(NULL, b->map_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (b->map == MAP_FAILED) {
    b->map = NULL;
    return false;
  }
  b->from = (char *)b->map + (-(uintptr_t)b->map & (HUGE_BYTES - 1));
  madvise(b->from, b->size, MADV_HUGEPAGE);
  return true;
}

static struct texts_block *
add_block(struct texts *t, size_t need)
{
  struct texts_block *b = xcalloc(1, sizeof *b);

  ensure(t->n < (size_t)TABLE_BLOCK * TABLE_BLOCKS);
  b->size = t->size_bytes < FIRST_BYTES ? FIRST_BYTES : t->size_bytes > BLOCK_BYTES ? BLOCK_BYTES : t->size_bytes;
  b->size = b->size < need ? need : b->size;
  if (b->size < HUGE_BYTES || !map_block(b))
    b->from = xmalloc(b->size);
  t->size_bytes += b->size;
  table_set(&t->blocks, t->n++, b);
  return b;
}

const char *
texts_add(struct texts *t, const char *s, uint32_t n)
{
  struct texts_block *b = t->n ? table_get(&t->blocks, t->n - 1) : NULL;
  size_t size = sizeof n + n + 1;
  char *copy;

  if (!b || b->size - b->used < size)
    b = add_block(t, size);
  copy = b->from + b->used + sizeof n;
  b->used += size;
  memcpy(copy - sizeof n, &n, sizeof n);
  memcpy(copy, s, n);
  copy[n] = '\0';
  return copy;
}

const char *
texts_block_end(const struct texts *t, const char *text)
{
  struct texts_block *b;

  for (size_t i = 0; (b = table_get(&t->blocks, i)); i++)
    if ((uintptr_t)text - (uintptr_t)b->from < b->size)
      return b->from + b->size;
  ensure(!"a text of this corpus");
  return text;
}
