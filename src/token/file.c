/* A tokenizer as bytes: a head of 32-bit numbers (little end first), the strings, each after its length (16 bits) and
 * its kind (8 bits), the merges as three 32-bit numbers each, and a hash of all that. */
#include <endian.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "token/own.h"

#define MAGIC 0x314b4f54u  /* "TOK1" */
#define STRING_MAX (WORD_MAX * 4)

enum {
  HEAD_MAGIC,
  HEAD_UNIT,
  HEAD_LOWER,
  HEAD_VOCABULARY,
  HEAD_MIN_COUNT,
  HEAD_BUCKETS,
  HEAD_SUB,
  HEAD_STRINGS,
  HEAD_MERGES,
  HEAD_N
};

static void
add_number(struct buf *out, uint64_t x, size_t n_bytes)
{
  x = htole64(x);
  buf_add(out, (const char *)&x, n_bytes);
}

void
tokenizer_save(const struct tokenizer *t, struct buf *out)
{
  const struct token_options *o = &t->o;
  size_t begin = out->n;
  uint32_t head[HEAD_N] = {MAGIC, o->unit, o->lower, o->vocabulary, o->min_count, o->buckets,
                           (uint32_t)o->sub_min << 8 | o->sub_max, t->strings.n, t->n_merges};

  for (size_t i = 0; i < HEAD_N; i++)
    add_number(out, head[i], 4);
  for (uint32_t i = 0; i < t->strings.n; i++) {
    add_number(out, lexicon_length(&t->strings, i), 2);
    add_number(out, t->strings.kind[i], 1);
    buf_add(out, lexicon_string(&t->strings, i), lexicon_length(&t->strings, i));
  }
  for (uint32_t i = 0; i < t->n_merges; i++) {
    add_number(out, t->merges[i].left, 4);
    add_number(out, t->merges[i].right, 4);
    add_number(out, t->merges[i].result, 4);
  }
  if (!out->over)
    add_number(out, hash_bytes(out->s + begin, out->n - begin, 0), 8);
}

struct reader {
  const char *s;
  size_t n, at;
};

/* 0 beyond the end; the caller looks at `at` before it believes it. */
static uint64_t
number(struct reader *r, size_t n_bytes)
{
  uint64_t x = 0;

  if (r->n - r->at < n_bytes) {
    r->at = r->n;
    return 0;
  }
  memcpy(&x, r->s + r->at, n_bytes);
  r->at += n_bytes;
  return le64toh(x);
}

static bool
read_head(struct reader *r, struct token_options *o, uint32_t *n_strings, uint32_t *n_merges)
{
  uint32_t head[HEAD_N];

  if (r->n < HEAD_N * 4)
    return false;
  for (size_t i = 0; i < HEAD_N; i++)
    head[i] = (uint32_t)number(r, 4);
  if (head[HEAD_MAGIC] != MAGIC || head[HEAD_UNIT] > TOKEN_CHARACTERS || head[HEAD_LOWER] > 1 ||
      head[HEAD_SUB] > 0xffff)
    return false;
  *o = (struct token_options){.unit = (enum token_unit)head[HEAD_UNIT], .lower = head[HEAD_LOWER],
                              .vocabulary = head[HEAD_VOCABULARY], .min_count = head[HEAD_MIN_COUNT],
                              .buckets = head[HEAD_BUCKETS], .sub_min = (uint8_t)(head[HEAD_SUB] >> 8),
                              .sub_max = (uint8_t)head[HEAD_SUB]};
  *n_strings = head[HEAD_STRINGS];
  *n_merges = head[HEAD_MERGES];
  return tokenizer_options_fit(o) && *n_strings <= o->vocabulary - TOKEN_N_SPECIAL &&
         *n_merges <= TOKEN_MAX_VOCABULARY &&
         (o->unit == TOKEN_BPE || *n_merges == 0);
}

static bool
read_string(struct reader *r, struct lexicon *l)
{
  size_t n = number(r, 2), kind = number(r, 1);
  uint32_t i = l->n;

  if (n == 0 || n > STRING_MAX || kind >= PIECE_N || r->n - r->at < n || memchr(r->s + r->at, 0, n) ||
      !utf8_valid(r->s + r->at, n, NULL))
    return false;
  r->at += n;
  return lexicon_add(l, r->s + r->at - n, n, (uint8_t)kind) == i;  /* else it stands there twice */
}

/* Each merge makes its result's string out of those of its parts. */
static bool
read_merge(struct reader *r, const struct lexicon *l, struct merge *m)
{
  size_t a, b;

  m->left = (uint32_t)number(r, 4);
  m->right = (uint32_t)number(r, 4);
  m->result = (uint32_t)number(r, 4);
  if (m->left >= l->n || m->right >= l->n || m->result >= l->n)
    return false;
  a = lexicon_length(l, m->left);
  b = lexicon_length(l, m->right);
  return lexicon_length(l, m->result) == a + b && l->kind[m->result] == l->kind[m->right] &&
         memcmp(lexicon_string(l, m->result), lexicon_string(l, m->left), a) == 0 &&
         memcmp(lexicon_string(l, m->result) + a, lexicon_string(l, m->right), b) == 0;
}

/* Before anything is allocated, the bytes that are there must be enough. */
static bool
read_body(struct reader *r, struct tokenizer *t, uint32_t n_strings, uint32_t n_merges)
{
  uint32_t i = 0;

  while (i < n_strings && read_string(r, &t->strings))
    i++;
  if (i < n_strings || (r->n - r->at) / 12 < n_merges)
    return false;
  t->merges = xmalloc(((size_t)n_merges + 1) * sizeof *t->merges);
  for (; t->n_merges < n_merges; t->n_merges++)
    if (!read_merge(r, &t->strings, &t->merges[t->n_merges]))
      return false;
  return true;
}

struct tokenizer *
tokenizer_load(const char *bytes, size_t n, size_t *used, struct err *e)
{
  struct reader r = {bytes, n, 0};
  struct token_options o;
  struct tokenizer *t = NULL;
  uint32_t n_strings, n_merges;

  if (read_head(&r, &o, &n_strings, &n_merges)) {
    t = tokenizer_new(&o);
    if (read_body(&r, t, n_strings, n_merges) && n - r.at >= 8) {
      uint64_t hash = hash_bytes(bytes, r.at, 0);

      if (number(&r, 8) == hash) {
        tokenizer_prepare(t);
        *used = r.at;
        return t;
      }
    }
  }
  tokenizer_free(t);
  err_set(e, ERR_INPUT, "the model's tokenizer is damaged");
  return NULL;
}
