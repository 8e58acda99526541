#include "corpus/stats.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"

/* What is counted over all texts before it is summed up. */
struct counting {
  struct diversity *diversity;
  uint32_t *lengths;               /* words of each sample */
  uint64_t chars;
  struct stats_label *by_label;    /* by label id, the last for the unlabelled */
};

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
  diversity_add(k->diversity, s->text, s->n_text);
  if (s->text2)
    diversity_add(k->diversity, s->text2, s->n_text2);
}

static int
compare_lengths(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return x < y ? -1 : x > y;
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

void
stats_run(const struct corpus *c, const uint32_t *ids, size_t n, struct stats *out)
{
  size_t n_labels = labels_count(corpus_labels(c));
  struct counting k = {.diversity = diversity_new()};
  struct sample s;

  *out = (struct stats){0};
  k.lengths = xmalloc((n + 1) * sizeof *k.lengths);
  k.by_label = xcalloc(n_labels + 1, sizeof *k.by_label);
  for (size_t i = 0; i < n; i++)
    if (corpus_get(c, ids[i], &s))
      count_sample(&k, &s, n_labels, out);
  sum_lengths(&k, out);
  sum_labels(&k, n_labels, out);
  diversity_figures(k.diversity, &out->diversity);
  out->n_words = diversity_words(k.diversity);
  out->n_openings = diversity_openings(k.diversity, out->openings, N_OF(out->openings));
  diversity_free(k.diversity);
  free(k.lengths);
  free(k.by_label);
}

void
stats_release(struct stats *s)
{
  free(s->labels);
  *s = (struct stats){0};
}
