#include "generate/filters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "corpus/neardup.h"
#include "corpus/normal.h"

/* Where the template says nothing. */
#define MIN_WORDS 1
#define MAX_WORDS 2000
#define MIN_CHARS 2
#define MAX_CHARS 10000

/* Indexed texts are told by the id of their sample; new ones, which have none yet, by their place in `fresh`. */
#define FRESH (CORPUS_MAX + 1)

struct filters {
  const struct corpus *corpus;
  int min_words, max_words, min_chars, max_chars;
  bool label_named;
  double threshold;         /* of near-duplicates; of test texts at most NEARDUP_THRESHOLD */
  struct neardup *tests;    /* of the test split */
  struct neardup *others;   /* of all else and of the new texts */
  struct neardup_text *text;
  uint32_t *fresh;          /* the samples that the new texts became; 0: it has no id yet */
  size_t n_fresh, cap_fresh;
  uint32_t twin;            /* which of these the last text doubles, from 1; 0: none */
  size_t n_pending;         /* the last ones of `fresh` without an id */
  uint32_t n_seen;          /* samples 1..n_seen of the corpus are indexed */
};

/* Words and characters of a text, and what it is like: looked up by the first filter that wants to know. */
struct asked {
  struct filters *f;
  const struct candidate *t;
  uint16_t label;
  int words[2], chars[2];
  bool compared;
  double similarity;        /* to the most similar text that is not in the tests' index */
  uint32_t of;              /* that sample, later the one that is told */
  char *detail;
  size_t size;
  uint32_t twin;            /* as in struct filters */
};

/* ---- the filters: true if the text falls away ---- */

static bool
wrong_shape(struct asked *a)
{
  bool pair = corpus_task(a->f->corpus) == TASK_PAIR;

  if (pair == (a->t->text2 != NULL))
    return false;
  snprintf(a->detail, a->size, pair ? "a pair was asked for" : "one text was asked for");
  return true;
}

static bool
empty(struct asked *a)
{
  return a->t->n_text == 0 || (a->t->text2 && a->t->n_text2 == 0);
}

/* Compares both texts with a limit. sign 1: too short, -1: too long. */
static bool
beyond(struct asked *a, int words, int chars, int sign)
{
  for (int i = 0; i < (a->t->text2 ? 2 : 1); i++) {
    int w = a->words[i], c = a->chars[i];

    if (sign * w < sign * words) {
      snprintf(a->detail, a->size, "%d word%s", w, w == 1 ? "" : "s");
      return true;
    }
    if (sign * c < sign * chars) {
      snprintf(a->detail, a->size, "%d character%s", c, c == 1 ? "" : "s");
      return true;
    }
  }
  return false;
}

static bool
too_short(struct asked *a)
{
  return beyond(a, a->f->min_words, a->f->min_chars, 1);
}

static bool
too_long(struct asked *a)
{
  return beyond(a, a->f->max_words, a->f->max_chars, -1);
}

/* " word word " in lower case. */
static void
add_words(struct buf *out, const char *s, size_t n)
{
  buf_addc(out, ' ');
  normal_add(out, s, n);
  buf_addc(out, ' ');
}

static bool
label_named(struct asked *a)
{
  const char *name = label_name(corpus_labels(a->f->corpus), a->label);
  struct buf text = BUF_INIT, label = BUF_INIT;
  bool named;

  if (!a->f->label_named)
    return false;
  add_words(&text, a->t->text, a->t->n_text);
  if (a->t->text2)
    add_words(&text, a->t->text2, a->t->n_text2);
  add_words(&label, name, strlen(name));
  named = label.n > 2 && memmem(text.s, text.n, label.s, label.n);
  buf_release(&text);
  buf_release(&label);
  return named;
}

/* A sample may have come into the test split after it was indexed: then it is found among the others. */
static bool
in_test(struct asked *a)
{
  struct filters *f = a->f;
  uint32_t at, other = 0;
  double similarity;
  struct sample s;

  neardup_text_set(f->text, a->t->text, a->t->n_text, a->t->text2, a->t->n_text2);
  if (neardup_text_find(f->others, f->text, &at, &a->similarity)) {
    other = at < FRESH ? at : f->fresh[at - FRESH];
    a->twin = other ? 0 : at - FRESH - (uint32_t)(f->n_fresh - f->n_pending) + 1;
    a->compared = true;
  }
  a->of = other;
  if (!neardup_text_find(f->tests, f->text, &a->of, &similarity)) {
    if (!other || !corpus_get(f->corpus, other, &s) || s.split != SPLIT_TEST)
      return false;
    similarity = a->similarity;
  }
  snprintf(a->detail, a->size, "%.2f like test text %u", similarity, a->of);
  return true;
}

static bool
like_another(struct asked *a, double least)
{
  if (!a->compared || a->similarity < least)
    return false;
  if (a->of == 0)
    snprintf(a->detail, a->size, "%.2f like a text that came with it", a->similarity);
  else
    snprintf(a->detail, a->size, "%.2f like %u", a->similarity, a->of);
  return true;
}

static bool
duplicate(struct asked *a)
{
  return like_another(a, 1);
}

static bool
near_duplicate(struct asked *a)
{
  return like_another(a, a->f->threshold);
}

const struct drop_def drop_defs[N_DROP_REASONS] = {
  [DROP_PARSE] = {"parse", "the reply could not be read; it is kept as it came"},
  [DROP_LABEL] = {"label", "the reply gives the text none of the project's labels; it is kept as it came"},
  [DROP_SHAPE] = {"shape", "a pair where one text was asked for, or one text where a pair was"},
  [DROP_EMPTY] = {"empty", "no text"},
  [DROP_TOO_SHORT] = {"too_short", "fewer words or characters than the template wants"},
  [DROP_TOO_LONG] = {"too_long", "more words or characters than the template wants"},
  [DROP_LABEL_NAMED] = {"label_named", "the text names its label"},
  [DROP_TEST] = {"test", "equal or close to a test text, which must not be learned from"},
  [DROP_DUPLICATE] = {"duplicate", "equal to another text but for case and punctuation"},
  [DROP_NEAR_DUPLICATE] = {"near_duplicate", "close to another text"},
};

static bool (*const tests[N_DROP_REASONS])(struct asked *a) = {
  [DROP_SHAPE] = wrong_shape,
  [DROP_EMPTY] = empty,
  [DROP_TOO_SHORT] = too_short,
  [DROP_TOO_LONG] = too_long,
  [DROP_LABEL_NAMED] = label_named,
  [DROP_TEST] = in_test,
  [DROP_DUPLICATE] = duplicate,
  [DROP_NEAR_DUPLICATE] = near_duplicate,
};

enum drop_reason
drop_parse(const char *name)
{
  for (int i = 0; i < N_DROP_REASONS; i++)
    if (strcmp(drop_defs[i].name, name) == 0)
      return (enum drop_reason)i;
  return DROP_NONE;
}

/* ---- the index ---- */

/* What others have added meanwhile, up to sample `last`. */
static void
catch_up(struct filters *f, uint32_t last)
{
  uint32_t n = last > f->n_seen ? last - f->n_seen : 0, *ids, n_tests = 0, n_others = 0;
  struct sample s;

  if (n == 0)
    return;
  /* Test texts from the left, the others from the right. */
  ids = xmalloc(n * sizeof *ids);
  while (f->n_seen < last) {
    if (!corpus_get(f->corpus, ++f->n_seen, &s))
      continue;
    if (s.split == SPLIT_TEST)
      ids[n_tests++] = s.id;
    else
      ids[n - ++n_others] = s.id;
  }
  for (uint32_t i = 0, *v = ids + n - n_others; i < n_others / 2; i++) {
    uint32_t x = v[i];

    v[i] = v[n_others - 1 - i];
    v[n_others - 1 - i] = x;
  }
  neardup_add_samples(f->tests, f->corpus, ids, n_tests);
  neardup_add_samples(f->others, f->corpus, ids + n - n_others, n_others);
  free(ids);
}

static int
or_default(int value, int otherwise)
{
  return value < 0 ? otherwise : value;
}

struct filters *
filters_new(const struct corpus *c, const struct prompty_filters *limits)
{
  struct filters *f = xcalloc(1, sizeof *f);
  double threshold = limits->near_duplicate < 0 ? NEARDUP_THRESHOLD : limits->near_duplicate, least;

  if (threshold <= 0 || threshold > 1)
    threshold = 1;
  f->corpus = c;
  f->min_words = or_default(limits->min_words, MIN_WORDS);
  f->max_words = or_default(limits->max_words, MAX_WORDS);
  f->min_chars = or_default(limits->min_chars, MIN_CHARS);
  f->max_chars = or_default(limits->max_chars, MAX_CHARS);
  f->label_named = limits->drop_label_named > 0;
  f->threshold = threshold;
  least = threshold < NEARDUP_THRESHOLD ? threshold : NEARDUP_THRESHOLD;
  f->tests = neardup_new(least);
  f->others = neardup_new(least);
  f->text = neardup_text_new(least);
  catch_up(f, corpus_count(c));
  return f;
}

void
filters_free(struct filters *f)
{
  if (!f)
    return;
  neardup_free(f->tests);
  neardup_free(f->others);
  neardup_text_free(f->text);
  free(f->fresh);
  free(f);
}

static void
measure(struct asked *a)
{
  const char *const texts[] = {a->t->text, a->t->text2};
  const size_t n[] = {a->t->n_text, a->t->n_text2};

  for (int i = 0; i < 2 && texts[i]; i++) {
    a->words[i] = (int)sample_words(texts[i], n[i]);
    a->chars[i] = (int)utf8_count(texts[i], n[i]);
  }
}

enum drop_reason
filters_drop(struct filters *f, uint16_t label, const struct candidate *t, uint32_t *of, char *detail, size_t size)
{
  struct asked a = {.f = f, .t = t, .label = label, .detail = detail, .size = size};

  if (f->n_pending == 0)
    catch_up(f, corpus_count(f->corpus));
  *detail = '\0';
  *of = 0;
  f->twin = 0;
  measure(&a);
  for (int i = 0; i < N_DROP_REASONS; i++)
    if (tests[i] && tests[i](&a)) {
      *of = a.of;
      f->twin = a.of || !a.compared ? 0 : a.twin;
      return (enum drop_reason)i;
    }
  GROW(f->fresh, f->cap_fresh, f->n_fresh + 1);
  f->fresh[f->n_fresh] = 0;
  neardup_text_add(f->others, FRESH + (uint32_t)f->n_fresh++, f->text);
  f->n_pending++;
  return DROP_NONE;
}

uint32_t
filters_twin(const struct filters *f)
{
  return f->twin;
}

void
filters_kept(struct filters *f, uint32_t first_id)
{
  if (f->n_pending == 0)
    return;
  for (size_t i = 0; i < f->n_pending; i++)
    f->fresh[f->n_fresh - f->n_pending + i] = first_id + (uint32_t)i;
  catch_up(f, first_id - 1);
  f->n_seen += (uint32_t)f->n_pending;  /* these are in the index already */
  f->n_pending = 0;
}
