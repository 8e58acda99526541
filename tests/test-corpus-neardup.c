/* Near-duplicates: what is similar; the index and the search through many, held against brute force. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "corpus/corpus.h"
#include "corpus/guard.h"
#include "corpus/minhash.h"
#include "corpus/neardup.h"
#include "corpus/normal.h"
#include "corpus/shingle.h"

static uint32_t
add_pair(struct corpus *c, const char *text, const char *text2)
{
  return corpus_apply_insert(c, &(struct sample){.text = text, .n_text = (uint32_t)strlen(text), .text2 = text2,
    .n_text2 = text2 ? (uint32_t)strlen(text2) : 0, .origin = ORIGIN_IMPORTED}, 1);
}

static uint32_t
add(struct corpus *c, const char *text)
{
  return add_pair(c, text, NULL);
}

static void
normal_is(const char *text, const char *normal)
{
  struct buf b = BUF_INIT;

  normal_add(&b, text, strlen(text));
  assert_string_equal(buf_str(&b), normal);
  buf_release(&b);
}

static void
texts_are_normalized(void **state)
{
  char text[2000], normal[2000];

  (void)state;
  normal_is("", "");
  normal_is("  Hello,   WORLD 42!! ", "hello world 42");
  normal_is("a", "a");
  normal_is(".A.", "a");
  normal_is("\u00dcBER \u2014 caf\u00e9\u2026", "\u00fcber caf\u00e9");
  normal_is("\u2014x", "x");
  normal_is("x\u2014", "x");
  normal_is("?!", "?!");
  normal_is("@[`{/:", "@[`{/:");
  normal_is("@[`{/:z", "z");
  /* Longer than what is gathered at once, and with the end of a word at each place in it. */
  for (int k = 1; k < 600; k++) {
    memset(text, 'X', sizeof text);
    memset(normal, 'x', sizeof normal);
    snprintf(text + k, sizeof text - (size_t)k, " -- Yy%s", k % 3 ? "" : " ");
    snprintf(normal + k, sizeof normal - (size_t)k, " yy");
    normal_is(text, normal);
  }
}

/* Word by word, and code point by code point: what normal_add does in blocks. */
static void
normal_slowly(struct buf *out, const char *s, size_t n)
{
  bool any = false, gap = false;
  char bytes[4];

  for (size_t i = 0, len; i < n; i += len) {
    uint32_t c = utf8_decode(s + i, n - i, &len);

    if (!(c < 0x80 ? utf8_is_alnum(c) : utf8_is_alnum(c) || utf8_width(c) == 0)) {
      gap = any;
      continue;
    }
    if (gap)
      buf_addc(out, ' ');
    gap = false;
    any = true;
    buf_add(out, bytes, utf8_encode(utf8_tolower(c), bytes));
  }
  if (!any)
    normal_fold(out, s, n);
}

static void
blocks_are_normalized_alike(void **state)
{
  static const char *const pieces[] = {"a", "Z", "0", "9", " ", "-", "@", "[", "`", "{", "/", ":", "e", "T", "\u00c9",
                                       "\u2026", "\u0301", "\U0001f600"};
  struct buf text = BUF_INIT, fast = BUF_INIT, slow = BUF_INIT;
  struct rng r;

  (void)state;
  rng_seed(&r, 16);
  for (int k = 0; k < 5000; k++) {
    size_t n = rng_below(&r, k % 20 ? 70 : 700), kinds = k % 2 ? N_OF(pieces) : 14;

    buf_clear(&text);
    buf_clear(&fast);
    buf_clear(&slow);
    for (size_t i = 0; i < n; i++)
      buf_adds(&text, rng_below(&r, 4) ? "X" : pieces[rng_below(&r, kinds)]);
    normal_add(&fast, buf_str(&text), text.n);
    normal_slowly(&slow, buf_str(&text), text.n);
    assert_string_equal(buf_str(&fast), buf_str(&slow));
  }
  buf_release(&text);
  buf_release(&fast);
  buf_release(&slow);
}

static double
similar(const char *a, const char *b)
{
  return neardup_similarity(a, strlen(a), b, strlen(b));
}

static void
similarity_is_jaccard(void **state)
{
  (void)state;
  assert_float_equal(similar("Hello, WORLD!", "hello world"), 1, 0);
  assert_float_equal(similar("!!!", "???"), 0, 0);
  assert_float_equal(similar("!!!", "!!!"), 1, 0);
  assert_float_equal(similar("", ""), 1, 0);
  /* Six 4-grams and five, four of them common: abcd bcde cdef defg. */
  assert_float_equal(similar("abcdefghi", "abcdefgX"), 4.0 / 7, 1e-9);
  /* Eight words each: six shingles, the first three of them common. */
  assert_float_equal(similar("a b c d e f g h", "a b c d e x y z"), 3.0 / 9, 1e-9);
  assert_float_equal(similar("a b c d e f g h", "A, b; c d. e f g? h!"), 1, 0);
}

/* ---- against brute force ---- */

struct set {
  struct corpus *c;
  uint32_t *ids;
  size_t n;
};

/* A text of n words, each from a small vocabulary. */
static void
random_text(struct buf *b, struct rng *r, int n)
{
  buf_clear(b);
  for (int i = 0; i < n; i++)
    buf_addf(b, "%sw%d", i ? " " : "", (int)rng_below(r, 3000));
}

/* Replaces some letters, or none. */
static void
vary(struct buf *out, const char *text, struct rng *r)
{
  size_t n = strlen(text);

  buf_clear(out);
  buf_add(out, text, n);
  for (uint64_t k = rng_below(r, 6); k > 0; k--) {
    size_t at = rng_below(r, n);

    out->s[at] = out->s[at] == ' ' ? ' ' : 'q';
  }
}

/* Every other one is made from one before it; now and then a pair. */
static struct set
random_set(size_t n, uint64_t seed, bool pairs)
{
  struct set set = {corpus_new(pairs ? TASK_PAIR : TASK_CLASSIFY), xmalloc(n * sizeof(uint32_t)), n};
  struct buf a = BUF_INIT, b = BUF_INIT;
  struct rng r;
  struct sample s;

  rng_seed(&r, seed);
  for (size_t i = 0; i < n; i++) {
    random_text(&a, &r, 1 + (int)rng_below(&r, rng_below(&r, 10) ? 20 : 120));
    random_text(&b, &r, 1 + (int)rng_below(&r, 12));
    if (i % 2) {
      corpus_get(set.c, 1 + (uint32_t)rng_below(&r, i), &s);
      vary(&a, s.text, &r);
      if (pairs && rng_below(&r, 4))
        vary(&b, s.text2, &r);
    }
    set.ids[i] = add_pair(set.c, buf_str(&a), pairs ? buf_str(&b) : NULL);
  }
  buf_release(&a);
  buf_release(&b);
  return set;
}

static void
set_release(struct set *set)
{
  corpus_free(set->c);
  free(set->ids);
}

static struct form *
forms_of(const struct set *set, struct shingler *h)
{
  struct form *forms = xmalloc(set->n * sizeof *forms);
  struct sample s;

  for (size_t i = 0; i < set->n; i++) {
    corpus_get(set->c, set->ids[i], &s);
    form_make(h, s.text, s.n_text, s.text2, s.n_text2, &forms[i]);
  }
  return forms;
}

/* What neardup_among promises, by comparing each with each. */
static size_t
brute_force(const struct set *set, double threshold, struct neardup_pair *pairs)
{
  struct shingler h;
  struct form *forms;
  bool *is = xcalloc(set->n, sizeof *is);
  size_t n = 0;

  shingler_init(&h, threshold);
  forms = forms_of(set, &h);
  for (size_t i = 0; i < set->n; i++) {
    double most = 0;

    for (size_t j = 0; j < i; j++) {
      double x = is[j] ? 0 : form_similarity(&forms[i], &forms[j], 0);

      /* An equal text is found first, and then the most similar; of equally similar ones the oldest. */
      if (x >= threshold && (x > most || (forms[i].exact == forms[j].exact && !is[i]))) {
        is[i] = forms[i].exact == forms[j].exact;
        most = x;
        pairs[n] = (struct neardup_pair){set->ids[i], set->ids[j], (float)x};
      }
    }
    is[i] = most > 0;
    n += is[i];
  }
  shingler_release(&h);
  free(forms);
  free(is);
  return n;
}

static void
compare_with_brute_force(double threshold, size_t n, uint64_t seed, bool in_pairs)
{
  struct set set = random_set(n, seed, in_pairs);
  struct neardup_pair *wanted = xmalloc(n * sizeof *wanted), *got;
  size_t n_wanted = brute_force(&set, threshold, wanted), n_got;
  struct neardup *d = neardup_new(threshold);
  size_t at = 0;

  n_got = neardup_among(set.c, set.ids, n, NULL, 0, threshold, &got);
  assert_true(n_wanted >= 5);
  assert_int_equal(n_got, n_wanted);
  assert_memory_equal(got, wanted, n_got * sizeof *got);
  /* One at a time, too. */
  for (size_t i = 0; i < n; i++) {
    struct sample s;
    uint32_t id = 0;
    double x = 0;

    corpus_get(set.c, set.ids[i], &s);
    if (neardup_find(d, s.text, s.n_text, s.text2, s.n_text2, &id, &x)) {
      assert_int_equal(wanted[at].id, s.id);
      assert_int_equal(wanted[at].of, id);
      assert_float_equal(wanted[at].similarity, x, 1e-6);
      at++;
    } else {
      neardup_add(d, s.id, s.text, s.n_text, s.text2, s.n_text2);
    }
  }
  assert_int_equal(at, n_wanted);
  neardup_free(d);
  free(got);
  free(wanted);
  set_release(&set);
}

static void
all_near_duplicates_are_found(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= 4; seed++) {
    compare_with_brute_force(0.8, 400, seed, false);
    compare_with_brute_force(0.9, 400, seed, false);
    compare_with_brute_force(0.6, 300, seed, false);
    compare_with_brute_force(0.4, 200, seed, false);
    compare_with_brute_force(1, 400, seed, false);
    compare_with_brute_force(0.8, 300, seed, true);
  }
}

/* Larger, so that texts are read by several threads and in several pieces: an index filled by neardup_add_samples and
 * one filled text by text say the same, and neardup_among says the same as one text after the other. */
static void
many_are_as_one_by_one(void **state)
{
  enum { N = 6000 };
  struct set set = random_set(N, 99, false);
  struct neardup *d = neardup_new(0.8), *one = neardup_new(0.8), *many = neardup_new(0.8);
  struct neardup_pair *pairs;
  size_t n_pairs = neardup_among(set.c, set.ids, N, NULL, 0, 0.8, &pairs), at = 0;
  struct sample s;

  (void)state;
  assert_true(n_pairs > N / 20);
  neardup_add_samples(many, set.c, set.ids, N / 2);
  for (size_t i = 0; i < N; i++) {
    uint32_t a = 0, b = 0;
    double x = 0, y = 0;

    corpus_get(set.c, set.ids[i], &s);
    if (neardup_find(d, s.text, s.n_text, NULL, 0, &a, &x)) {
      assert_true(at < n_pairs && pairs[at].id == s.id && pairs[at].of == a);
      at++;
    } else {
      neardup_add(d, s.id, s.text, s.n_text, NULL, 0);
    }
    if (i < N / 2) {
      neardup_add(one, s.id, s.text, s.n_text, NULL, 0);
      continue;
    }
    a = 0;
    assert_int_equal(neardup_find(one, s.text, s.n_text, NULL, 0, &a, &x),
                     neardup_find(many, s.text, s.n_text, NULL, 0, &b, &y));
    assert_int_equal(a, b);
  }
  assert_int_equal(at, n_pairs);
  free(pairs);
  /* The second half against the first: what an index of the first half finds. */
  n_pairs = neardup_among(set.c, set.ids + N / 2, N / 2, set.ids, N / 2, 0.8, &pairs);
  at = 0;
  for (size_t i = N / 2; i < N; i++) {
    uint32_t a = 0;

    corpus_get(set.c, set.ids[i], &s);
    if (neardup_find(many, s.text, s.n_text, NULL, 0, &a, NULL)) {
      assert_true(at < n_pairs && pairs[at].id == s.id && pairs[at].of == a);
      at++;
    }
  }
  assert_int_equal(at, n_pairs);
  free(pairs);
  neardup_free(d);
  neardup_free(one);
  neardup_free(many);
  set_release(&set);
}

/* ---- what may come ---- */

static void
odd_texts_do_no_harm(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct neardup_pair *pairs;
  struct buf b = BUF_INIT;
  uint32_t ids[24], n = 0;

  (void)state;
  ids[n++] = add(c, "");                                   /* 1 */
  ids[n++] = add(c, "a");
  ids[n++] = add(c, "A");                                  /* 3 is 2 */
  ids[n++] = add(c, "?");
  ids[n++] = add(c, "?");                                  /* 5 is 4 */
  ids[n++] = add(c, "");                                   /* 6 is 1 */
  ids[n++] = add(c, "\U0001f600\U0001f601\U0001f602");
  ids[n++] = add(c, "\U0001f600\U0001f601\U0001f603");
  ids[n++] = add(c, "\u5c0f\u5305\u6628\u5929\u6ca1\u6709\u5230\u6211\u5f88\u751f\u6c14");
  ids[n++] = add(c, "\u5c0f\u5305\u6628\u5929\u6ca1\u6709\u5230\u6211\u5f88\u751f\u6c14\u3002");   /* 10 is 9 */
  for (int i = 0; i < 2; i++) {
    buf_clear(&b);
    for (int k = 0; k < 50000; k++)
      buf_addf(&b, "word%d ", k);
    buf_adds(&b, i ? "and another end" : "this is the end of it");
    ids[n++] = add(c, buf_str(&b));                        /* 12 is nearly 11 */
  }
  buf_clear(&b);
  buf_addn(&b, 'x', 300000);
  ids[n++] = add(c, buf_str(&b));
  buf_adds(&b, "y");
  ids[n++] = add(c, buf_str(&b));                          /* one 4-gram, and two */
  buf_clear(&b);
  for (int k = 0; k < 30000; k++)
    buf_adds(&b, "the same ");
  ids[n++] = add(c, buf_str(&b));
  buf_adds(&b, "the same the same");
  ids[n++] = add(c, buf_str(&b));                          /* 16 has the same two shingles as 15 */
  assert_int_equal(neardup_among(c, ids, n, NULL, 0, 0.8, &pairs), 6);
  assert_int_equal(pairs[0].id * 100 + pairs[0].of, 302);
  assert_int_equal(pairs[1].id * 100 + pairs[1].of, 504);
  assert_int_equal(pairs[2].id * 100 + pairs[2].of, 601);
  assert_int_equal(pairs[3].id * 100 + pairs[3].of, 1009);
  assert_int_equal(pairs[4].id * 100 + pairs[4].of, 1211);
  assert_int_equal(pairs[5].id * 100 + pairs[5].of, 1615);
  free(pairs);
  assert_int_equal(neardup_among(c, NULL, 0, NULL, 0, 0.8, &pairs), 0);
  free(pairs);
  assert_int_equal(neardup_among(c, (uint32_t[]){999}, 1, (uint32_t[]){998}, 1, 0.8, &pairs), 0);
  free(pairs);
  buf_release(&b);
  corpus_free(c);
}

/* Very many variants of one text: each is found by the first, so nothing grows with the square. */
static void
a_crowd_of_variants_is_one(void **state)
{
  enum { N = 20000 };
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  uint32_t *ids = xmalloc(N * sizeof *ids);
  struct neardup_pair *pairs;
  struct buf b = BUF_INIT;
  size_t n;

  (void)state;
  for (int i = 0; i < N; i++) {
    buf_clear(&b);
    buf_addf(&b, "my order has still not come and i would like to have my money back at once please %d", i);
    ids[i] = add(c, buf_str(&b));
  }
  n = neardup_among(c, ids, N, NULL, 0, 0.8, &pairs);
  assert_int_equal(n, N - 1);
  for (size_t i = 0; i < n; i++)
    assert_int_equal(pairs[i].of, 1);
  free(pairs);
  free(ids);
  buf_release(&b);
  corpus_free(c);
}

/* Broader registers and the plain way give the same; and a set's bands do not depend on order or repetition. */
static void
bands_depend_on_the_set_alone(void **state)
{
  uint32_t v[] = {5, 1u << 31, 77, 0, 123456789}, w[] = {0, 77, 77, 5, 123456789, 1u << 31, 0};
  uint32_t a[MINHASH_BANDS], b[MINHASH_BANDS];
  struct minhash m;

  (void)state;
  minhash_init(&m, 0.8, MINHASH_BANDS);
  minhash_bands(&m, v, 5, a);
  minhash_bands(&m, w, 7, b);
  assert_memory_equal(a, b, sizeof a);
  minhash_bands_plain(&m, v, 5, b);
  assert_memory_equal(a, b, sizeof a);
  /* By the definition: the least of each row, one shingle alone being its own least. */
  minhash_bands(&m, v, 1, b);
  assert_memory_not_equal(a, b, sizeof a);
}

static void
pairs_are_compared_whole(void **state)
{
  struct neardup *d = neardup_new(NEARDUP_THRESHOLD);
  double x;
  uint32_t id;

  (void)state;
  neardup_add(d, 7, "a man eats", 10, "a man sleeps", 12);
  assert_false(neardup_find(d, "a man eats", 10, "nobody is there", 15, &id, &x));
  assert_false(neardup_find(d, "a man eats", 10, NULL, 0, &id, &x));
  assert_false(neardup_find(d, "a man sleeps", 12, "a man eats", 10, &id, &x));
  assert_true(neardup_find(d, "A man eats.", 11, "A man sleeps!", 13, &id, &x));
  assert_int_equal(id, 7);
  assert_float_equal(x, 1, 0);
  neardup_free(d);
  /* Alike enough to be looked at, by the second texts' 4 of 10 shingles, but not to be near. */
  d = neardup_new(0.5);
  neardup_add(d, 7, "the same", 8, "abcdefghij", 10);
  assert_false(neardup_find(d, "the same", 8, "abcdefgXYZ", 10, &id, &x));
  assert_false(neardup_find(d, "or other", 8, "abcdefghij", 10, &id, &x));
  assert_true(neardup_find(d, "the same", 8, "abcdefghiZ", 10, &id, &x));
  assert_float_equal(x, 6.0 / 8, 1e-12);
  neardup_free(d);
}

static void
duplicates_point_to_what_stays(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct neardup_pair *pairs;
  uint32_t ids[] = {1, 2, 3, 4, 5}, test[] = {6};

  (void)state;
  add(c, "the parcel is late");
  add(c, "The parcel is late!");
  add(c, "something else entirely");
  add(c, "the parcel is late.");
  add(c, "a test text");
  add(c, "A Test Text");
  assert_int_equal(neardup_among(c, ids, 5, NULL, 0, 0.8, &pairs), 2);
  assert_int_equal(pairs[0].id, 2);
  assert_int_equal(pairs[0].of, 1);
  assert_int_equal(pairs[1].id, 4);
  assert_int_equal(pairs[1].of, 1);
  free(pairs);
  assert_int_equal(neardup_among(c, ids, 5, test, 1, 0.8, &pairs), 1);
  assert_int_equal(pairs[0].id, 5);
  assert_int_equal(pairs[0].of, 6);
  free(pairs);
  corpus_free(c);
}

/* What equals a test text is not learned from, of generated texts neither what nearly does. */
static void
test_texts_are_guarded(void **state)
{
  static const struct {
    const char *text;
    bool seed, generated;   /* stopped, if it is one */
  } texts[] = {
    {"I was charged twice for the blue chair", true, true},
    {"i was CHARGED twice - for the blue chair!", true, true},
    {"I was charged twice for the blue chair today", false, true},
    {"Was the blue chair charged twice, or what?", false, false},
    {"", false, false},
  };
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct guard *g;

  (void)state;
  add(c, "something of another split");
  corpus_apply_insert(c, &(struct sample){.text = texts[0].text, .n_text = (uint32_t)strlen(texts[0].text),
                                          .split = SPLIT_TEST}, 1);
  g = guard_new_of(c);
  for (size_t i = 0; i < N_OF(texts); i++) {
    struct sample s = {.text = texts[i].text, .n_text = (uint32_t)strlen(texts[i].text), .origin = ORIGIN_SEED};
    uint32_t of = 0;

    assert_int_equal(guard_stops(g, &s, &of), texts[i].seed);
    s.origin = ORIGIN_GENERATED;
    assert_int_equal(guard_stops(g, &s, &of), texts[i].generated);
    assert_int_equal(of, texts[i].generated ? 2 : 0);
  }
  assert_false(guard_stops(g, &(struct sample){.text = "something of another split", .n_text = 26}, NULL));
  guard_free(g);
  guard_free(NULL);
  corpus_free(c);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(texts_are_normalized),
    cmocka_unit_test(blocks_are_normalized_alike),
    cmocka_unit_test(similarity_is_jaccard),
    cmocka_unit_test(all_near_duplicates_are_found),
    cmocka_unit_test(many_are_as_one_by_one),
    cmocka_unit_test(odd_texts_do_no_harm),
    cmocka_unit_test(a_crowd_of_variants_is_one),
    cmocka_unit_test(bands_depend_on_the_set_alone),
    cmocka_unit_test(pairs_are_compared_whole),
    cmocka_unit_test(duplicates_point_to_what_stays),
    cmocka_unit_test(test_texts_are_guarded),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
