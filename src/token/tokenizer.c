#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "token/own.h"
#include "token/word_counts.h"

enum scan_way
tokenizer_way(enum token_unit unit)
{
  return unit == TOKEN_WORDS ? SCAN_WORDS : unit == TOKEN_CHARACTERS ? SCAN_CHARACTERS : SCAN_RUNS;
}

bool
tokenizer_options_fit(const struct token_options *o)
{
  return (unsigned)o->unit <= TOKEN_CHARACTERS && o->vocabulary >= TOKEN_N_SPECIAL &&
         o->vocabulary <= TOKEN_MAX_VOCABULARY && o->buckets <= TOKEN_MAX_BUCKETS &&
         (!o->buckets || (o->sub_min >= 1 && o->sub_min <= o->sub_max && o->sub_max <= TOKEN_MAX_SUB));
}

struct tokenizer *
tokenizer_new(const struct token_options *o)
{
  struct tokenizer *t = xcalloc(1, sizeof *t);

  t->o = *o;
  lexicon_init(&t->strings);
  return t;
}

void
tokenizer_free(struct tokenizer *t)
{
  if (!t)
    return;
  lexicon_release(&t->strings);
  free(t);
}

struct tokenizer *
tokenizer_learn(const struct token_options *o, const char *const *texts, size_t n, int threads)
{
  struct tokenizer *t;
  struct word_counts c;

  ensure(tokenizer_options_fit(o));
  t = tokenizer_new(o);
  word_counts_of(&c, texts, n, tokenizer_way(o->unit), o->lower, o->min_count, threads);
  for (uint32_t i = 0; i < c.n && i < o->vocabulary - TOKEN_N_SPECIAL; i++)
    lexicon_add(&t->strings, lexicon_string(&c.words, c.order[i]), lexicon_length(&c.words, c.order[i]), PIECE_FIRST);
  word_counts_release(&c);
  return t;
}

const struct token_options *
tokenizer_options(const struct tokenizer *t)
{
  return &t->o;
}

uint32_t
tokenizer_rows(const struct tokenizer *t)
{
  return TOKEN_N_SPECIAL + t->strings.n + t->o.buckets;
}

const char *
tokenizer_string(const struct tokenizer *t, uint32_t row)
{
  return row < TOKEN_N_SPECIAL || row - TOKEN_N_SPECIAL >= t->strings.n
           ? ""
           : lexicon_string(&t->strings, row - TOKEN_N_SPECIAL);
}

/* Adds a token: string `number` of the lexicon (or none), which is code points i..j - 1 of the word. */
static void
add_token(const struct tokenizer *t, uint32_t number, const struct word *w, uint32_t i, uint32_t j, struct tokens *out)
{
  uint32_t at, length, rows = out->start[out->n];

  if (number != LEXICON_NONE)
    tokens_row(out, TOKEN_N_SPECIAL + number);
  if (t->o.buckets)
    subwords_add(t, w, i, j, out);
  if (out->start[out->n + 1] == rows)
    tokens_row(out, TOKEN_UNKNOWN);
  word_span(w, i, j, &at, &length);
  tokens_end(out, at, length);
}

void
tokenizer_encode(const struct tokenizer *t, const char *text, size_t max, struct tokens *out)
{
  struct scan s;
  struct word w;

  tokens_begin(out);
  scan_begin(&s, text, tokenizer_way(t->o.unit), t->o.lower);
  while ((!max || out->n < max) && scan_next(&s, &w))
    add_token(t, lexicon_of(&t->strings, w.bytes, w.n_bytes, PIECE_FIRST), &w, 0, w.n, out);
}
