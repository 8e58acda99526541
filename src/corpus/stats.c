#include "corpus/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "corpus/hashset.h"
#include "corpus/normal.h"

#define OPENING_WORDS 3
#define MAX_OPENINGS 10

/* What is counted over all texts before it is summed up. */
struct counting {
  struct hashset words, pairs;     /* different word n-grams */
  uint64_t n_words, n_pairs;
  struct strmap openings;          /* text to index + 1 */
  struct stats_opening *opening;
  size_t n_opening, cap_opening;
  uint32_t *lengths;               /* words of each sample */
  uint64_t chars;
  struct stats_label *by_label;    /* by label id, the last for the unlabelled */
  struct buf text;
};

/* Counts an opening; texts of fewer words have none. */
static void
count_opening(struct counting *k, const char *s, size_t n)
{
  int64_t at = strmap_get(&k->openings, s, n, 0);

  if (!at) {
    GROW(k->opening, k->cap_opening, k->n_opening + 1);
    k->opening[k->n_opening++] = (struct stats_opening){.words = xstrndup(s, n)};
    at = (int64_t)k->n_opening;
    strmap_put(&k->openings, s, n, at);
  }
  k->opening[at - 1].n++;
}

/* The word n-grams of one text, which stands normalized in k->text. */
static void
count_words(struct counting *k)
{
  const char *s = buf_str(&k->text), *end = s + k->text.n;
  uint64_t before = 0;

  for (uint32_t i = 0; s < end; i++) {
    const char *stop = memchr(s, ' ', (size_t)(end - s));
    uint64_t h;

    if (!stop)
      stop = end;
    h = hash_bytes(s, (size_t)(stop - s), 0);
    ++*hashset_at(&k->words, h);
    k->n_words++;
    if (i) {
      ++*hashset_at(&k->pairs, hash_mix(before) ^ h);
      k->n_pairs++;
    }
    if (i + 1 == OPENING_WORDS)
      count_opening(k, buf_str(&k->text), (size_t)(stop - buf_str(&k->text)));
    before = h;
    s = stop + 1;
  }
}

static void
count_label(struct counting *k, size_t label, const struct sample *s, uint32_t words)
{
  k->by_label[label].n++;
  k->by_label[label].status[s->status]++;
  k->by_label[label].words_mean += words;
}

static void
count_sample(struct counting *k, const struct sample *s, size_t n_labels, struct stats *out)
{
  uint32_t words = sample_words(s->text, s->n_text), chars = (uint32_t)utf8_count(s->text, s->n_text);

  if (s->text2) {
    words += sample_words(s->text2, s->n_text2);
    chars += (uint32_t)utf8_count(s->text2, s->n_text2);
  }
  out->status[s->status]++;
  out->split[s->split]++;
  out->origin[s->origin]++;
  out->chars_min = out->n == 0 || chars < out->chars_min ? chars : out->chars_min;
  out->chars_max = chars > out->chars_max ? chars : out->chars_max;
  k->chars += chars;
  k->lengths[out->n++] = words;
  for (uint32_t i = 0; i < s->n_labels; i++)
    if (s->labels[i] < n_labels)
      count_label(k, s->labels[i], s, words);
  if (!s->n_labels)
    count_label(k, n_labels, s, words);
  buf_clear(&k->text);
  normal_add(&k->text, s->text, s->n_text);
  count_words(k);
  if (s->text2) {
    buf_clear(&k->text);
    normal_add(&k->text, s->text2, s->n_text2);
    count_words(k);
  }
}

static int
compare_lengths(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return x < y ? -1 : x > y;
}

static int
compare_openings(const void *a, const void *b)
{
  const struct stats_opening *x = a, *y = b;

  return x->n != y->n ? (x->n < y->n ? 1 : -1) : strcmp(x->words, y->words);
}

static void
sum_lengths(struct counting *k, struct stats *out)
{
  double sum = 0, squares = 0;

  if (!out->n)
    return;
  qsort(k->lengths, out->n, sizeof *k->lengths, compare_lengths);
  for (uint32_t i = 0; i < out->n; i++)
    sum += k->lengths[i];
  out->words_mean = sum / out->n;
  for (uint32_t i = 0; i < out->n; i++)
    squares += (k->lengths[i] - out->words_mean) * (k->lengths[i] - out->words_mean);
  out->words_sd = out->n > 1 ? sqrt(squares / (out->n - 1)) : 0;
  out->words_min = k->lengths[0];
  out->words_median = k->lengths[out->n / 2];
  out->words_max = k->lengths[out->n - 1];
  out->chars_mean = (double)k->chars / out->n;
}

static void
sum_labels(struct counting *k, size_t n_labels, struct stats *out)
{
  out->labels = xcalloc(n_labels + 1, sizeof *out->labels);
  for (size_t i = 0; i <= n_labels; i++) {
    struct stats_label *l = &out->labels[out->n_labels];

    if (!k->by_label[i].n)
      continue;
    *l = k->by_label[i];
    l->label = i == n_labels ? LABEL_NONE : (uint16_t)i;
    l->words_mean /= l->n;
    out->n_labels++;
  }
}

/* Keeps the most repeated openings and frees the others. */
static void
sum_openings(struct counting *k, struct stats *out)
{
  if (k->n_opening)
    qsort(k->opening, k->n_opening, sizeof *k->opening, compare_openings);
  for (size_t i = 0; i < k->n_opening; i++)
    if (i < MAX_OPENINGS && k->opening[i].n >= 2)
      out->n_openings++;
    else
      free(k->opening[i].words);
  out->openings = k->opening;
}

void
stats_run(const struct corpus *c, const uint32_t *ids, size_t n, struct stats *out)
{
  size_t n_labels = labels_count(corpus_labels(c));
  struct counting k = {.text = BUF_INIT};
  struct sample s;

  *out = (struct stats){0};
  strmap_init(&k.openings);
  k.lengths = xmalloc((n + 1) * sizeof *k.lengths);
  k.by_label = xcalloc(n_labels + 1, sizeof *k.by_label);
  for (size_t i = 0; i < n; i++)
    if (corpus_get(c, ids[i], &s))
      count_sample(&k, &s, n_labels, out);
  sum_lengths(&k, out);
  sum_labels(&k, n_labels, out);
  sum_openings(&k, out);
  out->n_words = (uint32_t)k.n_words;
  out->n_types = (uint32_t)k.words.n;
  out->distinct1 = k.n_words ? (double)k.words.n / (double)k.n_words : 0;
  out->distinct2 = k.n_pairs ? (double)k.pairs.n / (double)k.n_pairs : 0;
  hashset_release(&k.words);
  hashset_release(&k.pairs);
  strmap_release(&k.openings);
  buf_release(&k.text);
  free(k.lengths);
  free(k.by_label);
}

void
stats_release(struct stats *s)
{
  for (size_t i = 0; i < s->n_openings; i++)
    free(s->openings[i].words);
  free(s->openings);
  free(s->labels);
  *s = (struct stats){0};
}
