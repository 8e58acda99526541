#include "token/merger.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"

/* ---- pairs ---- */

static uint32_t *
slot_of(const struct merger *m, uint64_t key)
{
  size_t i = hash_mix(key) & (m->n_slots - 1);

  while (m->slots[i] != LEXICON_NONE && m->pairs[m->slots[i]].key != key)
    i = (i + 1) & (m->n_slots - 1);
  return &m->slots[i];
}

static void
enlarge(struct merger *m)
{
  free(m->slots);
  m->n_slots = m->n_slots ? m->n_slots * 2 : 1024;
  m->slots = xmalloc(m->n_slots * sizeof *m->slots);
  memset(m->slots, 0xff, m->n_slots * sizeof *m->slots);
  for (size_t i = 0; i < m->n_pairs; i++)
    *slot_of(m, m->pairs[i].key) = (uint32_t)i;
}

static struct pair *
pair_of(struct merger *m, uint64_t key)
{
  uint32_t *slot;

  if (m->n_pairs * 2 >= m->n_slots)
    enlarge(m);
  slot = slot_of(m, key);
  if (*slot == LEXICON_NONE) {
    GROW(m->pairs, m->cap_pairs, m->n_pairs + 1);
    *slot = (uint32_t)m->n_pairs;
    m->pairs[m->n_pairs++] =
      (struct pair){.key = key, .first = LEXICON_NONE, .last = LEXICON_NONE, .risen = UINT32_MAX};
  }
  return &m->pairs[*slot];
}

static bool
fits(const struct merger *m, uint32_t left, uint32_t right)
{
  return left != LEXICON_NONE && right != LEXICON_NONE && m->length[left] + m->length[right] <= PIECE_MAX;
}

/* The two at `place` and after it stand side by side now. */
static void
join(struct merger *m, uint32_t place)
{
  uint32_t left = m->symbol[place], right = m->symbol[m->next[place]];
  struct pair *p;

  if (!fits(m, left, right))
    return;
  p = pair_of(m, pair_key(left, right));
  p->count += (int64_t)m->times[m->word[place]];
  GROW(m->nodes, m->cap_nodes, m->n_nodes + 1);
  m->nodes[m->n_nodes] = (struct node){place, LEXICON_NONE};
  if (p->last == LEXICON_NONE)
    p->first = (uint32_t)m->n_nodes;
  else
    m->nodes[p->last].next = (uint32_t)m->n_nodes;
  p->last = (uint32_t)m->n_nodes++;
  if (p->risen != m->n_merges) {
    p->risen = m->n_merges;
    GROW(m->risen, m->cap_risen, m->n_risen + 1);
    m->risen[m->n_risen++] = (uint32_t)(p - m->pairs);
  }
}

/* They will not any more. The node stays; who reads it looks whether it still holds. */
static void
part(struct merger *m, uint32_t place)
{
  uint32_t left = m->symbol[place], right = m->symbol[m->next[place]];

  if (fits(m, left, right))
    pair_of(m, pair_key(left, right))->count -= (int64_t)m->times[m->word[place]];
}

/* ---- words ---- */

static size_t
characters(const struct word_counts *c, uint32_t i)
{
  return utf8_count(lexicon_string(&c->words, c->order[i]), lexicon_length(&c->words, c->order[i]));
}

static void
add_word(struct merger *m, const char *s, size_t n, uint32_t count)
{
  size_t len;

  for (uint32_t k = 0; k < count; k++, s += len, n -= len, m->n++) {
    uint8_t kind = merger_kind(m->marks_ends, k, count);

    utf8_decode(s, n, &len);
    m->symbol[m->n] = lexicon_of(m->strings, s, len, kind);
    m->before[m->n] = k == 0 ? LEXICON_NONE : m->n - 1;
    m->next[m->n] = k + 1 == count ? LEXICON_NONE : m->n + 1;
    m->word[m->n] = m->n_words;
    if (m->symbol[m->n] != LEXICON_NONE)
      m->symbol_count[m->symbol[m->n]] += m->times[m->n_words];
    m->total += m->times[m->n_words];
  }
  m->n_words++;
}

/* The end of the words that are as frequent as word i; *n: their characters. */
static uint32_t
equals(const struct word_counts *c, uint32_t i, size_t *n)
{
  uint64_t count = c->count[c->order[i]];

  for (*n = 0; i < c->n && c->count[c->order[i]] == count; i++)
    *n += characters(c, i);
  return i;
}

/* Which words there is room for, as numbers in c->order: how many, and *n their characters. */
static uint32_t
choose_words(const struct word_counts *c, size_t max, uint32_t *chosen, size_t *n)
{
  uint32_t n_words = 0, end;
  size_t room = max, group;

  for (uint32_t i = 0; i < c->n && room > 0; i = end) {
    size_t stride;

    end = equals(c, i, &group);
    stride = group <= room ? 1 : group / room + 1;
    for (size_t k = i; k < end && characters(c, (uint32_t)k) <= room; k += stride) {
      chosen[n_words++] = (uint32_t)k;
      room -= characters(c, (uint32_t)k);
    }
    if (stride > 1)
      break;
  }
  *n = max - room;
  return n_words;
}

static void
add_words(struct merger *m, const struct word_counts *c, size_t max)
{
  uint32_t *chosen = xmalloc(((size_t)c->n + 1) * sizeof *chosen), n_words;
  size_t n;

  n_words = choose_words(c, max, chosen, &n);
  m->symbol = xmalloc((n + 1) * sizeof *m->symbol);
  m->next = xmalloc((n + 1) * sizeof *m->next);
  m->before = xmalloc((n + 1) * sizeof *m->before);
  m->word = xmalloc((n + 1) * sizeof *m->word);
  m->times = xmalloc(((size_t)n_words + 1) * sizeof *m->times);
  for (uint32_t i = 0; i < n_words; i++) {
    uint32_t w = c->order[chosen[i]];

    m->times[i] = c->count[w];
    add_word(m, lexicon_string(&c->words, w), lexicon_length(&c->words, w), (uint32_t)characters(c, chosen[i]));
  }
  free(chosen);
}

void
merger_init(struct merger *m, struct lexicon *strings, const struct word_counts *c, bool marks_ends,
            uint32_t max_symbols)
{
  *m = (struct merger){.strings = strings, .marks_ends = marks_ends};
  GROW(m->symbol_count, m->cap_count, (size_t)strings->n + 1);
  GROW(m->length, m->cap_length, (size_t)strings->n + 1);
  memset(m->symbol_count, 0, m->cap_count * sizeof *m->symbol_count);
  memset(m->length, 1, m->cap_length);
  add_words(m, c, max_symbols);
  for (uint32_t i = 0; i < m->n; i++)
    if (m->next[i] != LEXICON_NONE)
      join(m, i);
}

void
merger_release(struct merger *m)
{
  free(m->symbol);
  free(m->next);
  free(m->before);
  free(m->word);
  free(m->times);
  free(m->symbol_count);
  free(m->length);
  free(m->pairs);
  free(m->slots);
  free(m->nodes);
  free(m->risen);
  free(m->places);
  *m = (struct merger){0};
}

/* ---- merging ---- */

/* The string of both; it may be there already, from other parts. */
static uint32_t
joined(struct merger *m, uint32_t left, uint32_t right)
{
  char s[PIECE_MAX * 4 + 1];
  size_t a = lexicon_length(m->strings, left), b = lexicon_length(m->strings, right);
  uint32_t before = m->strings->n, number;

  ensure(a + b < sizeof s);
  memcpy(s, lexicon_string(m->strings, left), a);
  memcpy(s + a, lexicon_string(m->strings, right), b);
  number = lexicon_add(m->strings, s, a + b, m->strings->kind[m->marks_ends ? right : left]);
  if (number == before) {
    GROW(m->symbol_count, m->cap_count, (size_t)number + 1);
    GROW(m->length, m->cap_length, (size_t)number + 1);
    m->symbol_count[number] = 0;
    m->length[number] = (uint8_t)(m->length[left] + m->length[right]);
  }
  return number;
}

static int
compare(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return x < y ? -1 : x > y;
}

/* Where the pair was seen; of a piece twice in rising order, so that of three in a row the first two become one. */
static size_t
places_of(struct merger *m, size_t i)
{
  size_t n = 0;

  for (uint32_t node = m->pairs[i].first; node != LEXICON_NONE; node = m->nodes[node].next) {
    GROW(m->places, m->cap_places, n + 1);
    m->places[n++] = m->nodes[node].place;
  }
  if (m->pairs[i].key >> 32 == (uint32_t)m->pairs[i].key)
    qsort(m->places, n, sizeof *m->places, compare);
  return n;
}

static void
merge_at(struct merger *m, uint32_t place, uint32_t piece)
{
  uint32_t second = m->next[place], left = m->before[place], right = m->next[second];
  uint64_t times = m->times[m->word[place]];

  if (left != LEXICON_NONE)
    part(m, left);
  part(m, place);
  if (right != LEXICON_NONE)
    part(m, second);
  m->symbol_count[m->symbol[place]] -= times;
  m->symbol_count[m->symbol[second]] -= times;
  m->symbol_count[piece] += times;
  m->total -= times;
  m->symbol[place] = piece;
  m->symbol[second] = LEXICON_NONE;
  m->next[place] = right;
  m->next[second] = LEXICON_NONE;
  if (right != LEXICON_NONE) {
    m->before[right] = place;
    join(m, place);
  }
  if (left != LEXICON_NONE)
    join(m, left);
}

uint32_t
merger_apply(struct merger *m, size_t i)
{
  uint32_t left = (uint32_t)(m->pairs[i].key >> 32), right = (uint32_t)m->pairs[i].key;
  uint32_t piece = joined(m, left, right);
  size_t n = places_of(m, i);

  m->n_merges++;
  m->n_risen = 0;
  for (size_t k = 0; k < n; k++) {
    uint32_t place = m->places[k];

    if (m->symbol[place] == left && m->next[place] != LEXICON_NONE && m->symbol[m->next[place]] == right)
      merge_at(m, place, piece);
  }
  m->pairs[i].first = m->pairs[i].last = LEXICON_NONE;
  return piece;
}
