#include "student/features.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/pool.h"

#define CHUNK 256   /* texts */
#define PARTS 16    /* of the key space, for counting: fixed, so that the order does not depend on the threads */

/* The keys of some texts one after another; later the ids that they became, in place. */
struct chunk {
  uint32_t *keys;
  uint32_t ends[CHUNK], splits[CHUNK];
};

struct work {
  const struct ngram_options *options;
  const struct example *x;
  size_t n, n_chunks;
  struct chunk *chunks;
  atomic_size_t next;
  const struct vocabulary *vocabulary;
  struct part *parts;
  struct rows *rows;
};

static size_t
chunk_size(const struct work *w, size_t c)
{
  return w->n - c * CHUNK < CHUNK ? w->n - c * CHUNK : CHUNK;
}

static void
hash_chunks(void *arg, int thread, int n_threads)
{
  struct work *w = arg;
  struct ngrams g = NGRAMS_INIT;
  size_t c;

  (void)thread, (void)n_threads;
  while ((c = atomic_fetch_add(&w->next, 1)) < w->n_chunks) {
    struct chunk *k = &w->chunks[c];
    size_t n = 0, cap = 0;

    for (size_t i = 0; i < chunk_size(w, c); i++) {
      const struct example *x = &w->x[c * CHUNK + i];

      ngrams_of(&g, w->options, x->text, x->text2);
      GROW(k->keys, cap, n + g.n);
      if (g.n)
        memcpy(k->keys + n, g.keys, g.n * sizeof *g.keys);
      k->splits[i] = (uint32_t)(n + g.n_words);
      k->ends[i] = (uint32_t)(n += g.n);
    }
  }
  ngrams_release(&g);
}

/* ---- counting --------------------------------------------------------------------------------------------------- */

struct count {
  uint32_t key, n, last;  /* texts that hold it (0: empty slot); the last of them + 1 */
};
struct part {
  struct count *slots;
  size_t n, cap;
};

static struct count *
count_slot(struct count *slots, size_t cap, uint32_t key)
{
  size_t i = key * 0x9e3779b1u >> 4 & (cap - 1);

  while (slots[i].n && slots[i].key != key)
    i = (i + 1) & (cap - 1);
  return &slots[i];
}

static void
enlarge_part(struct part *p)
{
  size_t cap = p->cap ? p->cap * 4 : 1024;
  struct count *slots = xcalloc(cap, sizeof *slots);

  for (size_t i = 0; i < p->cap; i++)
    if (p->slots[i].n)
      *count_slot(slots, cap, p->slots[i].key) = p->slots[i];
  free(p->slots);
  p->slots = slots;
  p->cap = cap;
}

static void
count_key(struct part *p, uint32_t key, uint32_t text)
{
  struct count *s;

  if (2 * p->n + 2 > p->cap)
    enlarge_part(p);
  s = count_slot(p->slots, p->cap, key);
  if (!s->n) {
    s->key = key;
    p->n++;
  } else if (s->last == text + 1) {
    return;
  }
  s->last = text + 1;
  s->n++;
}

static inline uint32_t
part_of(uint32_t key)
{
  return key >> 20 & (PARTS - 1);
}

/* Each thread counts its share of the parts, over all texts. */
static void
count_parts(void *arg, int thread, int n_threads)
{
  struct work *w = arg;
  struct part mine[PARTS] = {{0}};

  for (size_t c = 0; c < w->n_chunks; c++) {
    const struct chunk *k = &w->chunks[c];
    uint32_t j = 0;

    for (size_t i = 0; i < chunk_size(w, c); i++)
      for (; j < k->ends[i]; j++)
        if ((int)part_of(k->keys[j]) % n_threads == thread)
          count_key(&mine[part_of(k->keys[j])], k->keys[j], (uint32_t)(c * CHUNK + i));
  }
  for (int p = thread; p < PARTS; p += n_threads)
    w->parts[p] = mine[p];
}

#define RANKS 4096  /* counts from here on rank alike */

static uint32_t
rank_of(const struct count *s, const struct feature_limits *limits)
{
  uint32_t least = s->key & NGRAM_CHARACTERS ? limits->min_characters : limits->min_words;

  return s->n == 0 || s->n < least ? 0 : s->n < RANKS ? s->n : RANKS - 1;
}

/* The keys that are frequent enough, by rank (a counting sort over the parts in order). */
static void
order_keys(struct vocabulary *v, const struct part *parts, const struct feature_limits *limits)
{
  size_t *at = xcalloc(RANKS, sizeof *at), n = 0;

  for (size_t p = 0; p < PARTS; p++)
    for (size_t i = 0; i < parts[p].cap; i++)
      at[rank_of(&parts[p].slots[i], limits)]++;
  for (size_t r = RANKS; r-- > 1;) {
    size_t m = at[r];

    at[r] = n;
    n += m;
  }
  v->n = (uint32_t)(n < limits->max ? n : limits->max);
  v->keys = xmalloc((v->n + 1) * sizeof *v->keys);
  v->counts = xmalloc((v->n + 1) * sizeof *v->counts);
  for (size_t p = 0; p < PARTS; p++)
    for (size_t i = 0; i < parts[p].cap; i++) {
      const struct count *s = &parts[p].slots[i];
      uint32_t r = rank_of(s, limits);

      if (r && at[r] < v->n) {
        v->keys[at[r]] = s->key;
        v->counts[at[r]] = s->n;
      }
      at[r] += r != 0;
    }
  free(at);
}

static int
index_keys(struct vocabulary *v)
{
  size_t cap = 16;

  while (cap < 2 * (size_t)v->n)
    cap *= 2;
  v->mask = (uint32_t)(cap - 1);
  v->slots = xmalloc(cap * sizeof *v->slots);
  memset(v->slots, 0xff, cap * sizeof *v->slots);
  for (uint32_t id = 0; id < v->n; id++) {
    uint32_t i = vocabulary_slot_of(v->keys[id], v->mask);

    for (; v->slots[i].id != FEATURE_NONE; i = (i + 1) & v->mask)
      if (v->slots[i].key == v->keys[id])
        return -1;
    v->slots[i] = (struct vocabulary_slot){v->keys[id], id};
  }
  return 0;
}

int
vocabulary_from_keys(struct vocabulary *v, uint32_t *keys, uint32_t n)
{
  *v = (struct vocabulary){.keys = keys, .n = n};
  return index_keys(v);
}

/* ---- keys to rows ----------------------------------------------------------------------------------------------- */

/* Keys become ids in place: unknown ones and repetitions go. seen[id] is the number of the last text that held it. */
static void
number_chunk(const struct vocabulary *v, struct chunk *k, size_t n, uint32_t *seen, uint32_t *text)
{
  uint32_t from = 0, to = 0;

  for (size_t i = 0; i < n; i++) {
    uint32_t split = k->splits[i];

    ++*text;
    for (; from < k->ends[i]; from++) {
      uint32_t id;

      if (from == split)
        k->splits[i] = to;
      if (from + VOCABULARY_AHEAD < k->ends[n - 1])
        vocabulary_fetch(v, k->keys[from + VOCABULARY_AHEAD]);
      id = vocabulary_find(v, k->keys[from]);
      if (id == FEATURE_NONE || seen[id] == *text)
        continue;
      seen[id] = *text;
      k->keys[to++] = id;
    }
    if (split == from)
      k->splits[i] = to;
    k->ends[i] = to;
  }
}

static void
number_chunks(void *arg, int thread, int n_threads)
{
  struct work *w = arg;
  uint32_t *seen = xcalloc(w->vocabulary->n + 1, sizeof *seen), text = 0;
  size_t c;

  (void)thread, (void)n_threads;
  while ((c = atomic_fetch_add(&w->next, 1)) < w->n_chunks)
    number_chunk(w->vocabulary, &w->chunks[c], chunk_size(w, c), seen, &text);
  free(seen);
}

static void
join_chunks(void *arg, int thread, int n_threads)
{
  struct work *w = arg;
  struct rows *r = w->rows;
  size_t c;

  (void)thread, (void)n_threads;
  while ((c = atomic_fetch_add(&w->next, 1)) < w->n_chunks) {
    struct chunk *k = &w->chunks[c];
    uint64_t from = r->start[c * CHUNK];
    size_t n = chunk_size(w, c);

    for (size_t i = 0; i < n; i++) {
      r->split[c * CHUNK + i] = from + k->splits[i];
      if (i + 1 < n)
        r->start[c * CHUNK + i + 1] = from + k->ends[i];
    }
    if (k->keys)
      memcpy(r->ids + from, k->keys, k->ends[n - 1] * sizeof *k->keys);
    free(k->keys);
  }
}

static void
run(struct work *w, int threads, void (*step)(void *, int, int))
{
  atomic_store(&w->next, 0);
  pool_run(threads, step, w);
}

static void
make_rows(struct work *w, struct rows *rows, int threads)
{
  run(w, threads, number_chunks);
  *rows = (struct rows){.n = w->n};
  rows->start = xmalloc((w->n + 1) * sizeof *rows->start);
  rows->split = xmalloc((w->n + 1) * sizeof *rows->split);
  rows->start[0] = 0;
  for (size_t c = 0; c < w->n_chunks; c++) {
    size_t end = c * CHUNK + chunk_size(w, c);

    rows->start[end] = rows->start[c * CHUNK] + w->chunks[c].ends[chunk_size(w, c) - 1];
  }
  rows->ids = xmalloc((rows->start[w->n] + 1) * sizeof *rows->ids);
  w->rows = rows;
  run(w, threads, join_chunks);
  free(w->chunks);
}

static void
hash_texts(struct work *w, int threads)
{
  w->n_chunks = (w->n + CHUNK - 1) / CHUNK;
  w->chunks = xcalloc(w->n_chunks + 1, sizeof *w->chunks);
  run(w, threads, hash_chunks);
}

void
rows_build(struct rows *rows, const struct vocabulary *v, const struct ngram_options *o, const struct example *x, size_t n,
           int threads)
{
  struct work w = {.options = o, .x = x, .n = n, .vocabulary = v};

  hash_texts(&w, threads);
  make_rows(&w, rows, threads);
}

void
vocabulary_build(struct vocabulary *v, struct rows *rows, const struct ngram_options *o, const struct feature_limits *limits,
                 const struct example *x, size_t n, int threads)
{
  struct part parts[PARTS] = {{0}};
  struct work w = {.options = o, .x = x, .n = n, .parts = parts, .vocabulary = v};

  *v = (struct vocabulary){0};
  hash_texts(&w, threads);
  run(&w, threads < PARTS ? threads : PARTS, count_parts);
  order_keys(v, parts, limits);
  for (size_t p = 0; p < PARTS; p++)
    free(parts[p].slots);
  ensure(index_keys(v) == 0);
  make_rows(&w, rows, threads);
}

void
vocabulary_release(struct vocabulary *v)
{
  free(v->slots);
  free(v->keys);
  free(v->counts);
  *v = (struct vocabulary){0};
}

void
feature_rows_release(struct rows *rows)
{
  free(rows->start);
  free(rows->split);
  free(rows->ids);
  *rows = (struct rows){0};
}
