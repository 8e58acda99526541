/* The one-line reasons, and the finder of nearest samples that they speak of. */
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
#include "base/utf8.h"
#include "corpus/change.h"
#include "curate/finder.h"
#include "curate/reason.h"

static void
insert(struct corpus *c, const char *text, const char *label, enum status status)
{
  uint16_t id = label ? corpus_apply_label(c, label, "") : 0;
  struct sample s = {.text = text, .n_text = (uint32_t)strlen(text), .labels = &id, .n_labels = label ? 1 : 0,
                     .status = status, .origin = ORIGIN_GENERATED};

  corpus_apply_insert(c, &s, 1);
}

#define N 8

/* Columns of N samples. */
struct known {
  const char *name;
  float values[N];
};
static struct known known[4];
static size_t n_known;

static bool
get(void *arg, const char *name, struct column *column)
{
  (void)arg;
  for (size_t i = 0; i < n_known; i++)
    if (!strcmp(known[i].name, name)) {
      *column = (struct column){.values = known[i].values, .n = N};
      return true;
    }
  return false;
}
static const struct filter_provider provider = {.get = get};

static void
know(const char *name, uint32_t id, double x)
{
  size_t i = 0;

  for (; i < n_known && strcmp(known[i].name, name) != 0; i++)
    ;
  if (i == n_known) {
    assert_true(n_known < N_OF(known));
    known[n_known++].name = name;
    for (int k = 0; k < N; k++)
      known[i].values[k] = NAN;
  }
  known[i].values[id - 1] = (float)x;
}

static struct corpus *
some_corpus(void)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);

  n_known = 0;
  insert(c, "I never got my money back", "returns", STATUS_NEW);
  insert(c, "give me my money back", "billing", STATUS_NEW);
  insert(c, "i want my money", "billing", STATUS_ACCEPTED);
  insert(c, "my money is gone", "billing", STATUS_NEW);
  insert(c, "they never got it back", "returns", STATUS_NEW);
  insert(c, "is it waterproof", "product", STATUS_NEW);
  insert(c, "something quite different", NULL, STATUS_NEW);
  insert(c, "zzz", "returns", STATUS_NEW);
  return c;
}

static const struct neighbour near[] = {{2, .71f}, {4, .4f}, {3, .35f}, {5, .3f}};

static void
assert_reason(const struct corpus *c, uint32_t id, const char *order, size_t n, const char *wanted)
{
  struct buf out = BUF_INIT;

  buf_adds(&out, "> ");
  if (reason_add(&out, c, id, order, &provider, n ? near : NULL, n) != (wanted != NULL))
    fail_msg("%u by %s: '%s'", id, order, buf_str(&out));
  assert_string_equal(buf_str(&out) + 2, wanted ? wanted : "");
  buf_release(&out);
}

static void
suspects_have_reasons(void **state)
{
  struct corpus *c = some_corpus();

  (void)state;
  assert_reason(c, 1, "suspect", 4, NULL);
  know("suggested", 1, 1);
  assert_reason(c, 1, "suspect", 0, "labelled returns, but students say billing");
  know("suggested_p", 1, .914);
  assert_reason(c, 1, "suspect", 4, "labelled returns, but students say billing .91; 3 of 4 nearest are billing");
  assert_reason(c, 1, "-suspect", 1, "labelled returns, but students say billing .91; the nearest, 2, is billing");
  know("suggested", 1, 0);
  assert_reason(c, 1, "suspect", 0, "labelled returns, and so say students: returns .91");
  know("suggested", 7, 2);
  know("suggested_p", 7, 1);
  assert_reason(c, 7, "suspect", 0, "no label; students say product 1.00");
  know("suggested", 7, 99);
  assert_reason(c, 7, "suspect", 0, NULL);
  assert_reason(c, 1, "words", 4, NULL);
  assert_reason(c, 1, "", 4, NULL);
  assert_reason(c, 99, "suspect", 4, NULL);
  corpus_free(c);
}

static void
useful_ones_have_reasons(void **state)
{
  struct corpus *c = some_corpus();

  (void)state;
  assert_reason(c, 1, "useful", 4, NULL);
  know("suggested", 1, 1);
  know("suggested_p", 1, .41);
  assert_reason(c, 1, "useful", 2, "students are not sure of billing .41; none of its 2 nearest is accepted");
  know("self_confidence", 1, .38);
  assert_reason(c, 1, "useful", 0, "students waver between billing .41 and returns .38; nothing like it is accepted yet");
  assert_reason(c, 1, "useful", 4, "students waver between billing .41 and returns .38; the nearest accepted, 3, is alike "
                                   "by only .35");
  corpus_free(c);
}

static void
novel_ones_have_reasons(void **state)
{
  struct corpus *c = some_corpus();

  (void)state;
  assert_reason(c, 7, "novel", 0, NULL);
  know("novel", 7, .79);
  assert_reason(c, 7, "novel", 0, "nothing near: the nearest is alike by .21");
  assert_reason(c, 7, "novel", 4, "2 is alike by .71");
  know("novel", 7, .2);
  assert_reason(c, 7, "novel", 0, "another text is alike by .80");
  corpus_free(c);
}

static void
lines_are_clipped(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct buf out = BUF_INIT, name = BUF_INIT;
  size_t bad;

  (void)state;
  n_known = 0;
  for (int i = 0; i < 40; i++)
    buf_adds(&name, "退");
  insert(c, "text", buf_str(&name), STATUS_NEW);
  know("suggested", 1, 0);
  assert_true(reason_add(&out, c, 1, "suspect", &provider, NULL, 0));
  assert_true(utf8_valid(out.s, out.n, &bad));
  assert_in_range(utf8_columns(out.s, out.n), REASON_COLS - 1, REASON_COLS);
  assert_string_equal(out.s + out.n - strlen("…"), "…");
  buf_release(&out);
  buf_release(&name);
  corpus_free(c);
}

/* The finder sees the corpus as it is at the question. */
static void
finder_follows_the_corpus(void **state)
{
  struct corpus *c = some_corpus();
  struct finder *f = finder_new(c);
  struct change *edit = change_new(CHANGE_SET, "test", "");
  struct neighbour found[3];
  struct stop stop = {.wanted = true};

  (void)state;
  assert_int_equal(finder_ask(f, 1, 3, 0, &stop, found), 0);
  assert_int_equal(finder_ask(f, 1, 3, 0, NULL, found), 3);
  assert_int_equal(found[0].id, 5);
  change_set_text(edit, 5, "what is this", 12);
  corpus_apply_set(c, edit);
  change_free(edit);
  assert_int_equal(finder_ask(f, 1, 3, 0, NULL, found), 3);
  assert_int_equal(found[0].id, 3);
  for (int i = 0; i < 20; i++)
    insert(c, i ? "filler" : "I never got my money", "returns", STATUS_NEW);
  assert_int_equal(finder_ask(f, 1, 3, 0, NULL, found), 3);
  assert_int_equal(found[0].id, N + 1);
  assert_true(found[0].similarity > .7f);
  finder_free(f);
  finder_free(NULL);
  corpus_free(c);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(suspects_have_reasons),
    cmocka_unit_test(useful_ones_have_reasons),
    cmocka_unit_test(novel_ones_have_reasons),
    cmocka_unit_test(lines_are_clipped),
    cmocka_unit_test(finder_follows_the_corpus),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
