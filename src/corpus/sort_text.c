#include "corpus/sort_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/texts.h"

#define FEW 2048u                /* fewer are compared with each other */
#define DIGIT 11u                /* bits of a word that are sorted by at once */
#define DIGITS 6u
#define BUCKETS (1u << DIGIT)

/* Capitals made small, in all eight bytes at once. */
static uint64_t
fold(uint64_t x)
{
  const uint64_t ones = UINT64_C(0x0101010101010101);
  uint64_t low = x & 0x7f * ones, beyond_z = low + (0x7f - 'Z') * ones, from_a = low + (0x80 - 'A') * ones;
  uint64_t capital = (from_a ^ beyond_z) & ~x & 0x80 * ones;

  return x | capital >> 2;
}

/* Eight bytes from `at` on as a number that orders like they do; zeros past the end, where no byte is zero. */
static uint64_t
word_at(const char *text, size_t at, bool down)
{
  size_t n = texts_length(text);
  uint64_t x = 0;

  if (at < n)
    memcpy(&x, text + at, n - at < sizeof x ? n - at : sizeof x);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  x = __builtin_bswap64(x);
#endif
  x = fold(x);
  return down ? ~x : x;
}

static int
compare(const void *a, const void *b)
{
  const struct sort_text *x = a, *y = b;

  if (x->word != y->word)
    return x->word < y->word ? -1 : 1;
  return x->order < y->order ? -1 : x->order > y->order;
}

/* By words, from the lowest digit to the highest; room is for n more. */
static void
sort_words(struct sort_text *v, struct sort_text *room, size_t n)
{
  uint32_t (*counts)[BUCKETS];
  struct sort_text *from = v, *to = room, *swap;

  if (n < FEW) {
    qsort(v, n, sizeof *v, compare);
    return;
  }
  counts = xcalloc(DIGITS, sizeof *counts);
  for (size_t i = 0; i < n; i++)
    for (unsigned d = 0; d < DIGITS; d++)
      counts[d][v[i].word >> d * DIGIT & (BUCKETS - 1)]++;
  for (unsigned d = 0; d < DIGITS; d++) {
    uint32_t at = 0;

    if (counts[d][from[0].word >> d * DIGIT & (BUCKETS - 1)] == n)
      continue;
    for (unsigned b = 0; b < BUCKETS; b++) {
      uint32_t count = counts[d][b];

      counts[d][b] = at;
      at += count;
    }
    for (size_t i = 0; i < n; i++)
      to[counts[d][from[i].word >> d * DIGIT & (BUCKETS - 1)]++] = from[i];
    swap = from;
    from = to;
    to = swap;
  }
  if (from != v)
    memcpy(v, from, n * sizeof *v);
  free(counts);
}

static size_t
run_end(const struct sort_text *v, size_t from, size_t n)
{
  size_t i = from + 1;

  while (i < n && v[i].word == v[from].word)
    i++;
  return i;
}

/* Texts that are the same up to byte `at`. Of the runs that are still the same behind it the longest is gone on with
 * here and the others in calls of their own, so that calls nest no deeper than log2 n. */
static void
sort_from(struct sort_text *v, struct sort_text *room, size_t n, size_t at, bool down)
{
  while (n > 1) {
    size_t longest = 0, n_longest = 0;

    for (size_t i = 0; i < n; i++)
      v[i].word = word_at(v[i].text, at, down);
    sort_words(v, room, n);
    at += sizeof v->word;
    for (size_t i = 0, end; i < n; i = end) {
      end = run_end(v, i, n);
      if (!((down ? ~v[i].word : v[i].word) & 0xff))   /* these have ended */
        continue;
      if (end - i > n_longest) {
        sort_from(v + longest, room, n_longest, at, down);
        longest = i;
        n_longest = end - i;
      } else {
        sort_from(v + i, room, end - i, at, down);
      }
    }
    v += longest;
    n = n_longest;
  }
}

void
sort_texts(struct sort_text *v, size_t n, bool down)
{
  struct sort_text *room = xmalloc((n + 1) * sizeof *room);

  sort_from(v, room, n, 0, down);
  free(room);
}
