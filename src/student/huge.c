#include "student/huge.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/mem.h"

#define HUGE_PAGE ((size_t)2 << 20)

void *
huge_new(struct huge *t, size_t size_bytes)
{
  *t = (struct huge){.size_bytes = size_bytes};
  if (size_bytes < 2 * HUGE_PAGE)
    return t->start = xcalloc(size_bytes + 1, 1);
  t->size_bytes = (size_bytes + 2 * HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
  t->start = mmap(NULL, t->size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (t->start == MAP_FAILED)
    xmalloc(SIZE_MAX / 2);  /* ends the program with its word */
  t->mapped = true;
  madvise(t->start, t->size_bytes, MADV_HUGEPAGE);
  return (void *)(((uintptr_t)t->start + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
}

void
huge_free(struct huge *t)
{
  if (t->mapped)
    munmap(t->start, t->size_bytes);
  else
    free(t->start);
  *t = (struct huge){0};
}
