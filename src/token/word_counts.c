#include "token/word_counts.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/pool.h"

#define CHUNK 512u       /* texts that a thread takes at once */
#define PARTS_MAX 64     /* threads */

struct part {
  struct lexicon words;
  uint64_t *count;
  size_t cap;
};

struct work {
  const char *const *texts;
  size_t n, stride;        /* every stride-th of n */
  enum scan_way way;
  bool lower;
  atomic_size_t next;
  struct part parts[PARTS_MAX];
};

static void
count_word(struct part *p, const char *s, size_t n, uint64_t times)
{
  uint32_t before = p->words.n, word;

  word = lexicon_add(&p->words, s, n, 0);
  GROW(p->count, p->cap, (size_t)word + 1);
  if (word == before)
    p->count[word] = 0;
  p->count[word] += times;
}

static void
count_texts(void *arg, int thread, int n_threads)
{
  struct work *w = arg;
  struct part *p = &w->parts[thread];
  struct scan s;
  struct word word;
  size_t first;

  (void)n_threads;
  while ((first = atomic_fetch_add(&w->next, CHUNK)) < w->n)
    for (size_t i = first; i < first + CHUNK && i < w->n; i++) {
      if (i % w->stride)
        continue;
      scan_begin(&s, w->texts[i], w->way, w->lower);
      while (scan_next(&s, &word))
        count_word(p, word.bytes, word.n_bytes, 1);
    }
}

static int
compare(const void *a, const void *b, void *arg)
{
  const struct word_counts *c = arg;
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  if (c->count[x] != c->count[y])
    return c->count[x] > c->count[y] ? -1 : 1;
  return strcmp(lexicon_string(&c->words, x), lexicon_string(&c->words, y));
}

/* Sums over threads do not depend on which thread counted what, and the order is made from the sums. */
static void
merge(struct work *w, int threads)
{
  struct part *all = &w->parts[0];

  for (int t = 1; t < threads; t++) {
    struct part *p = &w->parts[t];

    for (uint32_t i = 0; i < p->words.n; i++)
      count_word(all, lexicon_string(&p->words, i), lexicon_length(&p->words, i), p->count[i]);
    lexicon_release(&p->words);
    free(p->count);
  }
}

/* So that neither numbers of words nor their bytes outgrow a lexicon. */
static size_t
stride_of(const char *const *texts, size_t n)
{
  size_t bytes = 0;

  for (size_t i = 0; i < n; i++)
    bytes += strnlen(texts[i], SCAN_MAX_BYTES);
  return bytes / WORD_COUNTS_MAX_BYTES + 1;
}

void
word_counts_of(struct word_counts *c, const char *const *texts, size_t n, enum scan_way way, bool lower,
               uint64_t min_count, int threads)
{
  struct work *w = xcalloc(1, sizeof *w);

  w->texts = texts;
  w->n = n;
  w->stride = stride_of(texts, n);
  w->way = way;
  w->lower = lower;
  threads = pool_threads(threads);
  ensure(threads <= PARTS_MAX);
  pool_run(threads, count_texts, w);
  merge(w, threads);
  *c = (struct word_counts){.words = w->parts[0].words, .count = w->parts[0].count};
  free(w);
  c->order = xmalloc((c->words.n + 1) * sizeof *c->order);
  for (uint32_t i = 0; i < c->words.n; i++)
    if (c->count[i] >= min_count)
      c->order[c->n++] = i;
  qsort_r(c->order, c->n, sizeof *c->order, compare, c);
}

void
word_counts_release(struct word_counts *c)
{
  lexicon_release(&c->words);
  free(c->count);
  free(c->order);
  *c = (struct word_counts){0};
}
