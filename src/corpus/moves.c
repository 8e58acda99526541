#include "corpus/moves.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/corpus.h"

void
moves_init(struct moves *m)
{
  *m = (struct moves){.ring = xcalloc(MOVES_KEPT, sizeof *m->ring)};
}

void
moves_release(struct moves *m)
{
  free((void *)m->ring);
}

uint64_t
moves_count(const struct moves *m)
{
  return atomic_load_explicit(&((struct moves *)m)->n, memory_order_acquire);
}

/* ---- the writer ---- */

static void
write_move(struct moves *m, uint32_t first, uint32_t many)
{
  uint64_t at = atomic_load_explicit(&m->n, memory_order_relaxed) + m->pending++;

  atomic_store_explicit(&m->taken, at + 1, memory_order_relaxed);
  atomic_store_explicit(&m->ring[at % MOVES_KEPT], (uint64_t)first << 32 | many, memory_order_release);
}

void
moves_add(struct moves *m, uint32_t first, uint32_t many)
{
  if (many && m->many && first >= m->first && first <= m->first + m->many) {
    if (first + many > m->first + m->many)
      m->many = first + many - m->first;
    return;
  }
  if (m->many)
    write_move(m, m->first, m->many);
  m->first = first;
  m->many = many;
  if (!many)
    write_move(m, 0, 0);
}

void
moves_publish(struct moves *m)
{
  uint64_t n = atomic_load_explicit(&m->n, memory_order_relaxed);

  if (m->many)
    write_move(m, m->first, m->many);
  m->many = 0;
  atomic_store_explicit(&m->n, n + m->pending, memory_order_release);
  m->pending = 0;
}

/* ---- readers ---- */

static int
compare(const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

  return x < y ? -1 : x > y;
}

/* Writes the ids of sorted ranges, each once. */
static size_t
spread(const uint64_t *ranges, size_t n, uint32_t *ids, size_t max)
{
  size_t n_ids = 0;
  uint32_t next = 0;            /* ids below were written */

  for (size_t i = 0; i < n; i++) {
    uint32_t first = (uint32_t)(ranges[i] >> 32), end = first + (uint32_t)ranges[i];

    first = first > next ? first : next;
    if (end <= first)
      continue;
    if (end - first > max - n_ids)
      return CORPUS_MOVED_ALL;
    for (next = first; next < end; next++)
      ids[n_ids++] = next;
  }
  return n_ids;
}

size_t
moves_since(const struct moves *m, uint64_t since, uint64_t *now, uint32_t *ids, size_t max)
{
  uint64_t n = moves_count(m), *ranges;
  size_t n_ids;

  *now = n;
  if (since >= n)
    return since == n ? 0 : CORPUS_MOVED_ALL;
  if (n - since > MOVES_KEPT)
    return CORPUS_MOVED_ALL;
  ranges = xmalloc((n - since) * sizeof *ranges);
  for (uint64_t i = since; i < n; i++)
    ranges[i - since] = atomic_load_explicit(&m->ring[i % MOVES_KEPT], memory_order_acquire);
  if (atomic_load_explicit(&((struct moves *)m)->taken, memory_order_relaxed) - since > MOVES_KEPT) {
    free(ranges);
    return CORPUS_MOVED_ALL;
  }
  qsort(ranges, n - since, sizeof *ranges, compare);
  n_ids = spread(ranges, n - since, ids, max);
  free(ranges);
  return n_ids;
}
