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
  free(t->merges);
  free(t->slots);
  free(t->shown);
  free(t->shown_at);
  free(t);
}

static bool
has_pieces(const struct tokenizer *t)
{
  return t->o.unit == TOKEN_BPE || t->o.unit == TOKEN_WORDPIECE;
}

/* Strings of pieces with the marks that people know. */
static void
prepare_shown(struct tokenizer *t)
{
  struct buf b = {.max = SIZE_MAX / 2};
  const char *end = t->o.unit == TOKEN_BPE ? "</w>" : "", *begin = t->o.unit == TOKEN_WORDPIECE ? "##" : "";

  t->shown_at = xmalloc(((size_t)t->strings.n + 1) * sizeof *t->shown_at);
  for (uint32_t i = 0; i < t->strings.n; i++) {
    bool marked = t->strings.kind[i] == PIECE_MARKED;

    t->shown_at[i] = (uint32_t)b.n;
    buf_adds(&b, marked ? begin : "");
    buf_adds(&b, lexicon_string(&t->strings, i));
    buf_adds(&b, marked ? end : "");
    buf_addc(&b, '\0');
  }
  t->shown = buf_take(&b);
}

void
tokenizer_prepare(struct tokenizer *t)
{
  if (!has_pieces(t))
    return;
  pieces_prepare(t);
  prepare_shown(t);
}

static void
learn_words(struct tokenizer *t, const struct word_counts *c)
{
  for (uint32_t i = 0; i < c->n && i < t->o.vocabulary - TOKEN_N_SPECIAL; i++)
    lexicon_add(&t->strings, lexicon_string(&c->words, c->order[i]), lexicon_length(&c->words, c->order[i]),
                PIECE_PLAIN);
}

struct tokenizer *
tokenizer_learn(const struct token_options *o, const char *const *texts, size_t n, int threads)
{
  struct tokenizer *t;
  struct word_counts c;

  ensure(tokenizer_options_fit(o));
  t = tokenizer_new(o);
  word_counts_of(&c, texts, n, tokenizer_way(o->unit), o->lower, has_pieces(t) ? 1 : o->min_count, threads);
  if (has_pieces(t))
    pieces_learn(t, &c);
  else
    learn_words(t, &c);
  word_counts_release(&c);
  tokenizer_prepare(t);
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
  uint32_t i = row - TOKEN_N_SPECIAL;

  if (row < TOKEN_N_SPECIAL || i >= t->strings.n)
    return "";
  return t->shown ? t->shown + t->shown_at[i] : lexicon_string(&t->strings, i);
}

void
tokenizer_add(const struct tokenizer *t, uint32_t number, const struct word *w, uint32_t i, uint32_t j,
              struct tokens *out)
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
  bool pieces = has_pieces(t);

  tokens_begin(out);
  scan_begin(&s, text, tokenizer_way(t->o.unit), t->o.lower);
  while ((!max || out->n < max) && scan_next(&s, &w)) {
    if (pieces)
      pieces_encode(t, &w, max, out);
    else
      tokenizer_add(t, lexicon_of(&t->strings, w.bytes, w.n_bytes, PIECE_PLAIN), &w, 0, w.n, out);
  }
}
