#include "corpus/sort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "base/pool.h"
#include "base/utf8.h"
#include "corpus/sort_text.h"

static double
by_id(const struct sample *s)
{
  return s->id;
}

static double
by_label(const struct sample *s)
{
  return s->n_labels ? s->labels[0] : (double)NAN;
}

static double
by_words(const struct sample *s)
{
  return sample_words(s->text, s->n_text) + (s->text2 ? sample_words(s->text2, s->n_text2) : 0);
}

static double
by_chars(const struct sample *s)
{
  return (double)(utf8_count(s->text, s->n_text) + (s->text2 ? utf8_count(s->text2, s->n_text2) : 0));
}

static double
by_status(const struct sample *s)
{
  return s->status;
}

static double
by_origin(const struct sample *s)
{
  return s->origin;
}

static double
by_split(const struct sample *s)
{
  return s->split;
}

static double
by_template(const struct sample *s)
{
  return s->template_id ? s->template_id : (double)NAN;
}

static double
by_request(const struct sample *s)
{
  return s->request_id ? s->request_id : (double)NAN;
}

const struct sort_key sort_keys[] = {
  {"id", "the order in which samples came", by_id},
  {"label", "the order of the project's labels", by_label},
  {"text", "the text, case ignored", NULL},
  {"words", "words of the text", by_words},
  {"chars", "characters of the text", by_chars},
  {"status", "new, accepted, rejected", by_status},
  {"origin", "seed, generated, annotated, imported", by_origin},
  {"split", "train, valid, test, pool", by_split},
  {"template", "the template's version", by_template},
  {"request", "the request to the teacher", by_request},
  {NULL, NULL, NULL},
};

/* ---- keys ---- */

#define MANY 20000u              /* ids; from here on threads are worth their start */

/* What ids are sorted by. */
struct sorting {
  const struct corpus *corpus;
  const struct sort_key *key;    /* or, without a name, the column */
  struct column column;
  bool down;
  const uint32_t *ids;
  size_t n;
  uint64_t *keyed;               /* of each id: its key, above the id itself */
  unsigned char *none;           /* of each: it has no value */
  struct sort_text *texts;
};

/* Orders as numbers do; -0 is 0. */
static uint32_t
float_key(float x)
{
  uint32_t bits;

  x += 0.0f;
  memcpy(&bits, &x, sizeof bits);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

/* Whole numbers that fit, or floats. */
static uint32_t
number_key(const struct sorting *k, uint32_t id, unsigned char *none)
{
  struct sample s;
  double x;

  if (!k->key->name) {
    x = id <= k->column.n ? (double)k->column.values[id - 1] : (double)NAN;
    *none = isnan(x);
    return *none ? 0 : float_key((float)x);
  }
  corpus_get(k->corpus, id, &s);
  x = k->key->number(&s);
  *none = isnan(x);
  return *none ? 0 : x >= UINT32_MAX ? UINT32_MAX : (uint32_t)x;
}

static void
make_keys(void *arg, int thread, int n_threads)
{
  const struct sorting *k = arg;
  size_t from = k->n * (size_t)thread / (size_t)n_threads, to = k->n * ((size_t)thread + 1) / (size_t)n_threads;
  struct sample s;

  for (size_t i = from; i < to; i++)
    if (k->texts) {
      corpus_get(k->corpus, k->ids[i], &s);
      k->texts[i] = (struct sort_text){.text = s.text, .id = k->ids[i], .order = (uint32_t)i};
    } else {
      uint32_t key = number_key(k, k->ids[i], &k->none[i]);

      k->keyed[i] = (uint64_t)(k->down ? ~key : key) << 32 | k->ids[i];
    }
}

/* ---- sorting ---- */

#define DIGIT 11u                /* bits of a key that are sorted by at once */
#define DIGITS 3u
#define BUCKETS (1u << DIGIT)

static unsigned
digit(uint64_t keyed, unsigned d)
{
  return (unsigned)(keyed >> (32 + d * DIGIT)) & (BUCKETS - 1);
}

/* By keys, from the lowest digit to the highest; digits that are all the same are passed over. Returns v or room. */
static uint64_t *
sort_keyed(uint64_t *v, uint64_t *room, size_t n)
{
  uint32_t counts[DIGITS][BUCKETS] = {{0}};

  for (size_t i = 0; i < n; i++)
    for (unsigned d = 0; d < DIGITS; d++)
      counts[d][digit(v[i], d)]++;
  for (unsigned d = 0; d < DIGITS && n > 0; d++) {
    uint64_t *swap = v;
    uint32_t at = 0;

    if (counts[d][digit(v[0], d)] == n)
      continue;
    for (unsigned b = 0; b < BUCKETS; b++) {
      uint32_t count = counts[d][b];

      counts[d][b] = at;
      at += count;
    }
    for (size_t i = 0; i < n; i++)
      room[counts[d][digit(v[i], d)]++] = v[i];
    v = room;
    room = swap;
  }
  return v;
}

/* What has no value keeps its order, behind the others. */
static void
order_numbers(struct sorting *k, uint32_t *ids)
{
  uint64_t *room = xmalloc((k->n + 1) * sizeof *room), *sorted;
  uint32_t *none = xmalloc((k->n + 1) * sizeof *none);
  size_t n = 0, n_none = 0;

  for (size_t i = 0; i < k->n; i++)
    if (k->none[i])
      none[n_none++] = (uint32_t)k->keyed[i];
    else
      k->keyed[n++] = k->keyed[i];
  sorted = sort_keyed(k->keyed, room, n);
  for (size_t i = 0; i < n; i++)
    ids[i] = (uint32_t)sorted[i];
  if (n_none)
    memcpy(ids + n, none, n_none * sizeof *ids);
  free(room);
  free(none);
}

static void
order(struct sorting *k, uint32_t *ids)
{
  int n_threads = k->n < MANY ? 1 : pool_threads(0);

  if (k->key->name && !k->key->number) {
    k->texts = xmalloc((k->n + 1) * sizeof *k->texts);
    pool_run(n_threads, make_keys, k);
    sort_texts(k->texts, k->n, k->down);
    for (size_t i = 0; i < k->n; i++)
      ids[i] = k->texts[i].id;
    free(k->texts);
    return;
  }
  k->keyed = xmalloc((k->n + 1) * sizeof *k->keyed);
  k->none = xmalloc(k->n + 1);
  pool_run(n_threads, make_keys, k);
  order_numbers(k, ids);
  free(k->keyed);
  free(k->none);
}

static int
unknown_key(const char *key, const struct filter_provider *provider, struct err *e)
{
  struct nearest near = nearest_to(key);
  const char *name;

  for (const struct sort_key *k = sort_keys; k->name; k++)
    nearest_try(&near, k->name);
  for (size_t i = 0; provider && provider->name && (name = provider->name(provider->arg, i)); i++)
    nearest_try(&near, name);
  if (near.best)
    return err_set(e, ERR_INPUT, "unknown sort key '%s' (did you mean '%s'?)", key, near.best);
  return err_set(e, ERR_INPUT, "unknown sort key '%s' (id, label, text, words, chars, status...)", key);
}

int
sort_ids(const struct corpus *c, const char *key, const struct filter_provider *provider, uint32_t *ids, size_t n,
         struct err *e)
{
  struct sorting k = {.corpus = c, .key = sort_keys, .down = key && *key == '-', .ids = ids, .n = n};

  if (!key || !key[k.down])
    return 0;
  key += k.down;
  while (k.key->name && strcmp(k.key->name, key))
    k.key++;
  if (!k.key->name && !(provider && provider->get(provider->arg, key, &k.column)))
    return unknown_key(key, provider, e);
  if (!k.key->name && k.column.descends)
    k.down = !k.down;
  order(&k, ids);
  return 0;
}
