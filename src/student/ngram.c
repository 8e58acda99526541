#include "student/ngram.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

#define K1 0x9e3779b97f4a7c15u
#define K2 0xbf58476d1ce4e5b9u
#define ENDING 3 /* characters */
#define LONG 26  /* tokens; longer texts are alike */

enum shape { SHAPE_EDGE, SHAPE_MARK, SHAPE_CAPITAL, SHAPE_DIGIT, SHAPE_OTHER };
/* What a hash is of, so that equal words in different roles differ. */
enum role { ROLE_WORD = 1, ROLE_SKIP, ROLE_AFTER, ROLE_BEFORE, ROLE_CHARS, ROLE_BOTH, ROLE_ONLY_1, ROLE_ONLY_2, ROLE_SHARE, ROLE_START, ROLE_LENGTH,
            ROLE_END_AFTER, ROLE_END_BEFORE,
            ROLE_TEXT2 = 64 };

static inline uint64_t
join(uint64_t h, uint64_t x)
{
  h = (h ^ x) * K1;
  return h ^ h >> 29;
}

static inline uint32_t
key_of(uint64_t h)
{
  return (uint32_t)((h ^ h >> 32) * K2 >> 33);
}

static inline void
add_key(struct ngrams *g, uint64_t h)
{
  g->keys[g->n++] = key_of(h);
}

static inline uint8_t
shape_of(uint32_t c)
{
  if (c - '0' < 10)
    return SHAPE_DIGIT;
  if (c < 0x80)
    return c - 'A' < 26 ? SHAPE_CAPITAL : SHAPE_OTHER;
  return utf8_tolower(c) != c ? SHAPE_CAPITAL : SHAPE_OTHER;
}

/* A letter or digit: 1; visible otherwise: 2; space or control: 0. */
static inline int
class_of(uint32_t c)
{
  if (c < 0x80)
    return c - 'a' < 26 || c - 'A' < 26 || c - '0' < 10 ? 1 : c > ' ' && c != 0x7f ? 2 : 0;
  return utf8_is_alnum(c) ? 1 : utf8_is_space(c) || utf8_is_control(c) ? 0 : 2;
}

/* Quotation marks however they are typed: ' for one, " for two; *len grows where two characters are one mark. */
static uint32_t
plain_quote(uint32_t c, const char *next, size_t *len)
{
  if (c == 0x2018 || c == 0x2019)
    return '\'';
  if (c == 0x201c || c == 0x201d)
    return '"';
  if ((c == '`' || c == '\'') && *next == (char)c) {
    *len = 2;
    return '"';
  }
  return c == '`' ? '\'' : c;
}

static void
end_token(struct ngrams *g, struct token *t)
{
  t->n = (uint32_t)g->n_codes - t->start;
  g->codes[g->n_codes++] = ' ';  /* the edge that character n-grams see */
  g->n_tokens++;
}

/* Cuts a text into tokens. codes holds " word " for each, neighbours sharing no edge. */
static void
tokenize(struct ngrams *g, const char *text)
{
  size_t n = strnlen(text, NGRAM_MAX_BYTES), len;
  bool inside = false;

  GROW(g->codes, g->codes_cap, 3 * n + 4);
  GROW(g->tokens, g->tokens_cap, n + 3);
  g->n_codes = 0;
  g->n_tokens = 0;
  g->tokens[g->n_tokens++] = (struct token){.hash = K2, .shape = SHAPE_EDGE};
  for (size_t i = 0; i < n; i += len) {
    uint32_t c = (unsigned char)text[i];
    struct token *t = &g->tokens[g->n_tokens];
    int class;

    len = 1;
    if (c >= 0x80)
      c = utf8_decode(text + i, n - i, &len);
    if (c == '\'' || c == '`' || c - 0x2018 < 6)
      c = plain_quote(c, text + i + 1, &len);
    class = class_of(c);
    if (inside && class != 1) {
      end_token(g, t++);
      inside = false;
    }
    if (class == 0)
      continue;
    if (!inside) {
      g->codes[g->n_codes++] = ' ';
      *t = (struct token){.start = (uint32_t)g->n_codes, .hash = 1, .shape = class == 1 ? shape_of(c) : SHAPE_MARK,
                          .word = class == 1, .at = (uint32_t)i};
      inside = true;
    }
    c = c < 0x80 ? (c - 'A' < 26 ? c | 0x20 : c) : utf8_tolower(c);
    g->codes[g->n_codes++] = c;
    t->hash = join(t->hash, c);
    if (class == 2) {
      end_token(g, t);
      inside = false;
    }
  }
  if (inside)
    end_token(g, &g->tokens[g->n_tokens]);
  g->tokens[g->n_tokens++] = (struct token){.hash = K1, .shape = SHAPE_EDGE};
}

/* How a text begins, and its length alone and with its first word: a short question asks for something else than a long one. */
static void
add_frame(struct ngrams *g, uint64_t role)
{
  const struct token *t = g->tokens;
  size_t n = g->n_tokens;
  uint64_t length = join(role + ROLE_LENGTH, n < LONG ? n / 2 : LONG / 2);

  add_key(g, length);
  if (n > 2)
    add_key(g, join(length, t[1].hash));
  if (n > 3)
    add_key(g, join(join(role + ROLE_START, t[1].hash), t[2].hash));
}

/* A hash that goes on from h with the last characters of a token. */
static uint64_t
join_ending(const struct ngrams *g, uint64_t h, const struct token *t)
{
  for (uint32_t k = t->n > ENDING ? t->n - ENDING : 0; k < t->n; k++)
    h = join(h, g->codes[t->start + k]);
  return h;
}

/* Each token with the ending of the next, and with that of the one before. */
static void
add_endings(struct ngrams *g, uint64_t role)
{
  for (size_t i = 1; i + 2 < g->n_tokens; i++) {
    const struct token *t = &g->tokens[i];

    add_key(g, join_ending(g, join(role + ROLE_END_AFTER, t[0].hash), &t[1]));
    add_key(g, join_ending(g, join(role + ROLE_END_BEFORE, t[1].hash), &t[0]));
  }
}

static void
add_words(struct ngrams *g, const struct ngram_options *o, uint64_t role)
{
  size_t n = g->n_tokens;

  GROW(g->keys, g->cap, g->n + n * (o->word_max + (o->skip > 1 ? o->skip - 1u : 0) + 4u * o->shape) + 3);
  if (o->shape) {
    add_frame(g, role);
    add_endings(g, role);
  }
  for (size_t i = 0; i < n; i++) {
    const struct token *t = &g->tokens[i];
    uint64_t h = join(role + ROLE_WORD, t->hash), s = join(role + ROLE_SKIP, t->hash);

    if (t->shape != SHAPE_EDGE)
      add_key(g, h);
    for (size_t j = 1; j < o->word_max && i + j < n; j++)
      add_key(g, h = join(h, t[j].hash));
    for (size_t j = 2; j <= o->skip && i + j < n; j++)
      add_key(g, join(s, t[j].hash));
    if (o->shape && i + 1 < n)
      add_key(g, join(join(role + ROLE_AFTER, t->hash), t[1].shape));
    if (o->shape && i > 0)
      add_key(g, join(join(role + ROLE_BEFORE, t->hash), t[-1].shape));
  }
}

static void
add_characters(struct ngrams *g, const struct ngram_options *o, uint64_t role)
{
  GROW(g->keys, g->cap, g->n + g->n_codes * (o->char_max - o->char_min + 1u));
  for (size_t i = 0; i < g->n_tokens; i++) {
    const struct token *t = &g->tokens[i];
    const uint32_t *c = g->codes + t->start - 1, *end = c + t->n + 2;

    if (t->shape == SHAPE_MARK || t->shape == SHAPE_EDGE)
      continue;
    for (; c < end; c++) {
      size_t n = (size_t)(end - c) < o->char_max ? (size_t)(end - c) : o->char_max;
      uint64_t h = role + ROLE_CHARS;

      for (size_t j = 0; j < n; j++) {
        h = join(h, c[j]);
        if (j + 1 >= o->char_min)
          g->keys[g->n++] = key_of(h) | NGRAM_CHARACTERS;
      }
    }
  }
}

static int
compare_hash(const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

  return (x > y) - (x < y);
}

/* The distinct words (marks too) of the tokens at hand, sorted, into words[]; returns how many. */
static size_t
distinct_words(const struct ngrams *g, uint64_t *words)
{
  size_t n = 0, m = 0;

  for (size_t i = 0; i < g->n_tokens; i++)
    if (g->tokens[i].shape != SHAPE_EDGE)
      words[n++] = g->tokens[i].hash;
  qsort(words, n, sizeof *words, compare_hash);
  for (size_t i = 0; i < n; i++)
    if (i == 0 || words[i] != words[i - 1])
      words[m++] = words[i];
  return m;
}

/* What two texts share. first[0..n) are the words of text, first[n..n+m) those of text2. */
static void
add_overlap(struct ngrams *g, size_t n, size_t m)
{
  const uint64_t *a = g->first, *b = g->first + n;
  size_t i = 0, j = 0, both = 0;

  GROW(g->keys, g->cap, g->n + n + m + 1);
  while (i < n || j < m) {
    if (j == m || (i < n && a[i] < b[j])) {
      add_key(g, join(ROLE_ONLY_1, a[i++]));
    } else if (i == n || b[j] < a[i]) {
      add_key(g, join(ROLE_ONLY_2, b[j++]));
    } else {
      add_key(g, join(ROLE_BOTH, a[i++]));
      j++;
      both++;
    }
  }
  add_key(g, join(ROLE_SHARE, m ? 8 * both / m : 9));
}

void
ngrams_of(struct ngrams *g, const struct ngram_options *o, const char *text, const char *text2)
{
  size_t n, m;

  g->n = 0;
  tokenize(g, text);
  if (!o->pair) {
    add_words(g, o, 0);
    g->n_words = g->n;
    if (o->char_max)
      add_characters(g, o, 0);
    return;
  }
  GROW(g->first, g->first_cap, g->n_tokens);
  n = distinct_words(g, g->first);
  add_words(g, o, 0);
  tokenize(g, text2 ? text2 : "");
  GROW(g->first, g->first_cap, n + g->n_tokens);
  m = distinct_words(g, g->first + n);
  add_words(g, o, ROLE_TEXT2);
  add_overlap(g, n, m);
  g->n_words = g->n;
  if (o->char_max)
    add_characters(g, o, ROLE_TEXT2);
}

void
ngrams_release(struct ngrams *g)
{
  free(g->keys);
  free(g->codes);
  free(g->tokens);
  free(g->first);
  *g = (struct ngrams)NGRAMS_INIT;
}
