/* tokenizer: words of many scripts, their bytes in the text, sub-words, saving and loading. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <utf8proc.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "token/scan.h"
#include "token/tokenizer.h"
#include "token/unicode.h"

static const struct token_options words = {TOKEN_WORDS, true, 1000, 1, 0, 0, 0};

/* ---- words ---- */

/* The words of a text, with '|' between them. */
static char *
scanned(const char *text, enum scan_way way, bool lower)
{
  struct buf b = BUF_INIT;
  struct scan s;
  struct word w;

  scan_begin(&s, text, way, lower);
  while (scan_next(&s, &w)) {
    assert_int_equal(w.n_bytes, strlen(w.bytes));
    assert_int_equal(w.first[w.n], w.n_bytes);
    assert_true(w.n >= 1 && w.n <= WORD_MAX && (size_t)w.at + w.length <= strlen(text) && w.length > 0);
    if (b.n)
      buf_addc(&b, '|');
    buf_adds(&b, w.bytes);
  }
  return buf_take(&b);
}

static void
assert_scanned(const char *text, enum scan_way way, bool lower, const char *want)
{
  char *got = scanned(text, way, lower);

  assert_string_equal(got, want);
  free(got);
}

static void
test_words(void **state)
{
  static const char *const cases[][2] = {
    {"", ""},
    {"   \t\n ", ""},
    {"Hello, World!", "hello|,|world|!"},
    {"a  b\tc\nd", "a|b|c|d"},
    {"don't can't it's we'll They're I'M", "don|'t|can|'t|it|'s|we|'ll|they|'re|i|'m"},
    {"l'homme o'Neil rock'n'roll", "l'|homme|o'|neil|rock'|n'|roll"},
    {"do n't it 's", "do|n|'t|it|'s"},
    {"don\u2019t l\u2019homme", "don|'t|l'|homme"},
    {"'quoted' dogs' 'til", "'|quoted|'|dogs|'|'|til"},
    {"3.5 1,000 covid19 3rd $20", "3|.|5|1|,|000|covid19|3rd|$|20"},
    {"https://a.b/c?d=1", "https|:|/|/|a|.|b|/|c|?|d|=|1"},
    {"snake_case co-op", "snake|_|case|co|-|op"},
    {"\xc3\x84pfel STRASSE", "\xc3\xa4pfel|strasse"},
    {"Cafe\u0301 na\u00efve", "caf\u00e9|na\u00efve"},          /* a mark joins its letter */
    {"\u212bngstr\u00f6m", "\u00e5ngstr\u00f6m"},                 /* the sign for it is the letter */
    {"\u041f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440",
     "\u043f\u0440\u0438\u0432\u0435\u0442|\u043c\u0438\u0440"},
    {"\u4eca\u5929\u5929\u6c14\u3002", "\u4eca|\u5929|\u5929|\u6c14|\u3002"},
    {"iPhone\u624b\u673a15\u53f7", "iphone|\u624b|\u673a|15|\u53f7"},
    {"\u304b\u3099\u30ab\u30bf\u30ab\u30ca", "\u304c|\u30ab|\u30bf|\u30ab|\u30ca"},  /* ka and its mark are ga */
    /* Thai: marks stay with their letter */
    {"\u0e01\u0e33\u0e25\u0e31\u0e07", "\u0e01\u0e33|\u0e25\u0e31|\u0e07"},
    {"\u0645\u0631\u062d\u0628\u0627\u064b \u0628\u0643", "\u0645\u0631\u062d\u0628\u0627\u064b|\u0628\u0643"},
    {"\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"},
    {"\u0939\u093f\u0928\u094d\u0926\u0940 \u092d\u093e\u0937\u093e\u0964",
     "\u0939\u093f\u0928\u094d\u0926\u0940|\u092d\u093e\u0937\u093e|\u0964"},
    {"\u1112\u1161\u11ab\uae00", "\ud55c\uae00"},                 /* parts of a Korean syllable */
    {"ok \U0001F44D\U0001F3FD\U0001F44D", "ok|\U0001F44D\U0001F3FD|\U0001F44D"},
    {"\U0001F468\u200D\U0001F469\u200D\U0001F467!", "\U0001F468\u200D\U0001F469\u200D\U0001F467|!"},
    {"\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7", "\U0001F1E9\U0001F1EA|\U0001F1EB\U0001F1F7"},
    {"\u2764\ufe0f", "\u2764\ufe0f"},
    {"co\u00adop\u200bwords \ufeffx", "coop|words|x"},
    {"\xff" "a\xc3", "\xef\xbf\xbd|a|\xef\xbf\xbd"},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++)
    assert_scanned(cases[i][0], SCAN_WORDS, true, cases[i][1]);
  assert_scanned("Hello \xc3\x84", SCAN_WORDS, false, "Hello|\xc3\x84");
  assert_scanned("  It's  a b. \t", SCAN_CHARACTERS, true, "i|t|'|s| |a| |b|.");
  assert_scanned("?\u0338!", SCAN_WORDS, true, "?\u0338|!");
  assert_scanned("a \u0301b !\u0338 c", SCAN_WORDS, true, "a|\u0301b|!\u0338|c");
  assert_scanned("\u4eca\u5929 \u0e01\u0e33\u0e25\u3002abc", SCAN_RUNS, true,
                 "\u4eca\u5929|\u0e01\u0e33\u0e25|\u3002|abc");
  assert_scanned(" Ab  q\u0301e\u0301\U0001F44D\U0001F3FD ", SCAN_CHARACTERS, true,
                 "a|b| |q\u0301|\u00e9|\U0001F44D\U0001F3FD");
}

/* All characters and short sequences of marks, against utf8proc's own NFC of the whole text. */
static void
test_nfc(void **state)
{
  struct rng r;

  (void)state;
  rng_seed(&r, 11);
  for (uint32_t round = 0; round < 300000; round++) {
    static const uint32_t marks[] = {0x301, 0x323, 0x327, 0x345, 0x5b0, 0x653, 0x93c, 0x9be, 0xe38, 0x1161, 0x11a8, 0x3099};
    uint32_t c = round < 0x30000 ? round : (uint32_t)rng_below(&r, 0x30000);
    struct buf got = BUF_INIT;
    char text[64], *want;
    struct scan s;
    struct word w;
    size_t n = 0, k = rng_below(&r, 5);

    if (char_class(c) != CHAR_WORD && char_class(c) != CHAR_ALONE)
      continue;
    memset(text, 0, sizeof text);
    n = utf8_encode(c, text);
    for (size_t i = 0; i < k; i++)
      n += utf8_encode(marks[rng_below(&r, N_OF(marks))], text + n);
    want = (char *)utf8proc_NFC((const utf8proc_uint8_t *)text);
    scan_begin(&s, text, round % 2 ? SCAN_WORDS : SCAN_RUNS, false);
    while (scan_next(&s, &w))
      buf_adds(&got, w.bytes);
    assert_string_equal(buf_str(&got), want);
    buf_release(&got);
    free(want);
  }
}

static void
test_long_words(void **state)
{
  struct scan s;
  struct word w;
  char text[3 * WORD_MAX + 2] = "";
  size_t n = 0, total = 0;
  struct buf zalgo = BUF_INIT;

  (void)state;
  memset(text, 'A', sizeof text - 1);
  scan_begin(&s, text, SCAN_WORDS, true);
  for (; scan_next(&s, &w); n++)
    total += w.n;
  assert_int_equal(n, 4);
  assert_int_equal(total, sizeof text - 1);
  for (int i = 0; i < 1000; i++)
    buf_adds(&zalgo, i % 3 ? "\u0301" : "\u0323");
  for (enum scan_way way = SCAN_WORDS; way <= SCAN_CHARACTERS; way++)
    free(scanned(zalgo.s, way, true));  /* asserts within */
  buf_release(&zalgo);
}

/* What a token says of its place is what it was made from, whatever was normalised. */
static void
test_spans(void **state)
{
  static const char text[] = "\u0130\u212b Cafe\u0301, DON\u2019T \u304b\u3099\U0001F44D\U0001F3FD";
  static const char *const want[] = {"\u0130\u212b", "Cafe\u0301", ",", "DON", "\u2019T", "\u304b\u3099",
                                     "\U0001F44D\U0001F3FD"};
  const char *const texts[] = {text};
  struct tokenizer *t = tokenizer_learn(&words, texts, 1, 1);
  struct tokens k = {0};

  (void)state;
  tokenizer_encode(t, text, 0, &k);
  assert_int_equal(k.n, N_OF(want));
  for (size_t i = 0; i < k.n; i++) {
    assert_int_equal(k.length[i], strlen(want[i]));
    assert_memory_equal(text + k.at[i], want[i], k.length[i]);
  }
  tokens_release(&k);
  tokenizer_free(t);
}

/* ---- vocabulary ---- */

static void
test_vocabulary(void **state)
{
  static const char *const texts[] = {"the cat the dog", "The bird, a cat", "zebra the"};
  struct tokenizer *t = tokenizer_learn(&words, texts, N_OF(texts), 2);
  struct token_options few = words;
  struct tokens k = {0};

  (void)state;
  assert_int_equal(tokenizer_rows(t), TOKEN_N_SPECIAL + 7);
  assert_string_equal(tokenizer_string(t, TOKEN_N_SPECIAL), "the");
  assert_string_equal(tokenizer_string(t, TOKEN_N_SPECIAL + 1), "cat");
  assert_string_equal(tokenizer_string(t, TOKEN_N_SPECIAL + 2), ",");   /* once each: in the order of bytes */
  assert_string_equal(tokenizer_string(t, TOKEN_N_SPECIAL + 3), "a");
  assert_string_equal(tokenizer_string(t, TOKEN_N_SPECIAL + 6), "zebra");
  assert_string_equal(tokenizer_string(t, TOKEN_UNKNOWN), "");
  assert_string_equal(tokenizer_string(t, TOKEN_N_SPECIAL + 7), "");
  tokenizer_encode(t, "THE mouse cat", 0, &k);
  assert_int_equal(k.n, 3);
  assert_int_equal(k.rows[0], TOKEN_N_SPECIAL);
  assert_int_equal(k.rows[1], TOKEN_UNKNOWN);
  assert_int_equal(k.rows[2], TOKEN_N_SPECIAL + 1);
  tokenizer_encode(t, "the the the the", 3, &k);
  assert_int_equal(k.n, 3);
  assert_int_equal(k.start[3], 3);
  tokenizer_encode(t, "", 0, &k);
  assert_int_equal(k.n, 0);
  assert_int_equal(k.start[0], 0);
  tokenizer_free(t);
  few.min_count = 2;
  t = tokenizer_learn(&few, texts, N_OF(texts), 2);
  assert_int_equal(tokenizer_rows(t), TOKEN_N_SPECIAL + 2);
  tokenizer_free(t);
  few.vocabulary = TOKEN_N_SPECIAL + 1;
  t = tokenizer_learn(&few, texts, N_OF(texts), 2);
  assert_int_equal(tokenizer_rows(t), TOKEN_N_SPECIAL + 1);
  tokenizer_free(t);
  t = tokenizer_learn(&words, texts, 0, 2);
  assert_int_equal(tokenizer_rows(t), TOKEN_N_SPECIAL);
  tokenizer_encode(t, "nothing known", 0, &k);
  assert_int_equal(k.rows[1], TOKEN_UNKNOWN);
  tokens_release(&k);
  tokenizer_free(t);
}

static void
test_subwords(void **state)
{
  static const char *const texts[] = {"where there"};
  struct token_options o = {TOKEN_WORDS, true, 100, 1, 5000, 3, 5};
  struct tokenizer *t = tokenizer_learn(&o, texts, 1, 1);
  struct tokens k = {0};
  uint32_t first = TOKEN_N_SPECIAL + 2, shared = 0;

  (void)state;
  assert_int_equal(tokenizer_rows(t), first + 5000);
  tokenizer_encode(t, "where here a \u00e9\u00e8", 0, &k);
  /* <wh whe her ere re>, <whe wher here ere>, <wher where here>; and the word itself */
  assert_int_equal(k.start[1], 1 + 5 + 4 + 3);
  assert_int_equal(k.start[2] - k.start[1], 4 + 3 + 2);  /* unknown: <he her ere re>, <her here ere>, <here here> */
  assert_int_equal(k.start[3] - k.start[2], 1);          /* <a> */
  assert_int_equal(k.start[4] - k.start[3], 2 + 1);      /* characters, not bytes */
  for (uint32_t i = 1; i < k.start[4]; i++)
    assert_true(k.rows[i] >= first && k.rows[i] < first + 5000);
  for (uint32_t i = k.start[1]; i < k.start[2]; i++)
    for (uint32_t j = 1; j < k.start[1]; j++)
      shared += k.rows[i] == k.rows[j];
  assert_int_equal(shared, 6);  /* her ere re>, here ere>, here> */
  tokenizer_free(t);
  o.sub_min = 1;
  t = tokenizer_learn(&o, texts, 1, 1);
  tokenizer_encode(t, "z", 0, &k);
  assert_int_equal(k.start[1], 4);  /* z, <z, z>, <z>; no brackets alone */
  tokens_release(&k);
  tokenizer_free(t);
}

/* ---- the same on any number of threads; saved and loaded ---- */

static void
random_text(struct rng *r, char *out, size_t n)
{
  static const char *const parts[] = {"a", "b", "c", "the", "ing", " ", " ", " ", "'s", "\u00e9", "\u4eca", "\u0e01",
                                      "e\u0301", ".", "7"};
  size_t at = 0;

  while (at + 8 < n) {
    const char *part = parts[rng_below(r, N_OF(parts))];

    memcpy(out + at, part, strlen(part));
    at += strlen(part);
  }
  out[at] = '\0';
}

#define N_TEXTS 3000

struct texts {
  char bytes[N_TEXTS][80];
  const char *at[N_TEXTS];
};

static struct texts *
random_texts(void)
{
  struct texts *x = xmalloc(sizeof *x);
  struct rng r;

  rng_seed(&r, 5);
  for (size_t i = 0; i < N_TEXTS; i++) {
    random_text(&r, x->bytes[i], sizeof x->bytes[i]);
    x->at[i] = x->bytes[i];
  }
  return x;
}

static const struct token_options kinds[] = {
  {TOKEN_WORDS, true, 400, 2, 1000, 3, 6},
  {TOKEN_CHARACTERS, false, 30, 1, 0, 0, 0},
  {TOKEN_BPE, true, 300, 2, 0, 0, 0},
  {TOKEN_WORDPIECE, true, 300, 2, 500, 2, 3},
};

static void
test_threads(void **state)
{
  struct texts *x = random_texts();

  (void)state;
  for (size_t i = 0; i < N_OF(kinds); i++) {
    struct buf one = BUF_INIT;

    for (int threads = 1; threads <= 5; threads++) {
      struct tokenizer *t = tokenizer_learn(&kinds[i], x->at, N_TEXTS, threads);
      struct buf b = BUF_INIT;

      tokenizer_save(t, threads == 1 ? &one : &b);
      if (threads > 1) {
        assert_int_equal(b.n, one.n);
        assert_memory_equal(b.s, one.s, b.n);
      }
      buf_release(&b);
      tokenizer_free(t);
    }
    buf_release(&one);
  }
  free(x);
}

static void
assert_same_tokens(const struct tokens *a, const struct tokens *b)
{
  assert_int_equal(a->n, b->n);
  assert_memory_equal(a->start, b->start, (a->n + 1) * sizeof *a->start);
  assert_memory_equal(a->rows, b->rows, a->start[a->n] * sizeof *a->rows);
}

static void
assert_same_options(const struct token_options *a, const struct token_options *b)
{
  assert_int_equal(a->unit, b->unit);
  assert_int_equal(a->lower, b->lower);
  assert_int_equal(a->vocabulary, b->vocabulary);
  assert_int_equal(a->min_count, b->min_count);
  assert_int_equal(a->buckets, b->buckets);
  assert_int_equal(a->sub_min, b->sub_min);
  assert_int_equal(a->sub_max, b->sub_max);
}

static void
test_saved(void **state)
{
  struct texts *x = random_texts();

  (void)state;
  for (size_t i = 0; i < N_OF(kinds); i++) {
    struct tokenizer *t = tokenizer_learn(&kinds[i], x->at, N_TEXTS / 2, 2), *u;
    struct buf b = BUF_INIT, again = BUF_INIT;
    struct tokens k = {0}, l = {0};
    struct err e = {0};
    size_t used = 0;

    buf_adds(&b, "before");
    tokenizer_save(t, &b);
    buf_adds(&b, "after");
    u = tokenizer_load(b.s + 6, b.n - 6, &used, &e);
    assert_non_null(u);
    assert_int_equal(used, b.n - 6 - 5);
    assert_same_options(tokenizer_options(u), &kinds[i]);
    assert_int_equal(tokenizer_rows(u), tokenizer_rows(t));
    tokenizer_save(u, &again);
    assert_int_equal(again.n, used);
    assert_memory_equal(again.s, b.s + 6, used);
    for (size_t j = 0; j < N_TEXTS; j++) {
      tokenizer_encode(t, x->at[j], 0, &k);
      tokenizer_encode(u, x->at[j], 0, &l);
      assert_same_tokens(&k, &l);
    }
    tokens_release(&k);
    tokens_release(&l);
    buf_release(&b);
    buf_release(&again);
    tokenizer_free(t);
    tokenizer_free(u);
  }
  free(x);
}

/* Bits flipped, ends cut; with the sum at the end made right again, too, so that all the other checks are met. */
static void
test_damaged(void **state)
{
  struct texts *x = random_texts();
  struct rng r;
  size_t accepted = 0;

  (void)state;
  rng_seed(&r, 9);
  for (size_t i = 0; i < N_OF(kinds); i++) {
    struct tokenizer *t = tokenizer_learn(&kinds[i], x->at, 20, 1), *u;
    struct buf b = BUF_INIT;

    tokenizer_save(t, &b);
    for (int round = 0; round < 4000; round++) {
      size_t n = round % 4 == 3 ? rng_below(&r, b.n) : b.n, used = 0;
      char *copy = xmalloc(b.n);  /* its own size, for the sanitizer */
      struct err e = {0};
      bool mended = round % 2 == 0 && n == b.n;

      memcpy(copy, b.s, b.n);
      copy = xrealloc(copy, n ? n : 1);
      if (n == b.n)
        copy[rng_below(&r, n - 8)] ^= (char)(1u << rng_below(&r, 8));
      if (mended) {
        uint64_t hash = hash_bytes(copy, n - 8, 0);

        memcpy(copy + n - 8, &hash, 8);
      }
      u = tokenizer_load(copy, n, &used, &e);
      if (u) {
        struct tokens k = {0};

        assert_true(mended);
        tokenizer_encode(u, x->at[1], 0, &k);
        tokens_release(&k);
        accepted++;
      } else {
        assert_int_equal(e.code, ERR_INPUT);
      }
      tokenizer_free(u);
      free(copy);
    }
    buf_release(&b);
    tokenizer_free(t);
  }
  assert_true(accepted > 100);  /* another letter in a string, say */
  free(x);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_words),      cmocka_unit_test(test_nfc),        cmocka_unit_test(test_long_words),
    cmocka_unit_test(test_spans),
    cmocka_unit_test(test_vocabulary), cmocka_unit_test(test_subwords),   cmocka_unit_test(test_threads),
    cmocka_unit_test(test_saved),      cmocka_unit_test(test_damaged),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
