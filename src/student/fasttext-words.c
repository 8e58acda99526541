#include "student/fasttext-words.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define LABEL_PREFIX "__label__"
#define BETWEEN "|||"

uint32_t
fasttext_hash(const char *s, size_t n)
{
  uint32_t h = 2166136261u;

  for (size_t i = 0; i < n; i++)
    h = (h ^ (uint32_t)(int8_t)s[i]) * 16777619u;
  return h;
}

/* ---- words of a text -------------------------------------------------------------------------------------------- */

static bool
is_space(char c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static void
add_token(struct fasttext_tokens *t, const char *s, size_t n, uint32_t at, bool second)
{
  GROW(t->v, t->cap, t->n + 1);
  t->v[t->n++] = (struct fasttext_token){s, (uint32_t)n, fasttext_hash(s, n), at, second};
}

/* False: the text said that it ends. */
static bool
read_words(struct fasttext_tokens *t, const char *text, bool second)
{
  size_t n = strnlen(text, FASTTEXT_MAX_BYTES);

  for (size_t i = 0, from; i < n; i++) {
    if (is_space(text[i]))
      continue;
    for (from = i; i < n && !is_space(text[i]); i++)
      ;
    if (i - from == sizeof FASTTEXT_END - 1 && memcmp(text + from, FASTTEXT_END, i - from) == 0)
      return false;
    if (i - from < sizeof LABEL_PREFIX - 1 || memcmp(text + from, LABEL_PREFIX, sizeof LABEL_PREFIX - 1) != 0)
      add_token(t, text + from, i - from, (uint32_t)from, second);
  }
  return true;
}

void
fasttext_read(struct fasttext_tokens *t, const char *text, const char *text2)
{
  t->n = 0;
  if (read_words(t, text, false) && text2) {
    add_token(t, BETWEEN, sizeof BETWEEN - 1, FASTTEXT_NONE, false);
    read_words(t, text2, true);
  }
  add_token(t, FASTTEXT_END, sizeof FASTTEXT_END - 1, FASTTEXT_NONE, false);
}

void
fasttext_tokens_release(struct fasttext_tokens *t)
{
  free(t->v);
  *t = (struct fasttext_tokens){0};
}

/* ---- distinct words ---------------------------------------------------------------------------------------------- */

void
fasttext_words_init(struct fasttext_words *w)
{
  *w = (struct fasttext_words){.mask = 1023};
  w->slots = xmalloc(((size_t)w->mask + 1) * sizeof *w->slots);
  memset(w->slots, 0xff, ((size_t)w->mask + 1) * sizeof *w->slots);
  GROW(w->at, w->at_cap, 1);
  w->at[0] = 0;
}

void
fasttext_words_release(struct fasttext_words *w)
{
  free(w->bytes);
  free(w->at);
  free(w->counts);
  free(w->slots);
  *w = (struct fasttext_words){0};
}

static size_t
length_of(const struct fasttext_words *w, uint32_t i)
{
  return w->at[i + 1] - w->at[i] - 1;
}

/* The slot of a word, or the empty one where it belongs. */
static uint32_t
slot_of(const struct fasttext_words *w, const char *s, size_t n, uint32_t hash)
{
  uint32_t i = hash * 0x9e3779b1u & w->mask;

  for (; w->slots[i] != FASTTEXT_NONE; i = (i + 1) & w->mask)
    if (length_of(w, w->slots[i]) == n && memcmp(fasttext_word(w, w->slots[i]), s, n) == 0)
      break;
  return i;
}

uint32_t
fasttext_words_find(const struct fasttext_words *w, const char *s, size_t n, uint32_t hash)
{
  return w->slots[slot_of(w, s, n, hash)];
}

static void
grow_slots(struct fasttext_words *w)
{
  w->mask = 2 * w->mask + 1;
  w->slots = xrealloc(w->slots, ((size_t)w->mask + 1) * sizeof *w->slots);
  memset(w->slots, 0xff, ((size_t)w->mask + 1) * sizeof *w->slots);
  for (uint32_t i = 0; i < w->n; i++) {
    const char *s = fasttext_word(w, i);
    size_t n = length_of(w, i);

    w->slots[slot_of(w, s, n, fasttext_hash(s, n))] = i;
  }
}

uint32_t
fasttext_words_add(struct fasttext_words *w, const char *s, size_t n, uint32_t hash)
{
  uint32_t slot = slot_of(w, s, n, hash);

  if (w->slots[slot] != FASTTEXT_NONE)
    return w->slots[slot];
  GROW(w->bytes, w->bytes_cap, w->n_bytes + n + 1);
  memcpy(w->bytes + w->n_bytes, s, n);
  w->n_bytes += n;
  w->bytes[w->n_bytes++] = '\0';
  GROW(w->at, w->at_cap, w->n + 2);
  GROW(w->counts, w->counts_cap, w->n + 1);
  w->at[w->n + 1] = w->n_bytes;
  w->counts[w->n] = 0;
  w->slots[slot] = w->n++;
  if (2 * (size_t)w->n > w->mask)
    grow_slots(w);
  return w->n - 1;
}

/* ---- n-grams ----------------------------------------------------------------------------------------------------- */

static void
add_hash(struct fasttext_hashes *h, uint64_t x)
{
  GROW(h->v, h->cap, h->n + 1);
  h->v[h->n++] = x;
}

/* The i-th byte of <word>. */
static char
edged(const char *word, size_t n, size_t i)
{
  return i == 0 ? '<' : i == n + 1 ? '>' : word[i - 1];
}

static bool
continues(char c)
{
  return ((unsigned char)c & 0xc0) == 0x80;
}

void
fasttext_characters(struct fasttext_hashes *h, const struct fasttext_shape *o, const char *word, size_t n)
{
  size_t end = n + 2;

  for (size_t i = 0; i < end; i++) {
    uint32_t hash = 2166136261u;

    if (continues(edged(word, n, i)))
      continue;
    for (size_t j = i, k = 1; j < end && k <= o->char_max; k++) {
      do
        hash = (hash ^ (uint32_t)(int8_t)edged(word, n, j++)) * 16777619u;
      while (j < end && continues(edged(word, n, j)));
      if (k >= o->char_min && !(k == 1 && (i == 0 || j == end)))
        add_hash(h, hash);
    }
  }
}

void
fasttext_ngrams(struct fasttext_hashes *h, const struct fasttext_shape *o, const struct fasttext_tokens *t, size_t i)
{
  uint64_t hash = (uint64_t)(int32_t)t->v[i].hash;

  for (size_t j = i + 1; j < t->n && j < i + o->words; j++) {
    hash = hash * 116049371u + (uint64_t)(int32_t)t->v[j].hash;
    add_hash(h, hash);
  }
}
