/* Nearest neighbours: what terms a text has, and that the index and the scan find what comparing all with all finds. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "corpus/change.h"
#include "curate/similar.h"

static void
insert(struct corpus *c, const char *text, const char *text2)
{
  struct sample s = {.text = text, .n_text = (uint32_t)strlen(text), .text2 = text2,
                     .n_text2 = text2 ? (uint32_t)strlen(text2) : 0};

  corpus_apply_insert(c, &s, 1);
}

static uint32_t *
all_ids(const struct corpus *c)
{
  uint32_t n = corpus_count(c), *ids = xmalloc((n + 1) * sizeof *ids);

  for (uint32_t i = 0; i < n; i++)
    ids[i] = i + 1;
  return ids;
}

static size_t
terms_in(const char *text, const char *text2)
{
  struct terms t = {0};
  size_t n;

  terms_of(&t, text, strlen(text), text2, text2 ? strlen(text2) : 0);
  n = t.n;
  terms_release(&t);
  return n;
}

/* How much of the terms of two texts is the same. */
static size_t
terms_shared(const char *a, const char *b)
{
  struct terms t = {0}, u = {0};
  size_t n = 0;

  terms_of(&t, a, strlen(a), NULL, 0);
  terms_of(&u, b, strlen(b), NULL, 0);
  for (size_t i = 0; i < t.n; i++)
    for (size_t k = 0; k < u.n; k++)
      n += t.v[i].key == u.v[k].key;
  terms_release(&t);
  terms_release(&u);
  return n;
}

static void
terms_are_words_and_pairs(void **state)
{
  struct terms t = {0};

  (void)state;
  assert_int_equal(terms_in("", NULL), 0);
  assert_int_equal(terms_in("one", NULL), 1);
  assert_int_equal(terms_in("one two three", NULL), 5);
  assert_int_equal(terms_shared("One, TWO; three!", "one two three"), 5);
  assert_int_equal(terms_shared("one two three", "three two one"), 3);
  /* Repeated ones count. */
  terms_of(&t, "go go go", 8, NULL, 0);
  assert_int_equal(t.n, 2);
  assert_int_equal(t.n_words, 3);
  assert_int_equal(t.v[0].count + t.v[1].count, 5);
  for (size_t i = 0; i < t.n; i++)
    assert_int_equal(t.v[i].count, t.v[i].key & TERM_IS_PAIR ? 2 : 3);
  /* The texts of a pair have nothing in common. */
  terms_of(&t, "one two", 7, "one two", 7);
  assert_int_equal(t.n, 6);
  terms_release(&t);
}

static void
scripts_without_spaces_go_by_characters(void **state)
{
  (void)state;
  assert_int_equal(terms_in("退款在哪里", NULL), 9);
  assert_int_equal(terms_shared("我的退款在哪里", "退款什么时候到"), 3);   /* 退 款 退款 */
  assert_int_equal(terms_in("การคืนเงิน", NULL), 18);   /* one letter stands twice */
  assert_int_equal(terms_in("order 40213 退款", NULL), 7);
  assert_int_equal(terms_in("iPhone的电池", NULL), 7);
  assert_int_equal(terms_in("возврат денег", NULL), 3);
}

static void
long_texts_are_read_in_part(void **state)
{
  struct terms t = {0};
  char *text = xmalloc(200001);

  (void)state;
  for (int i = 0; i < 200000; i++)
    text[i] = (char)(i % 2 ? ' ' : 'a' + i / 2 % 26);
  terms_of(&t, text, 200000, NULL, 0);
  assert_int_equal(t.n_words, TERMS_MAX_WORDS);
  /* One endless word of characters of three bytes is cut between two. */
  for (int i = 0; i + 3 <= 200000; i += 3)
    memcpy(text + i, "\xe9\x80\x80", 3);
  terms_of(&t, text, 199998, NULL, 0);
  assert_int_equal(t.n_words, TERMS_MAX_WORDS);
  assert_int_equal(t.n, 2);
  terms_release(&t);
  free(text);
}

/* ---- by comparing all with all, in the plainest way ---- */

static double
dot(const struct weights *w, const struct terms *a, const struct terms *b)
{
  double sum = 0;

  for (size_t i = 0; i < a->n; i++)
    for (size_t k = 0; k < b->n; k++)
      if (a->v[i].key == b->v[k].key) {
        double idf = (double)weights_idf(w, weights_term(w, a->v[i].key), a->v[i].key);

        sum += idf * idf * (1 + log(a->v[i].count)) * (1 + log(b->v[k].count));
      }
  return sum;
}

static double
cosine(const struct weights *w, const struct terms *a, const struct terms *b)
{
  double both = sqrt(dot(w, a, a) * dot(w, b, b));

  return both > 0 ? dot(w, a, b) / both : 0;
}

/* Texts of a few words of a vocabulary in which some are much more frequent than others. */
static struct corpus *
random_corpus(uint32_t n, uint64_t seed, bool pairs)
{
  struct corpus *c = corpus_new(pairs ? TASK_PAIR : TASK_CLASSIFY);
  struct rng r;

  rng_seed(&r, seed);
  for (uint32_t i = 0; i < n; i++) {
    char text[2][1000] = {"", ""};

    for (int which = 0; which < 2; which++)
      for (uint64_t k = 0, words = rng_below(&r, 14); k < words; k++) {
        double u = rng_unit(&r);

        snprintf(text[which] + strlen(text[which]), 40, "w%d ", (int)(600 * u * u * u));
      }
    insert(c, text[0], pairs ? text[1] : NULL);
  }
  return c;
}

static void
read_all(const struct corpus *c, struct terms *t)
{
  struct sample s;

  for (uint32_t id = 1; id <= corpus_count(c); id++)
    if (corpus_get(c, id, &s))
      terms_of(&t[id], s.text, s.n_text, s.text2, s.n_text2);
}

/* What was found is what is there: as similar, place by place, and as similar as the texts say. */
static void
compare(const struct weights *w, const struct terms *all, uint32_t n, uint32_t id, const struct neighbour *found,
        size_t n_found, size_t max)
{
  double *is = xcalloc(n + 1, sizeof *is);
  size_t positive = 0;

  for (uint32_t k = 1; k <= n; k++)
    if (k != id)
      positive += (is[k] = cosine(w, &all[id], &all[k])) > 0;
  assert_int_equal(n_found, positive < max ? positive : max);
  for (size_t i = 0; i < n_found; i++) {
    uint32_t best = 0;

    assert_true(fabs(is[found[i].id] - (double)found[i].similarity) < 1e-4);
    for (size_t k = 0; k < i; k++)
      assert_int_not_equal(found[k].id, found[i].id);
    for (uint32_t k = 1; k <= n; k++)
      if (!best || is[k] > is[best])
        best = k;
    assert_true(fabs(is[best] - (double)found[i].similarity) < 1e-4);
    is[best] = -1;
    if (i && found[i].similarity == found[i - 1].similarity)
      assert_true(found[i].id > found[i - 1].id);
    if (best != found[i].id)   /* as similar: let the other one be found yet */
      is[best] = (double)found[i].similarity, is[found[i].id] = -1;
  }
  free(is);
}

static void
exact(uint32_t n, uint64_t seed, bool pairs, size_t max)
{
  struct corpus *c = random_corpus(n, seed, pairs);
  uint32_t *ids = all_ids(c);
  struct terms *all = xcalloc(n + 1, sizeof *all);
  struct similar *x = similar_of(c, ids, n, NULL);
  const struct weights *w = similar_weights(x);
  struct seeker *s = seeker_new(x);
  struct neighbour found[64], again[64];
  size_t n_found;

  read_all(c, all);
  assert_int_equal(similar_count(x), n);
  for (uint32_t id = 1; id <= n; id += 3) {
    n_found = similar_find(x, s, &all[id], id, max, found);
    compare(w, all, n, id, found, n_found, max);
    n_found = similar_scan(c, w, id, max, 0, NULL, again);
    compare(w, all, n, id, again, n_found, max);
    for (size_t i = 0; i < n_found; i++)
      assert_true(fabs((double)(found[i].similarity - again[i].similarity)) < 1e-4);
  }
  seeker_free(s);
  similar_free(x);
  for (uint32_t id = 1; id <= n; id++)
    terms_release(&all[id]);
  free(all);
  free(ids);
  corpus_free(c);
}

static void
finds_what_brute_force_finds(void **state)
{
  (void)state;
  exact(400, 1, false, 1);
  exact(400, 2, false, 10);
  exact(150, 3, true, 10);
  exact(20, 4, false, 64);
  exact(1, 5, false, 5);
}

/* Weighed by some texts, filled with others as they come: terms that no weight knew are found all the same. */
static void
grows(void **state)
{
  enum { N = 1500, FIRST = 300, MAX = 5 };
  struct corpus *c = random_corpus(N, 6, false);
  uint32_t *ids = all_ids(c);
  struct terms *all = xcalloc(N + 1, sizeof *all);
  struct weights *w = similar_weigh(c, ids, FIRST, NULL);
  struct similar *x = similar_new(w);
  struct seeker *s = seeker_new(x);
  struct neighbour found[MAX];

  (void)state;
  read_all(c, all);
  assert_int_equal(similar_find(x, s, &all[1], 1, MAX, found), 0);
  for (uint32_t id = 1; id <= N; id++) {
    assert_true(similar_add(x, id, &all[id]));
    if (id % 100 == 0 || id == 1)
      compare(w, all, id, id, found, similar_find(x, s, &all[id], id, MAX, found), MAX);
  }
  seeker_free(s);
  similar_free(x);
  weights_free(w);
  for (uint32_t id = 1; id <= N; id++)
    terms_release(&all[id]);
  free(all);
  free(ids);
  corpus_free(c);
}

static void
says_what_a_person_would(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct change *gone = change_new(CHANGE_SET, "test", ""), *rejected = change_new(CHANGE_SET, "test", "");
  struct neighbour found[10];
  struct weights *w;
  uint32_t *ids;

  (void)state;
  insert(c, "where is my refund?", NULL);
  insert(c, "Where is MY refund", NULL);
  insert(c, "the blender that i got is broken", NULL);
  insert(c, "i am still waiting for my refund", NULL);
  insert(c, "quite another thing altogether", NULL);
  ids = all_ids(c);
  w = similar_weigh(c, ids, 5, NULL);
  assert_int_equal(similar_scan(c, w, 1, 10, 0, NULL, found), 3);
  assert_int_equal(found[0].id, 2);
  assert_true(found[0].similarity > 0.9999f && found[0].similarity <= 1);
  assert_int_equal(found[1].id, 4);
  assert_int_equal(found[2].id, 3);   /* "is" */
  assert_true(found[2].similarity < found[1].similarity);
  assert_int_equal(similar_scan(c, w, 5, 10, 0, NULL, found), 0);
  change_set_number(gone, 2, FIELD_GONE, 1);
  corpus_apply_set(c, gone);
  change_set_status(rejected, 3, STATUS_REJECTED);
  corpus_apply_set(c, rejected);
  assert_int_equal(similar_scan(c, w, 1, 10, 0, NULL, found), 1);
  assert_int_equal(found[0].id, 4);
  change_free(gone);
  change_free(rejected);
  weights_free(w);
  free(ids);
  corpus_free(c);
}

static void
many_texts_are_drawn_from(void **state)
{
  enum { N = 3 * SIMILAR_MAX_TEXTS };
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct similar *x, *y;
  uint32_t *ids;
  struct stop stop = {.wanted = true};

  (void)state;
  for (int i = 0; i < N; i++) {
    char text[40];

    snprintf(text, sizeof text, "w%d w%d", i % 977, i % 1000);
    insert(c, text, NULL);
  }
  ids = all_ids(c);
  x = similar_of(c, ids, N, NULL);
  y = similar_of(c, ids, N, NULL);
  assert_in_range(similar_count(x), SIMILAR_MAX_TEXTS * 97 / 100, SIMILAR_MAX_TEXTS * 103 / 100);
  assert_int_equal(similar_count(x), similar_count(y));
  assert_null(similar_of(c, ids, N, &stop));
  assert_null(similar_weigh(c, ids, N, &stop));
  similar_free(x);
  similar_free(y);
  free(ids);
  corpus_free(c);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(terms_are_words_and_pairs),
    cmocka_unit_test(scripts_without_spaces_go_by_characters),
    cmocka_unit_test(long_texts_are_read_in_part),
    cmocka_unit_test(finds_what_brute_force_finds),
    cmocka_unit_test(grows),
    cmocka_unit_test(says_what_a_person_would),
    cmocka_unit_test(many_texts_are_drawn_from),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
