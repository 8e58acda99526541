#include "generate/avoid.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "corpus/normal.h"

#define ELLIPSIS "\u2026"

/* The newest samples of a label or of a cell; the last one stands at (n - 1) % AVOID_TEXTS. */
struct newest {
  uint32_t ids[AVOID_TEXTS];
  size_t n;
};
struct opening {
  uint16_t label;
  uint32_t n, first_id;
  const char *words;             /* with ELLIPSIS behind them */
};

struct avoid {
  const struct corpus *corpus;
  struct arena arena;
  struct newest *labels;          /* by label */
  size_t n_labels;
  struct strmap cells;            /* "label attributes": place in newest */
  struct newest *newest;
  size_t n_newest, cap_newest;
  struct strmap seen;             /* "label opening": place in openings */
  struct opening *openings;       /* after sorting: by label, the most frequent first */
  size_t n_openings, cap_openings;
  struct buf key;
  const char *drawn[AVOID_OPENINGS + AVOID_TEXTS];
  char cut[AVOID_TEXTS][AVOID_TEXT_BYTES + 8];
};

static void
note(struct newest *list, uint32_t id)
{
  list->ids[list->n++ % AVOID_TEXTS] = id;
}

static struct newest *
cell_of(struct avoid *a, uint16_t label, const char *attributes, bool make)
{
  int64_t at;

  buf_clear(&a->key);
  buf_addf(&a->key, "%u ", label);
  buf_adds(&a->key, attributes);
  at = strmap_get(&a->cells, a->key.s, a->key.n, -1);
  if (at < 0 && make) {
    GROW(a->newest, a->cap_newest, a->n_newest + 1);
    a->newest[a->n_newest] = (struct newest){0};
    at = (int64_t)a->n_newest++;
    strmap_put(&a->cells, a->key.s, a->key.n, at);
  }
  return at < 0 ? NULL : &a->newest[at];
}

/* The first AVOID_WORDS words of a normal text; 0: it has fewer. */
static size_t
opening_bytes(const char *normal)
{
  const char *at = normal;

  for (int k = 0; k < AVOID_WORDS; k++) {
    at += k > 0;
    if (!*at)
      return 0;
    at += strcspn(at, " ");
    if (!*at && k + 1 < AVOID_WORDS)
      return 0;
  }
  return (size_t)(at - normal);
}

static const char *
with_ellipsis(struct avoid *a, const char *words, size_t n)
{
  char *s = arena_bytes(&a->arena, n + sizeof ELLIPSIS);

  memcpy(s, words, n);
  memcpy(s + n, ELLIPSIS, sizeof ELLIPSIS);
  return s;
}

static void
count_opening(struct avoid *a, uint16_t label, const struct sample *s)
{
  size_t from, n;
  int64_t at;

  buf_clear(&a->key);
  buf_addf(&a->key, "%u ", label);
  from = a->key.n;
  normal_add(&a->key, s->text, s->n_text < AVOID_TEXT_BYTES ? s->n_text : AVOID_TEXT_BYTES);
  n = opening_bytes(a->key.s + from);
  if (n == 0)
    return;
  at = strmap_get(&a->seen, a->key.s, from + n, -1);
  if (at < 0) {
    GROW(a->openings, a->cap_openings, a->n_openings + 1);
    at = (int64_t)a->n_openings++;
    a->openings[at] = (struct opening){.label = label, .first_id = s->id,
                                       .words = with_ellipsis(a, a->key.s + from, n)};
    strmap_put(&a->seen, a->key.s, from + n, at);
  }
  a->openings[at].n++;
}

static int
compare_openings(const void *a, const void *b)
{
  const struct opening *x = a, *y = b;

  if (x->label != y->label)
    return x->label < y->label ? -1 : 1;
  if (x->n != y->n)
    return x->n > y->n ? -1 : 1;
  return x->first_id < y->first_id ? -1 : x->first_id > y->first_id;
}

struct avoid *
avoid_new(const struct corpus *c)
{
  struct avoid *a = xcalloc(1, sizeof *a);
  struct sample s;

  a->corpus = c;
  arena_init(&a->arena);
  strmap_init(&a->cells);
  strmap_init(&a->seen);
  buf_init(&a->key, BUF_MAX);
  a->n_labels = labels_count(corpus_labels(c));
  a->labels = xcalloc(a->n_labels + 1, sizeof *a->labels);
  for (uint32_t id = 1, n = corpus_count(c); id <= n; id++) {
    uint16_t label;

    if (!corpus_get(c, id, &s) || s.origin != ORIGIN_GENERATED || s.split != SPLIT_TRAIN)
      continue;
    label = sample_label(&s);
    if (label >= a->n_labels)
      continue;
    note(&a->labels[label], id);
    if (*s.attributes)
      note(cell_of(a, label, s.attributes, true), id);
    count_opening(a, label, &s);
  }
  if (a->n_openings > 0)
    qsort(a->openings, a->n_openings, sizeof *a->openings, compare_openings);
  return a;
}

void
avoid_free(struct avoid *a)
{
  if (!a)
    return;
  strmap_release(&a->cells);
  strmap_release(&a->seen);
  arena_release(&a->arena);
  buf_release(&a->key);
  free(a->labels);
  free(a->newest);
  free(a->openings);
  free(a);
}

/* "i would like…" for each. */
static size_t
draw_openings(struct avoid *a, uint16_t label)
{
  size_t n = 0, from = 0, to = a->n_openings;

  while (from < to) {
    size_t middle = from + (to - from) / 2;

    if (a->openings[middle].label < label)
      from = middle + 1;
    else
      to = middle;
  }
  for (; n < AVOID_OPENINGS && from < a->n_openings && a->openings[from].label == label &&
         a->openings[from].n >= AVOID_REPEATED; from++)
    a->drawn[n++] = a->openings[from].words;
  return n;
}

/* The text, or its beginning in room for AVOID_TEXT_BYTES + 8. */
static const char *
shortened(const struct sample *s, char *room)
{
  size_t n = 0, len;

  if (s->n_text <= AVOID_TEXT_BYTES)
    return s->text;
  for (; n < AVOID_TEXT_BYTES; n += len)
    utf8_decode(s->text + n, s->n_text - n, &len);
  memcpy(room, s->text, n);
  memcpy(room + n, ELLIPSIS, sizeof ELLIPSIS);
  return room;
}

/* Newest first, each text once. */
static size_t
draw_texts(struct avoid *a, const struct newest *list, size_t first, size_t n)
{
  size_t have = list->n < AVOID_TEXTS ? list->n : AVOID_TEXTS;
  struct sample s;

  for (size_t k = 1; k <= have && n - first < AVOID_TEXTS; k++) {
    size_t same = first;

    if (!corpus_get(a->corpus, list->ids[(list->n - k) % AVOID_TEXTS], &s))
      continue;
    while (same < n && strncmp(a->drawn[same], s.text, AVOID_TEXT_BYTES) != 0)
      same++;
    if (same == n) {
      a->drawn[n] = shortened(&s, a->cut[n - first]);
      n++;
    }
  }
  return n;
}

void
avoid_draw(struct avoid *a, uint16_t label, const char *attributes, struct prompt_scope *scope)
{
  const struct newest *cell = *attributes ? cell_of(a, label, attributes, false) : NULL;
  size_t first = draw_openings(a, label), n = first;

  if (cell)
    n = draw_texts(a, cell, first, n);
  n = draw_texts(a, &a->labels[label], first, n);
  scope->avoid = a->drawn;
  scope->n_avoid = n;
}
