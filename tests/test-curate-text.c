/* Signals from the texts: languages, openings, names that leak, clusters; novelty and density against all others. */
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
#include "curate/language.h"
#include "curate/leak.h"
#include "curate/similar.h"
#include "curate/signal.h"
#include "curate/text_signals.h"

static void
insert_labelled(struct corpus *c, const char *text, const char *text2, const char *label)
{
  uint16_t id = label ? corpus_apply_label(c, label, "") : 0;
  struct sample s = {.text = text, .n_text = (uint32_t)strlen(text), .text2 = text2,
                     .n_text2 = text2 ? (uint32_t)strlen(text2) : 0, .labels = &id, .n_labels = label ? 1 : 0};

  corpus_apply_insert(c, &s, 1);
}

static void
set_number(struct corpus *c, uint32_t id, enum field field, uint32_t number)
{
  struct change *ch = change_new(CHANGE_SET, "test", "");

  change_set_number(ch, id, field, number);
  corpus_apply_set(c, ch);
  change_free(ch);
}

static struct text_signals
signals_of(const struct corpus *c, int threads)
{
  struct text_signals_options o = {.threads = threads};
  struct text_signals s;
  struct err e = {0};

  if (text_signals_run(c, &o, &s, &e) < 0)
    fail_msg("%s", e.message);
  assert_int_equal(s.n, corpus_count(c));
  return s;
}

static void
assert_language(const char *text, const char *code)
{
  int l = language_guess(text, strlen(text));

  if (!code ? l != LANGUAGE_NONE : l == LANGUAGE_NONE || strcmp(language_names[l], code) != 0)
    fail_msg("'%s' is %s, not %s", text, l == LANGUAGE_NONE ? "unknown" : language_names[l], code ? code : "unknown");
}

static void
languages_are_told(void **state)
{
  (void)state;
  assert_language("why was my card charged twice for this order", "en");
  assert_language("warum wurde meine Karte für diese Bestellung zweimal belastet", "de");
  assert_language("pourquoi ma carte a-t-elle été débitée deux fois", "fr");
  assert_language("por qué me cobraron dos veces este pedido", "es");
  assert_language("почему с моей карты дважды списали деньги за заказ", "ru");
  assert_language("我的卡为什么被扣了两次款", "zh");
  assert_language("私のカードが二回請求されたのはなぜですか", "ja");
  assert_language("", NULL);
  assert_language("12345 :-)", NULL);
  assert_language("brmpf xq zzt", NULL);
  /* Their places stand in files. */
  assert_string_equal(language_names[0], "en");
  assert_string_equal(language_names[language_count - 1], "nr");
  assert_int_equal(language_count, 173);
  for (size_t i = 0; i < language_count; i++)
    for (size_t k = 0; k < i; k++)
      assert_string_not_equal(language_names[i], language_names[k]);
}

static void
names_are_the_rows(void **state)
{
  (void)state;
  for (int i = 0; i < N_TEXT_SIGNALS; i++) {
    assert_non_null(signal_find(text_signal_names[i]));
    assert_int_equal(signal_find(text_signal_names[i])->source, SIGNAL_TEXT);
  }
}

static double
value(const struct text_signals *s, enum text_signal k, uint32_t id)
{
  return (double)s->values[k][id - 1];
}

static void
names_leak(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  static const struct { const char *text, *label; int leaks; } rows[] = {
    {"this is about Returns", "returns", 1},
    {"i returned it", "returns", 0},
    {"returns? yes, returns!", "returns", 1},
    {"i was charged twice", "billing", 0},
    {"the arrival of my CARD", "card_arrival", 1},
    {"my card is lost", "card_arrival", 0},
    {"book me a nice restaurant", "BookRestaurant", 1},
    {"book me a table", "BookRestaurant", 0},
    {"我要退款了", "退款", 1},
    {"我要款退了", "退款", 0},
    {"on the other hand", "other", 0},     /* an ordinary word: it stands in texts of all labels */
    {"the other one", "returns", 0},
    {"no other card came", "billing", 0},
    {"any other table", "card_arrival", 0},
    {"other than that", "BookRestaurant", 0},
    {"what is this", "other", 0},
    {"and that", "other", 0},
    {"one more", "other", 0},
  };
  struct text_signals s;

  (void)state;
  for (size_t i = 0; i < N_OF(rows); i++)
    insert_labelled(c, rows[i].text, NULL, rows[i].label);
  insert_labelled(c, "returns without a label", NULL, NULL);
  s = signals_of(c, 2);
  for (size_t i = 0; i < N_OF(rows); i++)
    if (value(&s, TEXT_LEAKS, (uint32_t)i + 1) != rows[i].leaks)
      fail_msg("'%s', %s: leaks %g", rows[i].text, rows[i].label, value(&s, TEXT_LEAKS, (uint32_t)i + 1));
  assert_true(isnan(value(&s, TEXT_LEAKS, N_OF(rows) + 1)));
  text_signals_release(&s);
  corpus_free(c);
}

static void
several_labels_leak_each(void **state)
{
  struct corpus *c = corpus_new(TASK_MULTILABEL);
  uint16_t ids[2] = {corpus_apply_label(c, "joy", ""), corpus_apply_label(c, "anger", "")};
  struct sample s = {.text = "anger it is", .n_text = 11, .labels = ids, .n_labels = 2};
  struct text_signals v;

  (void)state;
  corpus_apply_insert(c, &s, 1);
  insert_labelled(c, "joy", NULL, NULL);
  insert_labelled(c, "so what", NULL, "joy");
  insert_labelled(c, "well", NULL, "joy");
  v = signals_of(c, 1);
  assert_true(value(&v, TEXT_LEAKS, 1) == 1);
  assert_true(value(&v, TEXT_LEAKS, 3) == 0);
  text_signals_release(&v);
  corpus_free(c);
}

static void
openings_and_clusters(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct text_signals s;

  (void)state;
  insert_labelled(c, "Where is my parcel? I have been waiting for it since the first of May", NULL, NULL);
  insert_labelled(c, "where is MY refund", NULL, NULL);
  insert_labelled(c, "where is my parcel, I have been waiting for it since the first of May!", NULL, NULL);
  insert_labelled(c, "where is", NULL, NULL);
  insert_labelled(c, "", NULL, NULL);
  insert_labelled(c, "quite another matter", NULL, NULL);
  insert_labelled(c, "where is my hat", NULL, NULL);
  insert_labelled(c, "where is my cat", NULL, NULL);
  set_number(c, 7, FIELD_GONE, 1);
  set_number(c, 8, FIELD_STATUS, STATUS_REJECTED);
  s = signals_of(c, 2);
  assert_true(value(&s, TEXT_OPENING, 1) == 3);
  assert_true(value(&s, TEXT_OPENING, 2) == 3);
  assert_true(isnan(value(&s, TEXT_OPENING, 4)));
  assert_true(isnan(value(&s, TEXT_OPENING, 5)));
  assert_true(value(&s, TEXT_OPENING, 6) == 1);
  assert_true(value(&s, TEXT_OPENING, 8) == 4);
  assert_true(value(&s, TEXT_CLUSTER, 1) == 1);
  assert_true(value(&s, TEXT_CLUSTER, 3) == 1);
  assert_true(isnan(value(&s, TEXT_CLUSTER, 2)));
  for (int k = 0; k < N_TEXT_SIGNALS; k++)
    assert_true(isnan(value(&s, (enum text_signal)k, 7)));
  /* The same words: nothing new. A text without words is like nothing, and new neither. */
  assert_true(value(&s, TEXT_NOVEL, 1) < 1e-3);
  assert_true(isnan(value(&s, TEXT_NOVEL, 5)));
  assert_true(value(&s, TEXT_NOVEL, 6) == 1);
  assert_true(value(&s, TEXT_DENSITY, 6) == 0);
  /* "cat" is rejected, so that "hat", were it there, would not be near it; it itself is near the others. */
  assert_in_range((int)(100 * value(&s, TEXT_NOVEL, 8)), 1, 95);
  text_signals_release(&s);
  corpus_free(c);
}

/* Texts of some words; one in three a copy of an earlier one with a word changed. */
static struct corpus *
some_corpus(uint32_t n, bool pairs)
{
  struct corpus *c = corpus_new(pairs ? TASK_PAIR : TASK_CLASSIFY);
  struct rng r;

  rng_seed(&r, 11);
  for (uint32_t i = 0; i < n; i++) {
    char text[2][400] = {"", ""}, label[20];

    for (int k = 0; k < 2; k++)
      for (int j = 0; j < 9; j++) {
        double u = rng_unit(&r);

        snprintf(text[k] + strlen(text[k]), 30, "word%d ", (int)(300 * u * u * u));
      }
    snprintf(label, sizeof label, "word%d", (int)(i % 4));
    insert_labelled(c, text[0], pairs ? text[1] : NULL, i % 5 ? label : NULL);
  }
  return c;
}

static void
novelty_is_that_of_brute_force(void **state)
{
  enum { N = 300 };
  struct corpus *c = some_corpus(N, false);
  struct text_signals s = signals_of(c, 2);
  uint32_t ids[N];
  struct weights *w;
  struct terms *t = xcalloc(N + 1, sizeof *t);
  struct sample x;

  (void)state;
  for (uint32_t i = 0; i < N; i++)
    ids[i] = i + 1;
  w = similar_weigh(c, ids, N, NULL);
  for (uint32_t id = 1; id <= N; id++) {
    corpus_get(c, id, &x);
    terms_of(&t[id], x.text, x.n_text, NULL, 0);
  }
  for (uint32_t id = 1; id <= N; id++) {
    double all[N], sum = 0;
    size_t n = 0;

    for (uint32_t k = 1; k <= N; k++)
      if (k != id) {
        double is = weights_cosine(w, &t[id], &t[k]);
        size_t at = n++;

        for (; at > 0 && all[at - 1] < is; at--)
          all[at] = all[at - 1];
        all[at] = is;
      }
    for (int i = 0; i < 10; i++)
      sum += all[i];
    if (!(fabs(value(&s, TEXT_NOVEL, id) - (1 - all[0])) < 1e-3))
      fail_msg("%u: novel %g, not %g", id, value(&s, TEXT_NOVEL, id), 1 - all[0]);
    assert_true(fabs(value(&s, TEXT_DENSITY, id) - sum / 10) < 1e-3);
  }
  for (uint32_t id = 1; id <= N; id++)
    terms_release(&t[id]);
  free(t);
  weights_free(w);
  text_signals_release(&s);
  corpus_free(c);
}

static void
threads_change_nothing(void **state)
{
  (void)state;
  for (int pairs = 0; pairs < 2; pairs++) {
    struct corpus *c = some_corpus(2000, pairs);
    struct text_signals one = signals_of(c, 1), four = signals_of(c, 4);

    for (int k = 0; k < N_TEXT_SIGNALS; k++)
      assert_memory_equal(one.values[k], four.values[k], one.n * sizeof(float));
    text_signals_release(&one);
    text_signals_release(&four);
    corpus_free(c);
  }
}

struct told {
  uint64_t last, total, n;
  uint64_t stop_at;
  struct stop stop;
};

static void
tell(void *arg, uint64_t done, uint64_t total)
{
  struct told *t = arg;

  assert_true(done >= t->last && done <= total);
  t->last = done;
  t->total = total;
  t->n++;
  if (t->stop_at && done >= t->stop_at)
    t->stop.wanted = true;
}

static void
tells_how_far_it_is_and_stops(void **state)
{
  struct corpus *c = some_corpus(3000, false);
  struct told told = {0};
  struct text_signals_options o = {.threads = 2, .progress = tell, .arg = &told, .stop = &told.stop};
  struct text_signals s;
  struct err e = {0};

  (void)state;
  assert_int_equal(text_signals_run(c, &o, &s, &e), 0);
  assert_true(told.n > 10);
  assert_true(told.last > told.total / 2);
  text_signals_release(&s);
  for (uint64_t part = 0; part < 4; part++) {
    struct told again = {.stop_at = 1 + part * told.total / 4};

    o.arg = &again;
    o.stop = &again.stop;
    assert_int_equal(text_signals_run(c, &o, &s, &e), -1);
    assert_int_equal(e.code, ERR_INTERRUPTED);
    for (int k = 0; k < N_TEXT_SIGNALS; k++)
      assert_null(s.values[k]);
  }
  corpus_free(c);
}

static void
nothing_is_no_trouble(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct text_signals s = signals_of(c, 0);

  (void)state;
  text_signals_release(&s);
  insert_labelled(c, "alone in the world", NULL, NULL);
  s = signals_of(c, 0);
  assert_true(value(&s, TEXT_NOVEL, 1) == 1);
  assert_true(isnan(value(&s, TEXT_DENSITY, 1)));
  text_signals_release(&s);
  corpus_free(c);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(languages_are_told),
    cmocka_unit_test(names_are_the_rows),
    cmocka_unit_test(names_leak),
    cmocka_unit_test(several_labels_leak_each),
    cmocka_unit_test(openings_and_clusters),
    cmocka_unit_test(novelty_is_that_of_brute_force),
    cmocka_unit_test(threads_change_nothing),
    cmocka_unit_test(tells_how_far_it_is_and_stops),
    cmocka_unit_test(nothing_is_no_trouble),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
