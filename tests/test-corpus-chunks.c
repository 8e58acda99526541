/* Filters asked of whole chunks say what filter_match says of each sample: for random filters over random samples, some
 * edited, gone, pairs; and beside a writer. */
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/rng.h"
#include "corpus/change.h"
#include "corpus/corpus.h"
#include "corpus/filter.h"

static const char *const words[] = {"parcel", "Parcel", "where", "is", "my", "ÄRGER", "ärger", "straße", "STRASSE", "K",
  "\xe2\x84\xaa", "k", "12345", "order", "\xff\xc3", "e", "\n", "中文", "ſ", "İ", "a"};

static void
add_text(struct buf *b, struct rng *r)
{
  buf_clear(b);
  for (uint64_t k = rng_below(r, 12); k > 0; k--)
    buf_addf(b, "%s%s", words[rng_below(r, N_OF(words))], rng_below(r, 4) ? " " : "");
}

static void
add_samples(struct corpus *c, struct rng *r, size_t n, bool pairs)
{
  static const char *const attributes[] = {"", "topic=shoes", "topic=shoes\x1fstyle=hurried", "style=careful"};
  struct buf one = BUF_INIT, two = BUF_INIT;
  uint16_t labels[] = {0, 1, 2};

  for (size_t i = 0; i < n; i++) {
    struct sample s = {.labels = labels + rng_below(r, 3), .n_labels = (uint32_t)rng_below(r, 2),
      .split = (enum split)rng_below(r, N_SPLITS), .origin = (enum origin)rng_below(r, N_ORIGINS),
      .status = (enum status)rng_below(r, N_STATUSES), .template_id = (uint32_t)rng_below(r, 3),
      .teacher_id = (uint32_t)rng_below(r, 3), .request_id = (uint32_t)rng_below(r, 60),
      .parent_id = (uint32_t)rng_below(r, 3), .attributes = attributes[rng_below(r, N_OF(attributes))]};

    add_text(&one, r);
    s.text = buf_str(&one);
    s.n_text = (uint32_t)one.n;
    if (pairs && rng_below(r, 2)) {
      add_text(&two, r);
      s.text2 = buf_str(&two);
      s.n_text2 = (uint32_t)two.n;
    }
    corpus_apply_insert(c, &s, 1);
  }
  buf_release(&one);
  buf_release(&two);
}

static void
change_samples(struct corpus *c, struct rng *r, size_t n, bool pairs)
{
  struct buf b = BUF_INIT;

  for (size_t i = 0; i < n; i++) {
    struct change *ch = change_new(CHANGE_SET, "", "");
    uint32_t id = (uint32_t)rng_below(r, corpus_count(c)) + 1;

    add_text(&b, r);
    switch (rng_below(r, pairs ? 5 : 4)) {
    case 0: change_set_text(ch, id, buf_str(&b), b.n); break;
    case 1: change_set_status(ch, id, (enum status)rng_below(r, N_STATUSES)); break;
    case 2: change_set_label(ch, id, (uint16_t)rng_below(r, 3)); break;
    case 3: change_set_number(ch, id, FIELD_GONE, (uint32_t)rng_below(r, 2)); break;
    case 4: change_set_text2(ch, id, rng_below(r, 3) ? buf_str(&b) : NULL, b.n); break;
    }
    corpus_apply_set(c, ch);
    change_free(ch);
  }
  buf_release(&b);
}

static struct corpus *
make(struct rng *r, size_t n, bool pairs)
{
  struct corpus *c = corpus_new(pairs ? TASK_PAIR : TASK_CLASSIFY);

  corpus_apply_label(c, "billing", "");
  corpus_apply_label(c, "shipping", "");
  corpus_apply_label(c, "not sure", "");
  corpus_name_set(c, NAME_TEMPLATE, 1, "tickets v1");
  corpus_name_set(c, NAME_TEMPLATE, 2, "tickets v2");
  corpus_name_set(c, NAME_TEACHER, 1, "gpt");
  add_samples(c, r, n, pairs);
  change_samples(c, r, n / 10, pairs);
  return c;
}

/* ---- columns ---- */

static float loss[6000];

static bool
get_column(void *arg, const char *name, struct column *column)
{
  (void)arg;
  if (strcmp(name, "loss") && strcmp(name, "wrong"))
    return false;
  *column = (struct column){.values = loss, .n = N_OF(loss), .flag = !strcmp(name, "wrong")};
  return true;
}

static const struct filter_provider provider = {.get = get_column};

static void
make_columns(struct rng *r)
{
  for (size_t i = 0; i < N_OF(loss); i++)
    loss[i] = rng_below(r, 3) ? (float)rng_below(r, 4) : NAN;
}

/* ---- filters ---- */

static void
add_filter(struct buf *b, struct rng *r, int depth)
{
  static const char *const terms[] = {"parcel", "\"is my\"", "where", "e", "ärger", "Straße", "\"k\"", "\"ſ\"", "İ", "文",
    "12345", "\"\n\"", "zzz", "/is .y/", "/PARCEL/i", "/\\d{5}/", "/^k/i", "/stra(ß|ss)e/i", "label:billing",
    "label:billing,shipping", "label:\"not sure\"", "unlabelled", "status:new", "status:accepted,rejected", "split:train",
    "origin:seed", "template:tickets", "template:\"tickets v2\"", "teacher:gpt", "attr.topic:SHOES", "attr.style:hurried",
    "has:text2", "has:parent", "id:3", "id:4000-4200,9000", "words>4", "chars<20", "labels>0", "request:53", "request<7",
    "parent:2", "usable", "loss>1", "wrong", "words=0"};
  uint64_t n = depth > 2 ? 1 : rng_below(r, 3) + 1;

  for (uint64_t k = 0; k < n; k++) {
    buf_adds(b, k ? rng_below(r, 2) ? " or " : " " : "");
    buf_adds(b, rng_below(r, 4) ? "" : "-");
    if (depth < 3 && rng_below(r, 3) == 0) {
      buf_addc(b, '(');
      add_filter(b, r, depth + 1);
      buf_addc(b, ')');
    } else {
      buf_adds(b, terms[rng_below(r, N_OF(terms))]);
    }
  }
}

static void
check_filter(const struct corpus *c, const char *text)
{
  struct err e = {0};
  struct filter *f = filter_parse(c, text, &provider, &e);
  size_t n, count, k = 0;
  uint32_t *ids;

  if (!f)
    fail_msg("%s: %s", text, e.message);
  assert_int_equal(filter_run(f, NULL, &ids, &n), 0);
  assert_int_equal(filter_count(f, NULL, &count), 0);
  assert_int_equal(count, n);
  for (uint32_t id = 1; id <= corpus_count(c); id++) {
    bool found = k < n && ids[k] == id;

    if (found != filter_match(f, id))
      fail_msg("%s: sample %u", text, id);
    k += found;
  }
  assert_int_equal(k, n);
  free(ids);
  filter_free(f);
}

static void
check_corpus(size_t n, bool pairs, int n_filters, uint64_t seed)
{
  struct buf b = BUF_INIT;
  struct corpus *c;
  struct rng r;

  rng_seed(&r, seed);
  make_columns(&r);
  c = make(&r, n, pairs);
  for (int i = 0; i < n_filters; i++) {
    buf_clear(&b);
    add_filter(&b, &r, 0);
    check_filter(c, buf_str(&b));
  }
  buf_release(&b);
  corpus_free(c);
}

static void
chunks_say_what_samples_say(void **state)
{
  (void)state;
  check_corpus(0, false, 20, 1);
  check_corpus(1, true, 100, 2);
  check_corpus(63, true, 200, 3);
  check_corpus(4096, false, 60, 4);
  check_corpus(9000, false, 60, 5);
  check_corpus(9000, true, 60, 6);
  check_corpus(40000, false, 8, 7);     /* large enough for threads */
}

/* ---- beside a writer ---- */

struct reading {
  struct corpus *c;
  atomic_bool over;
  atomic_uint n_bad, n_runs;
};

/* Each text has "fine" in it, whichever it is at the moment. */
static void *
run_filters(void *arg)
{
  struct reading *k = arg;
  struct err e = {0};
  uint32_t *ids;
  size_t n;

  while (!atomic_load(&k->over) || atomic_load(&k->n_runs) < 20) {
    uint32_t before = corpus_count(k->c);

    if (filter_ids(k->c, "fine or /wrong/", NULL, &ids, &n, &e) < 0 || n < before)
      atomic_fetch_add(&k->n_bad, 1);
    free(ids);
    if (filter_ids(k->c, "wrong or -fine", NULL, &ids, &n, &e) < 0 || n > 0)
      atomic_fetch_add(&k->n_bad, 1);
    free(ids);
    if (filter_ids(k->c, "status:accepted -label:a", NULL, &ids, &n, &e) < 0)
      atomic_fetch_add(&k->n_bad, 1);
    free(ids);
    atomic_fetch_add(&k->n_runs, 1);
  }
  return NULL;
}

static void
filters_run_beside_a_writer(void **state)
{
  struct reading k = {.c = corpus_new(TASK_PAIR)};
  pthread_t threads[2];
  struct rng r;
  char text[60];

  (void)state;
  rng_seed(&r, 8);
  corpus_apply_label(k.c, "a", "");
  for (int i = 0; i < 2; i++)
    pthread_create(&threads[i], NULL, run_filters, &k);
  for (int i = 0; i < 9000; i++) {
    struct change *ch = change_new(CHANGE_SET, "", "");
    uint32_t id = (uint32_t)rng_below(&r, (uint64_t)i + 1) + 1;
    int n = snprintf(text, sizeof text, "it is %*sfine, number %d", i % 20, "", i);

    corpus_apply_insert(k.c, &(struct sample){.text = text, .n_text = (uint32_t)n, .text2 = i % 3 ? text : NULL,
      .n_text2 = i % 3 ? (uint32_t)n : 0}, 1);
    change_set_text(ch, id, text, (size_t)n);
    change_set_text2(ch, id, i % 2 ? text : NULL, (size_t)n);
    change_set_status(ch, id, STATUS_ACCEPTED);
    change_set_label(ch, id, i % 2 ? 0 : LABEL_NONE);
    corpus_apply_set(k.c, ch);
    change_free(ch);
  }
  atomic_store(&k.over, true);
  for (int i = 0; i < 2; i++)
    pthread_join(threads[i], NULL);
  assert_int_equal(k.n_bad, 0);
  corpus_free(k.c);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(chunks_say_what_samples_say),
    cmocka_unit_test(filters_run_beside_a_writer),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
