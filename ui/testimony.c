#include "ui/testimony.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/corpus.h"
#include "evaluate/said.h"

void
testimony_release(struct testimony *a)
{
  free(a->rows);
  free(a->labels);
  free(a->right);
  free(a->confusion);
  *a = (struct testimony){0};
}

void
statement_say(const struct testimony *a, const struct statement *x, const struct labels *labels, struct buf *out)
{
  if (x->n_labels)
    labels_join(out, labels, a->labels + x->from, x->n_labels, ", ");
  else
    buf_adds(out, "–");
}

/* ---- one answer a text ---- */

static bool
is_right(const struct sample *s, const uint16_t *labels, size_t n)
{
  if (s->n_labels != n)
    return false;
  for (size_t i = 0; i < n; i++)
    if (!sample_has_label(s, labels[i]))
      return false;
  return true;
}

static void
count_word(struct testimony *a, uint16_t truth, uint16_t said)
{
  if (a->confusion && truth < a->n_labels && said < a->n_labels)
    a->confusion[(size_t)truth * a->n_labels + said]++;
}

static void
start(struct testimony *a, struct project *p, size_t n, size_t n_seeds)
{
  const struct corpus *c = project_corpus(p);
  size_t C = labels_count(corpus_labels(c));
  bool several = corpus_task(c) == TASK_MULTILABEL;

  *a = (struct testimony){.n_seeds = n_seeds, .n_labels = (uint32_t)C};
  a->rows = xcalloc(n + 1, sizeof *a->rows);
  a->labels = xcalloc(n * (several ? C : 1) + 1, sizeof *a->labels);
  a->right = xcalloc(n * n_seeds + 1, 1);
  if (!several && C <= 1024)
    a->confusion = xcalloc(C * C + 1, sizeof *a->confusion);
}

int
testimony_of_predictor(struct project *p, enum predictor kind, uint32_t id, double threshold, struct testimony *out,
                     struct err *e)
{
  const struct corpus *c = project_corpus(p);
  bool several = corpus_task(c) == TASK_MULTILABEL;
  struct prediction *said = NULL;
  float *vectors = NULL;
  size_t n, n_vector = 0, used = 0;
  struct sample s;

  *out = (struct testimony){0};
  if (run_store_predictions(p, kind, id, &said, &n, several ? &vectors : NULL, several ? &n_vector : NULL, e))
    return -1;
  start(out, p, n, 1);
  n_vector = n_vector < out->n_labels ? n_vector : out->n_labels;
  for (size_t i = 0; i < n; i++) {
    struct statement *x = &out->rows[out->n];

    if (!corpus_get(c, said[i].sample_id, &s) || s.split != SPLIT_TEST || (!several && s.n_labels != 1))
      continue;
    *x = (struct statement){.id = s.id, .from = (uint32_t)used, .share = several ? NAN : said[i].probability};
    for (size_t k = 0; several && k < n_vector; k++)
      if (vectors[i * n_vector + k] >= threshold)
        out->labels[used++] = (uint16_t)k;
    if (!several && said[i].label != LABEL_NONE)
      out->labels[used++] = said[i].label;
    x->n_labels = (uint16_t)(used - x->from);
    x->n_right = is_right(&s, out->labels + x->from, x->n_labels);
    out->right[out->n++] = (uint8_t)x->n_right;
    if (!several)
      count_word(out, s.labels[0], said[i].label);
  }
  free(said);
  free(vectors);
  return 0;
}

/* ---- an answer a seed ---- */

static int
by_id(const void *x, const void *y)
{
  const struct statement *a = x, *b = y;

  return a->id < b->id ? -1 : a->id > b->id;
}

static void
take_word(struct testimony *a, const struct said_row *w, size_t text, size_t *used, bool several)
{
  struct statement *x = &a->rows[a->n];
  size_t votes, at = said_usual(w, text, &votes);
  const uint8_t *word = said_word(w, at, text);

  x->from = (uint32_t)*used;
  x->share = w->n ? (float)votes / (float)w->n : NAN;
  for (size_t k = 0; several && k < w->seeds[at].width && k < a->n_labels; k++)
    if (word[k])
      a->labels[(*used)++] = (uint16_t)k;
  if (!several && said_label(word) != LABEL_NONE)
    a->labels[(*used)++] = said_label(word);
  x->n_labels = (uint16_t)(*used - x->from);
}

int
testimony_of_row(struct project *p, const struct findings *f, size_t row, struct testimony *out, struct err *e)
{
  const struct corpus *c = project_corpus(p);
  bool several = corpus_task(c) == TASK_MULTILABEL;
  struct said_row w;
  size_t used = 0, n_texts;
  struct sample s;

  *out = (struct testimony){0};
  if (said_row_read(p, f, row, &w, e))
    return -1;
  n_texts = w.n ? f->n_test_ids : 0;
  start(out, p, n_texts, w.n);
  for (size_t i = 0; i < n_texts; i++) {
    struct statement *x = &out->rows[out->n];

    if (!corpus_get(c, f->test_ids[i], &s))
      continue;
    *x = (struct statement){.id = s.id};
    take_word(out, &w, i, &used, several);
    for (size_t k = 0; k < w.n; k++) {
      x->n_right = (uint16_t)(x->n_right + w.seeds[k].right[i]);
      if (!several && s.n_labels)
        count_word(out, s.labels[0], said_label(said_word(&w, k, i)));
    }
    out->n++;
  }
  qsort(out->rows, out->n, sizeof *out->rows, by_id);
  for (size_t i = 0; i < n_texts; i++) {
    struct statement key = {.id = f->test_ids[i]}, *x = bsearch(&key, out->rows, out->n, sizeof key, by_id);

    for (size_t k = 0; x && k < w.n; k++)
      out->right[k * out->n + (size_t)(x - out->rows)] = w.seeds[k].right[i];
  }
  said_row_release(&w);
  return 0;
}
