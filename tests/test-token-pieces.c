/* Pieces of words: byte pairs against learning and merging written down naively, WordPiece against the vocabulary of
 * BERT. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "token/merger.h"
#include "token/tokenizer.h"
#include "token/word_counts.h"

/* ---- byte pairs, naively ---- */

#define MAX_WORDS 600
#define MAX_PIECES 400
#define LONGEST 24

struct naive {
  char piece[MAX_PIECES][4 * LONGEST + 8];  /* with "</w>" where it ends a word */
  size_t n_pieces;
  struct {
    int left, right, result;
  } merges[2 * MAX_PIECES];
  size_t n_merges;
  int word[MAX_WORDS][WORD_MAX], length[MAX_WORDS];
  uint64_t times[MAX_WORDS];
  size_t n_words;
};

static int
piece_number(const struct naive *v, const char *s)
{
  for (size_t i = 0; i < v->n_pieces; i++)
    if (strcmp(v->piece[i], s) == 0)
      return (int)i;
  return -1;
}

/* The characters of a word as strings, the last with its mark. */
static int
split(const char *s, char out[WORD_MAX][12])
{
  size_t n = strlen(s), len;
  int k = 0;

  for (size_t i = 0; i < n; i += len, k++) {
    utf8_decode(s + i, n - i, &len);
    snprintf(out[k], sizeof out[k], "%.*s%s", (int)len, s + i, i + len == n ? "</w>" : "");
  }
  return k;
}

/* The text of a piece without its mark; *marked. */
static size_t
bare(const char *s, int *marked)
{
  size_t n = strlen(s);

  *marked = n > 4 && strcmp(s + n - 4, "</w>") == 0;
  return *marked ? n - 4 : n;
}

struct seen {
  char s[12];
  uint64_t count;
};

static int
compare_seen(const void *a, const void *b)
{
  const struct seen *x = a, *y = b;
  int mx, my;
  size_t nx = bare(x->s, &mx), ny = bare(y->s, &my), n = nx < ny ? nx : ny;
  int order = memcmp(x->s, y->s, n);

  if (x->count != y->count)
    return x->count > y->count ? -1 : 1;
  return order ? order : nx != ny ? (nx < ny ? -1 : 1) : mx - my;
}

static void
naive_characters(struct naive *v, const struct word_counts *c, uint64_t least)
{
  static struct seen seen[MAX_PIECES];
  char parts[WORD_MAX][12];
  size_t n = 0;

  memset(seen, 0, sizeof seen);
  for (uint32_t i = 0; i < c->n; i++) {
    int k = split(lexicon_string(&c->words, c->order[i]), parts);

    for (int j = 0; j < k; j++) {
      size_t at = 0;

      while (at < n && strcmp(seen[at].s, parts[j]) != 0)
        at++;
      assert_true(at < MAX_PIECES);
      strcpy(seen[at].s, parts[j]);
      seen[at].count += c->count[c->order[i]];
      n += at == n;
    }
  }
  qsort(seen, n, sizeof *seen, compare_seen);
  for (size_t i = 0; i < n; i++)
    if (seen[i].count >= least)
      strcpy(v->piece[v->n_pieces++], seen[i].s);
}

static size_t
characters_of(const char *s)
{
  int marked;

  return utf8_count(s, bare(s, &marked));
}

static bool
best_pair(const struct naive *v, uint64_t least, int *left, int *right)
{
  static uint64_t count[MAX_PIECES][MAX_PIECES];
  uint64_t best = 0;

  memset(count, 0, sizeof count);
  for (size_t i = 0; i < v->n_words; i++)
    for (int j = 0; j + 1 < v->length[i]; j++) {
      int a = v->word[i][j], b = v->word[i][j + 1];

      if (a >= 0 && b >= 0 && characters_of(v->piece[a]) + characters_of(v->piece[b]) <= LONGEST)
        count[a][b] += v->times[i];
    }
  for (size_t a = 0; a < v->n_pieces; a++)
    for (size_t b = 0; b < v->n_pieces; b++)
      if (count[a][b] > best) {
        best = count[a][b];
        *left = (int)a;
        *right = (int)b;
      }
  return best > 0 && best >= least;
}

/* left to right */
static int
apply(int *word, int n, int left, int right, int result)
{
  int m = 0;

  for (int j = 0; j < n; j++)
    if (j + 1 < n && word[j] == left && word[j + 1] == right) {
      word[m++] = result;
      j++;
    } else {
      word[m++] = word[j];
    }
  return m;
}

static int
naive_split(const struct naive *v, const char *s, int *word)
{
  char parts[WORD_MAX][12];
  int n = split(s, parts);

  for (int j = 0; j < n; j++)
    word[j] = piece_number(v, parts[j]);
  return n;
}

static struct naive *
naive_learn(const char *const *texts, size_t n, size_t most, uint64_t least)
{
  struct naive *v = xcalloc(1, sizeof *v);
  struct word_counts c;
  int left = 0, right = 0;

  word_counts_of(&c, texts, n, SCAN_RUNS, true, 1, 1);
  naive_characters(v, &c, least);
  for (uint32_t i = 0; i < c.n; i++) {
    assert_true(v->n_words < MAX_WORDS);
    v->times[v->n_words] = c.count[c.order[i]];
    v->length[v->n_words] = naive_split(v, lexicon_string(&c.words, c.order[i]), v->word[v->n_words]);
    v->n_words++;
  }
  while (v->n_pieces < most && best_pair(v, least > TOKEN_MIN_PIECE ? least : TOKEN_MIN_PIECE, &left, &right)) {
    char s[sizeof v->piece[0]];
    int result;

    snprintf(s, sizeof s, "%s%s", v->piece[left], v->piece[right]);
    if ((result = piece_number(v, s)) < 0)
      strcpy(v->piece[result = (int)v->n_pieces++], s);
    v->merges[v->n_merges].left = left;
    v->merges[v->n_merges].right = right;
    v->merges[v->n_merges++].result = result;
    for (size_t i = 0; i < v->n_words; i++)
      v->length[i] = apply(v->word[i], v->length[i], left, right, result);
  }
  word_counts_release(&c);
  return v;
}

/* Words of few letters, so that pieces repeat and overlap. */
static void
random_words(struct rng *r, char *out, size_t n)
{
  static const char *const letters[] = {"a", "a", "a", "b", "c", "\u00e9", "\u4eca", "x"};
  size_t at = 0;

  while (at + 8 < n) {
    const char *letter = rng_below(r, 5) == 0 ? " " : letters[rng_below(r, N_OF(letters))];

    memcpy(out + at, letter, strlen(letter));
    at += strlen(letter);
  }
  out[at] = '\0';
}

static void
assert_same_encoding(const struct naive *v, const struct tokenizer *t, const char *text)
{
  struct tokens k = {0};
  struct scan s;
  struct word w;
  size_t at = 0;

  tokenizer_encode(t, text, 0, &k);
  scan_begin(&s, text, SCAN_RUNS, true);
  while (scan_next(&s, &w)) {
    int word[WORD_MAX], n = naive_split(v, w.bytes, word);

    for (size_t i = 0; i < v->n_merges; i++)
      n = apply(word, n, v->merges[i].left, v->merges[i].right, v->merges[i].result);
    for (int j = 0; j < n; j++, at++) {
      assert_true(at < k.n);
      assert_int_equal(k.rows[k.start[at]], word[j] < 0 ? TOKEN_UNKNOWN : TOKEN_N_SPECIAL + word[j]);
    }
  }
  assert_int_equal(at, k.n);
  tokens_release(&k);
}

static void
test_byte_pairs(void **state)
{
  struct rng r;

  (void)state;
  rng_seed(&r, 3);
  for (int round = 0; round < 12; round++) {
    char bytes[12][200];
    const char *texts[12];
    struct token_options o = {TOKEN_BPE, true, (uint32_t)(TOKEN_N_SPECIAL + 30 + rng_below(&r, 100)),
                              (uint32_t)rng_below(&r, 14), 0, 0, 0};
    struct tokenizer *t;
    struct naive *v;

    for (size_t i = 0; i < N_OF(texts); i++) {
      random_words(&r, bytes[i], 20 + rng_below(&r, 180));
      texts[i] = bytes[i];
    }
    t = tokenizer_learn(&o, texts, 10, 2);
    v = naive_learn(texts, 10, o.vocabulary - TOKEN_N_SPECIAL, o.min_count);
    assert_int_equal(tokenizer_rows(t), TOKEN_N_SPECIAL + v->n_pieces);
    for (size_t i = 0; i < v->n_pieces; i++)
      assert_string_equal(tokenizer_string(t, (uint32_t)(TOKEN_N_SPECIAL + i)), v->piece[i]);
    for (size_t i = 0; i < N_OF(texts); i++)  /* the last two were not learned from */
      assert_same_encoding(v, t, texts[i]);
    assert_same_encoding(v, t, "aaaaaaa zzz aza \u0e01");
    tokenizer_free(t);
    free(v);
  }
}

/* Where there are more words than room, those that are equally frequent are taken from everywhere, not from the front. */
static void
test_too_many_words(void **state)
{
  static const char *const texts[] = {"xy xy xy aa ab ac ad ba bb bc bd ca cb cc cd da db dc dd"};
  struct word_counts c;
  struct lexicon letters;
  struct merger m;

  (void)state;
  lexicon_init(&letters);
  for (const char *s = "abcd"; *s; s++)
    lexicon_add(&letters, s, 1, PIECE_PLAIN);
  word_counts_of(&c, texts, 1, SCAN_RUNS, true, 1, 1);
  merger_init(&m, &letters, &c, true, 34);
  assert_int_equal(m.n_words, 17);
  assert_int_equal(m.n, 34);
  merger_release(&m);
  merger_init(&m, &letters, &c, true, 12);  /* xy aa ba ca da */
  assert_int_equal(m.n_words, 5);
  assert_int_equal(m.n, 10);
  assert_int_equal(m.times[0], 3);
  for (uint32_t i = 0; i < 4; i++)
    assert_int_equal(m.symbol[2 + 2 * i], i);
  merger_release(&m);
  merger_init(&m, &letters, &c, true, 1);
  assert_int_equal(m.n_words, 0);
  merger_release(&m);
  word_counts_release(&c);
  lexicon_release(&letters);
}

static void
test_byte_pairs_by_hand(void **state)
{
  static const char *const texts[] = {"low low low low low lower lower newest newest newest newest newest newest",
                                      "widest widest widest"};  /* of Sennrich et al., twice */
  struct token_options o = {TOKEN_BPE, true, TOKEN_N_SPECIAL + 15, 1, 0, 0, 0};
  const char *const twice[] = {texts[0], texts[1], texts[0], texts[1]};
  struct tokenizer *t = tokenizer_learn(&o, twice, 4, 2);
  struct tokens k = {0};
  const char *text = "lowest Newest";

  (void)state;
  /* d e i l n o r</w> s t</w> w w</w>: 11 characters; es, est</w>, lo, then: ow or ew or ne */
  assert_string_equal(tokenizer_string(t, TOKEN_N_SPECIAL + 11), "es");
  assert_string_equal(tokenizer_string(t, TOKEN_N_SPECIAL + 12), "est</w>");
  assert_string_equal(tokenizer_string(t, TOKEN_N_SPECIAL + 13), "lo");
  tokenizer_encode(t, text, 0, &k);
  assert_string_equal(tokenizer_string(t, k.rows[0]), "lo");
  assert_string_equal(tokenizer_string(t, k.rows[1]), "w");
  assert_string_equal(tokenizer_string(t, k.rows[2]), "est</w>");
  assert_int_equal(k.at[2], 3);
  assert_int_equal(k.length[2], 3);
  assert_int_equal(k.at[k.n - 1] + k.length[k.n - 1], strlen(text));
  tokens_release(&k);
  tokenizer_free(t);
}

/* ---- WordPiece ---- */

static void
add_number(struct buf *b, uint64_t x, int n)
{
  for (; n > 0; n--, x >>= 8)
    buf_addc(b, (char)(x & 255));
}

/* A saved tokenizer with these strings (token/file.c says how), so "##" marks pieces that begin no word. */
static struct tokenizer *
made_of(const char *const *strings, size_t n)
{
  struct buf b = BUF_INIT;
  struct err e = {0};
  size_t used;
  struct tokenizer *t;
  uint32_t head[] = {0x314b4f54u, TOKEN_WORDPIECE, 1, TOKEN_MAX_VOCABULARY, 1, 0, 0, (uint32_t)n, 0};

  for (size_t i = 0; i < N_OF(head); i++)
    add_number(&b, head[i], 4);
  for (size_t i = 0; i < n; i++) {
    bool later = strncmp(strings[i], "##", 2) == 0 && strings[i][2];
    const char *s = strings[i] + (later ? 2 : 0);

    add_number(&b, strlen(s), 2);
    buf_addc(&b, later);
    buf_adds(&b, s);
  }
  add_number(&b, hash_bytes(b.s, b.n, 0), 8);
  t = tokenizer_load(b.s, b.n, &used, &e);
  assert_non_null(t);
  buf_release(&b);
  return t;
}

/* The pieces of a text with '|' between them. */
static char *
pieces(const struct tokenizer *t, const char *text)
{
  struct buf b = BUF_INIT;
  struct tokens k = {0};

  tokenizer_encode(t, text, 0, &k);
  buf_adds(&b, "");
  for (size_t i = 0; i < k.n; i++) {
    uint32_t row = k.rows[k.start[i]];

    buf_addf(&b, "%s%s", i ? "|" : "", row == TOKEN_UNKNOWN ? "?" : tokenizer_string(t, row));
  }
  tokens_release(&k);
  return buf_take(&b);
}

static void
assert_pieces(const struct tokenizer *t, const char *text, const char *want)
{
  char *got = pieces(t, text);

  assert_string_equal(got, want);
  free(got);
}

static void
test_word_pieces_by_hand(void **state)
{
  static const char *const strings[] = {"un", "##aff", "##able", "##a", "##ff", "u", "##b", "a", "##n", "##unable",
                                        "!"};
  struct tokenizer *t = made_of(strings, N_OF(strings));

  (void)state;
  assert_pieces(t, "unaffable! Un", "un|##aff|##able|!|un");
  assert_pieces(t, "unaffx a ab", "?|a|a|##b");  /* nothing for x: the whole word */
  assert_pieces(t, "unable u", "un|##able|u");
  assert_pieces(t, "uunable", "u|##unable");
  tokenizer_free(t);
}

/* The longest first, over the list of strings from end to end. */
static void
naive_pieces(const char *const *strings, size_t n, const char *word, struct buf *out)
{
  size_t length = strlen(word), start = out->n;

  for (size_t i = 0; i < length;) {
    size_t best = 0, which = 0;

    for (size_t j = 0; j < n; j++) {
      bool later = strncmp(strings[j], "##", 2) == 0 && strings[j][2];
      const char *s = strings[j] + (later ? 2 : 0);
      size_t m = strlen(s);

      if (later == (i > 0) && m > best && m <= length - i && memcmp(s, word + i, m) == 0) {
        best = m;
        which = j;
      }
    }
    if (best == 0) {
      buf_truncate(out, start);
      buf_adds(out, "?");
      return;
    }
    buf_addf(out, "%s%s", i ? "|" : "", strings[which]);
    i += best;
  }
}

static void
test_word_pieces_of_bert(void **state)
{
  static const char *const words[] = {"embeddings", "unaffable", "transformer", "the",
                                      "antidisestablishmentarianism", "xqzjk",
                                      "2048", "caf\u00e9", "hyperparameter", "tokenization", "zebra", "retort",
"stra\u00dfe"};
  const char *data = getenv("RETORT_DATA");
  char *path, *bytes, *save;
  const char **strings = NULL;
  size_t n = 0, cap = 0, n_bytes;
  struct err e = {0};
  struct tokenizer *t;

  (void)state;
  if (!data)
    skip();
  path = xasprintf("%s/vocab/vocab.txt", data);
  if (io_read_file(path, 1 << 22, &bytes, &n_bytes, &e) < 0) {
    free(path);
    skip();
  }
  free(path);
  for (char *line = strtok_r(bytes, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
    GROW(strings, cap, n + 1);
    strings[n++] = line;
  }
  assert_true(n > 30000);
  t = made_of(strings, n);
  /* as BERT's own does */
  assert_pieces(t, "The embeddings are unaffable.", "the|em|##bed|##ding|##s|are|una|##ffa|##ble|.");
  for (size_t i = 0; i < N_OF(words); i++) {
    struct buf want = BUF_INIT;

    naive_pieces(strings, n, words[i], &want);
    assert_pieces(t, words[i], want.s);
    buf_release(&want);
  }
  tokenizer_free(t);
  free(strings);
  free(bytes);
}

#define FEW_PIECES 60   /* enough for stems and ends, not for words */

/* What was learned splits words as their makers did, and the texts are likelier as such pieces than as byte pairs:
 * that is what they were chosen for. */
static double
bits(enum token_unit unit, const char *const *texts, size_t n)
{
  struct token_options o = {unit, true, FEW_PIECES, 2, 0, 0, 0};
  struct tokenizer *t = tokenizer_learn(&o, texts, n, 2);
  double count[200] = {0}, total = 0, sum = 0;
  struct tokens k = {0};

  assert_int_equal(tokenizer_rows(t), FEW_PIECES);
  for (size_t i = 0; i < n; i++) {
    tokenizer_encode(t, texts[i], 0, &k);
    for (size_t j = 0; j < k.n; j++, total++)
      count[k.rows[j]]++;
  }
  for (size_t i = 0; i < 200; i++)
    sum -= count[i] > 0 ? count[i] * log2(count[i] / total) : 0;
  tokens_release(&k);
  tokenizer_free(t);
  return sum;
}

static void
test_word_pieces_learned(void **state)
{
  static const char *const stems[] = {"walk", "talk", "jump", "play", "work", "turn", "open", "clean", "paint",
                                      "start"};
  static const char *const ends[] = {"", "s", "ed", "ing", "er", "ers"};
  static char bytes[200][80];
  const char *texts[200];
  struct token_options o = {TOKEN_WORDPIECE, true, FEW_PIECES, 2, 0, 0, 0};
  struct tokenizer *t;
  struct rng r;

  (void)state;
  rng_seed(&r, 8);
  for (size_t i = 0; i < N_OF(texts); i++) {
    bytes[i][0] = '\0';
    for (int k = 0; k < 6; k++)
      snprintf(bytes[i] + strlen(bytes[i]), sizeof bytes[i] - strlen(bytes[i]), "%s%s ", stems[rng_below(&r,
                                                                                                         N_OF(stems))],
               ends[rng_below(&r, N_OF(ends))]);
    texts[i] = bytes[i];
  }
  t = tokenizer_learn(&o, texts, N_OF(texts), 2);
  assert_pieces(t, "Walking", "walk|##ing");
  assert_pieces(t, "painted", "paint|##ed");
  tokenizer_free(t);
  assert_true(bits(TOKEN_WORDPIECE, texts, N_OF(texts)) < bits(TOKEN_BPE, texts, N_OF(texts)));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_byte_pairs),          cmocka_unit_test(test_byte_pairs_by_hand),
    cmocka_unit_test(test_too_many_words),
    cmocka_unit_test(test_word_pieces_by_hand), cmocka_unit_test(test_word_pieces_of_bert),
    cmocka_unit_test(test_word_pieces_learned),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
