/* Learning pieces of words: the characters that are frequent enough, then merges of two pieces that stand side by
 * side. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "token/merger.h"

/* ---- characters ---- */

struct alphabet {
  struct lexicon characters;
  uint64_t *count;
  size_t cap;
};

static int
compare_characters(const void *a, const void *b, void *arg)
{
  const struct alphabet *l = arg;
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  int order;

  if (l->count[x] != l->count[y])
    return l->count[x] > l->count[y] ? -1 : 1;
  order = strcmp(lexicon_string(&l->characters, x), lexicon_string(&l->characters, y));
  return order ? order : l->characters.kind[x] - l->characters.kind[y];
}

static void
count_characters(struct alphabet *l, const struct word_counts *c, bool marks_ends)
{
  for (uint32_t i = 0; i < c->n; i++) {
    const char *s = lexicon_string(&c->words, c->order[i]);
    size_t n = lexicon_length(&c->words, c->order[i]), len;
    uint32_t k = 0, count = (uint32_t)utf8_count(s, n);

    for (; n > 0; s += len, n -= len, k++) {
      uint32_t before = l->characters.n, number;

      utf8_decode(s, n, &len);
      number = lexicon_add(&l->characters, s, len, merger_kind(marks_ends, k, count));
      GROW(l->count, l->cap, (size_t)number + 1);
      if (number == before)
        l->count[number] = 0;
      l->count[number] += c->count[c->order[i]];
    }
  }
}

static void
learn_characters(struct tokenizer *t, const struct word_counts *c, bool marks_ends)
{
  struct alphabet l = {0};
  uint32_t *order;

  lexicon_init(&l.characters);
  count_characters(&l, c, marks_ends);
  order = xmalloc((l.characters.n + 1) * sizeof *order);
  for (uint32_t i = 0; i < l.characters.n; i++)
    order[i] = i;
  qsort_r(order, l.characters.n, sizeof *order, compare_characters, &l);
  for (uint32_t i = 0; i < l.characters.n && t->strings.n < t->o.vocabulary - TOKEN_N_SPECIAL; i++)
    if (l.count[order[i]] >= t->o.min_count)
      lexicon_add(&t->strings, lexicon_string(&l.characters, order[i]), lexicon_length(&l.characters, order[i]),
                  l.characters.kind[order[i]]);
  free(order);
  free(l.count);
  lexicon_release(&l.characters);
}

/* ---- byte pairs: the most frequent pair, again and again ---- */

/* A pair as it was once; when it comes out, its count is looked up anew. */
struct entry {
  int64_t count;
  uint64_t key;
  uint32_t pair;
};
struct heap {
  struct entry *e;
  size_t n, cap;
};

static bool
before(const struct entry *a, const struct entry *b)
{
  return a->count != b->count ? a->count > b->count : a->key < b->key;
}

static void
push(struct heap *h, struct entry e)
{
  size_t i = h->n;

  GROW(h->e, h->cap, h->n + 1);
  h->n++;
  for (; i > 0 && before(&e, &h->e[(i - 1) / 2]); i = (i - 1) / 2)
    h->e[i] = h->e[(i - 1) / 2];
  h->e[i] = e;
}

static struct entry
pop(struct heap *h)
{
  struct entry top = h->e[0], last = h->e[--h->n];
  size_t i = 0, child;

  for (; (child = 2 * i + 1) < h->n; i = child) {
    if (child + 1 < h->n && before(&h->e[child + 1], &h->e[child]))
      child++;
    if (!before(&h->e[child], &last))
      break;
    h->e[i] = h->e[child];
  }
  h->e[i] = last;
  return top;
}

static int64_t
least_count(const struct tokenizer *t)
{
  return t->o.min_count > TOKEN_MIN_PIECE ? t->o.min_count : TOKEN_MIN_PIECE;
}

static void
push_risen(struct heap *h, const struct merger *m, int64_t least)
{
  for (size_t i = 0; i < m->n_risen; i++) {
    const struct pair *p = &m->pairs[m->risen[i]];

    if (p->count >= least)
      push(h, (struct entry){p->count, p->key, m->risen[i]});
  }
}

static void
learn_byte_pairs(struct tokenizer *t, struct merger *m)
{
  struct heap h = {0};
  size_t cap = 0;
  int64_t least = least_count(t);

  push_risen(&h, m, least);
  while (h.n > 0 && t->strings.n < t->o.vocabulary - TOKEN_N_SPECIAL && t->n_merges < TOKEN_MAX_VOCABULARY) {
    struct entry e = pop(&h);
    int64_t now = m->pairs[e.pair].count;

    if (now < e.count) {  /* it fell since; where it rose, it stands in the heap a second time */
      if (now >= least)
        push(&h, (struct entry){now, e.key, e.pair});
      continue;
    }
    if (now > e.count)
      continue;
    GROW(t->merges, cap, (size_t)t->n_merges + 1);
    t->merges[t->n_merges++] = (struct merge){(uint32_t)(e.key >> 32), (uint32_t)e.key, merger_apply(m, e.pair)};
    push_risen(&h, m, least);
  }
  free(h.e);
}

/* ---- WordPiece: the pairs that make the texts likelier ---- */

/* By how much, roughly: what it gains that c places are one draw of a piece in place of two. */
static double
gain(const struct merger *m, const struct pair *p)
{
  double c = (double)p->count, left = (double)m->symbol_count[p->key >> 32];
  double right = (double)m->symbol_count[(uint32_t)p->key];

  return c * log(c * (double)m->total / (left * right));
}

struct candidate {
  double gain;
  uint64_t key;
  uint32_t pair;
};

static int
compare_candidates(const void *a, const void *b)
{
  const struct candidate *x = a, *y = b;

  if (x->gain < y->gain || x->gain > y->gain)
    return x->gain > y->gain ? -1 : 1;
  return x->key < y->key ? -1 : x->key > y->key;
}

static size_t
candidates_of(const struct merger *m, int64_t least, struct candidate **c, size_t *cap)
{
  size_t n = 0;

  for (size_t i = 0; i < m->n_pairs; i++) {
    double g = m->pairs[i].count < least ? 0 : gain(m, &m->pairs[i]);

    if (g > 0) {
      GROW(*c, *cap, n + 1);
      (*c)[n++] = (struct candidate){g, m->pairs[i].key, (uint32_t)i};
    }
  }
  qsort(*c, n, sizeof **c, compare_candidates);
  return n;
}

/* Gains change with every merge, all of them a little, so they are looked at anew in rounds (as Schuster and Nakajima
 * do): a round merges the best that are still so good when their turn comes. */
static void
learn_word_pieces(struct tokenizer *t, struct merger *m)
{
  struct candidate *c = NULL;
  size_t cap = 0, n;
  int64_t least = least_count(t);
  uint32_t most = t->o.vocabulary - TOKEN_N_SPECIAL;

  while (t->strings.n < most && (n = candidates_of(m, least, &c, &cap)) > 0) {
    size_t wanted = (most - t->strings.n) / 16 + 16;
    double limit = c[wanted < n ? wanted - 1 : n - 1].gain;

    for (size_t i = 0; i < n && i < wanted && t->strings.n < most; i++) {
      const struct pair *p = &m->pairs[c[i].pair];

      if (i == 0 || (p->count >= least && gain(m, p) >= limit))
        merger_apply(m, c[i].pair);
    }
  }
  free(c);
}

void
pieces_learn(struct tokenizer *t, const struct word_counts *c)
{
  bool byte_pairs = t->o.unit == TOKEN_BPE;
  struct merger m;

  learn_characters(t, c, byte_pairs);
  merger_init(&m, &t->strings, c, byte_pairs, MERGER_MAX_SYMBOLS);
  if (byte_pairs)
    learn_byte_pairs(t, &m);
  else
    learn_word_pieces(t, &m);
  merger_release(&m);
}
