#include "curate/seen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/pool.h"

/* Names that are no signals: nothing else lists them. The dynamics of a run are of text and label always. */
static const char *const text_columns[N_SIGNAL_SOURCES] = {"seen.student.text", NULL, "seen.text.text"};
static const char *const both_columns[N_SIGNAL_SOURCES] = {"seen.student", "seen.dynamics", "seen.text"};

struct taking {
  const struct corpus *corpus;
  struct seen *seen;
};

static uint32_t
folded(uint64_t hash)
{
  uint32_t h = (uint32_t)(hash ^ hash >> 32);

  return h ? h : 1;
}

static void
look_at(const struct corpus *c, uint32_t id, uint32_t *text, uint32_t *both)
{
  struct sample s;
  uint64_t h;

  corpus_get(c, id, &s);
  h = hash_bytes(s.text, s.n_text, 0);
  if (s.text2)
    h = hash_bytes(s.text2, s.n_text2, h);
  *text = folded(h);
  *both = folded(hash_bytes(s.labels, s.n_labels * sizeof *s.labels, h));
}

static void
take_share(void *arg, int thread, int n_threads)
{
  struct taking *t = arg;
  struct seen *seen = t->seen;
  uint32_t to = (uint32_t)((uint64_t)seen->n * ((uint64_t)thread + 1) / (uint64_t)n_threads);

  for (uint32_t i = (uint32_t)((uint64_t)seen->n * (uint64_t)thread / (uint64_t)n_threads); i < to; i++)
    look_at(t->corpus, i + 1, &seen->text[i], &seen->both[i]);
}

void
seen_take(const struct corpus *c, struct seen *s)
{
  struct taking t = {c, s};

  s->n = corpus_count(c);
  s->text = xmalloc(((size_t)s->n + 1) * sizeof *s->text);
  s->both = xmalloc(((size_t)s->n + 1) * sizeof *s->both);
  pool_run(s->n < 10000 ? 1 : pool_threads(0), take_share, &t);
}

void
seen_release(struct seen *s)
{
  free(s->text);
  free(s->both);
  *s = (struct seen){0};
}

bool
seen_still(const struct seen *s, const struct corpus *c, uint32_t id)
{
  uint32_t text, both;

  look_at(c, id, &text, &both);
  return text == s->text[id - 1] && both == s->both[id - 1];
}

int
seen_keep(struct project *p, enum signal_source source, uint32_t run, const struct seen *s,
          const struct signal_values *signals, size_t n, const char *about, struct err *e)
{
  struct signal_values *all = xcalloc(n + 2, sizeof *all);
  int r;

  if (n)
    memcpy(all, signals, n * sizeof *all);
  all[n++] = (struct signal_values){both_columns[source], (const float *)(const void *)s->both, s->n};
  if (text_columns[source])
    all[n++] = (struct signal_values){text_columns[source], (const float *)(const void *)s->text, s->n};
  r = signal_store_put(p, run, all, n, about, e);
  free(all);
  return r;
}

static int
load_column(struct project *p, const char *name, uint32_t run, uint32_t **hashes, uint32_t *n, struct err *e)
{
  float *values;

  if (signal_store_get(p, name, run, &values, n, e) < 0)
    return -1;
  *hashes = (uint32_t *)(void *)values;
  return 0;
}

int
seen_load(struct project *p, enum signal_source source, uint32_t run, struct seen *s, struct err *e)
{
  uint32_t n;

  *s = (struct seen){0};
  if (load_column(p, both_columns[source], run, &s->both, &s->n, e) < 0)
    return -1;
  if (!text_columns[source])
    return 0;
  if (load_column(p, text_columns[source], run, &s->text, &n, e) < 0) {
    seen_release(s);
    return -1;
  }
  s->n = n < s->n ? n : s->n;
  return 0;
}

void
seen_mask(const struct seen *then, const struct seen *now, bool by_label, float *values, uint32_t n)
{
  const uint32_t *before = by_label || !then->text ? then->both : then->text;
  const uint32_t *after = before == then->both ? now->both : now->text;
  uint32_t m = then->n < now->n ? then->n : now->n;

  for (uint32_t i = 0; i < n && i < m; i++)
    if (before[i] != after[i])
      values[i] = NAN;
}
