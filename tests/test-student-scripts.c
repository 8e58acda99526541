/* Students that are networks read any script: texts without spaces in all units of tokens, and words that they never
 * met
 * by parts of them. */
#include <locale.h>
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
#include "student/student.h"

enum { TEXTS = 200, TRAIN = 140, WORDS = 4 };

struct language {
  const char *theme[2][WORDS], *filler[WORDS], *space;
};
static const struct language languages[] = {
  {{{"发票", "退款", "价格", "付款"}, {"密码", "登录", "账户", "用户"}}, {"我的", "请", "今天", "再次"}, ""},
  {{{"ราคา", "เงินคืน", "ใบเสร็จ", "จ่าย"}, {"รหัสผ่าน", "บัญชี", "เข้าสู่ระบบ", "ผู้ใช้"}},
   {"ของฉัน", "กรุณา", "วันนี้", "อีกครั้ง"}, ""},
  {{{"فاتورة", "استرداد", "السعر", "الدفع"}, {"كلمة", "تسجيل", "الحساب", "المستخدم"}},
   {"من", "فضلك", "اليوم", "مرة"}, " "},
};

struct world {
  struct example x[TEXTS];
  char text[TEXTS][300];
  uint16_t label[TEXTS];
};

static struct world *
make_world(const struct language *l)
{
  struct world *w = xcalloc(1, sizeof *w);
  struct rng r;

  rng_seed(&r, 4);
  for (size_t i = 0; i < TEXTS; i++) {
    size_t n = 3 + rng_below(&r, 4), told = rng_below(&r, n);

    w->label[i] = (uint16_t)(i % 2);
    for (size_t k = 0; k < n; k++) {
      const char *word = k == told ? l->theme[i % 2][rng_below(&r, WORDS)] : l->filler[rng_below(&r, WORDS)];

      snprintf(w->text[i] + strlen(w->text[i]), sizeof w->text[i] - strlen(w->text[i]), "%s%s", k ? l->space : "",
               word);
    }
    w->x[i] = (struct example){.text = w->text[i], .labels = &w->label[i], .n_labels = 1};
  }
  return w;
}

static void
set(const struct student_kind *kind, double *values, const char *name, double value)
{
  size_t i = 0;

  while (i < kind->n_params && strcmp(kind->params[i].name, name) != 0)
    i++;
  assert_true(i < kind->n_params);
  values[i] = value;
}

/* Learns from x[0..n_train), and answers how many of the others it labels right. */
static double
accuracy(const struct example *x, size_t n_train, size_t n, double unit, double subwords)
{
  const struct student_kind *kind = student_kind_find("cnn");
  struct student_task task = {.n_classes = 2};
  double *values = xcalloc(kind->n_params, sizeof *values);
  struct train_point point;
  struct training *t;
  struct student *s;
  float p[2];
  size_t right = 0;
  struct err e = {0};

  student_defaults(kind, values);
  set(kind, values, "tokens", unit);
  set(kind, values, "subwords", subwords);
  set(kind, values, "dim", 16);
  set(kind, values, "filters", 16);
  set(kind, values, "epochs", 20);
  set(kind, values, "lr", 0.01);
  t = training_new(kind, &task, x, n_train, NULL, 0, values, 1, 2, &e);
  assert_non_null(t);
  while (training_step(t, &point, &e) == 1)
    ;
  s = training_take(t, &e);
  training_free(t);
  for (size_t i = n_train; i < n; i++) {
    student_predict(s, &x[i], 1, 1, p);
    right += (p[1] > p[0]) == x[i].labels[0];
  }
  student_free(s);
  free(values);
  return (double)right / (double)(n - n_train);
}

static void
test_scripts(void **state)
{
  (void)state;
  for (size_t l = 0; l < N_OF(languages); l++) {
    struct world *w = make_world(&languages[l]);

    for (int unit = 0; unit < 4; unit++)
      assert_true(accuracy(w->x, TRAIN, TEXTS, unit, 0) >= 0.9);
    free(w);
  }
}

/* Forms of known words that no training text has. */
static void
test_unknown_words(void **state)
{
  static const char *const known[2][WORDS] = {{"invoice", "refunded", "payment", "charged"},
                                              {"password", "unlocked", "accounts", "loggedin"}};
  static const char *const fresh[2][WORDS] = {{"invoicing", "refunds", "payments", "recharge"},
                                              {"passwords", "locked", "account", "logged"}};
  struct example x[80];
  uint16_t label[80];
  double with, without;

  (void)state;
  for (size_t i = 0; i < N_OF(x); i++) {
    label[i] = (uint16_t)(i % 2);
    x[i] = (struct example){.text = (i < 72 ? known : fresh)[i % 2][i / 2 % WORDS], .labels = &label[i], .n_labels = 1};
  }
  with = accuracy(x, 72, 80, 0, 5000);
  without = accuracy(x, 72, 80, 0, 0);
  assert_true(with >= 0.9);
  assert_true(without <= 0.5);  /* all of them are the same unknown word */
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_scripts),
    cmocka_unit_test(test_unknown_words),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
