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
#include "corpus/count_by.h"
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
  static const char *const leaves[] = {"parcel", "\"is my\"", "where", "e", "ärger", "Straße", "\"k\"", "\"ſ\"", "İ", "文",
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
      buf_adds(b, leaves[rng_below(r, N_OF(leaves))]);
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

/* ---- counting ---- */

static const struct count_by all_counts[] = {
  {.by = COUNT_BY_LABEL}, {.by = COUNT_BY_STATUS}, {.by = COUNT_BY_SPLIT}, {.by = COUNT_BY_ORIGIN},
  {.by = COUNT_BY_TEMPLATE}, {.by = COUNT_BY_TEACHER}, {.by = COUNT_BY_ATTRIBUTE, .name = "topic"},
  {.by = COUNT_BY_COLUMN, .name = "wrong", .column = {.values = loss, .n = N_OF(loss), .flag = true}},
};

/* A term, and which of all_counts it is the own term of; -1: of none. */
static const struct {
  const char *term;
  int own;
} terms[] = {
  {"label:billing", 0}, {"label:billing,shipping", 0}, {"-label:billing", -1}, {"status:new", 1}, {"status:new,rejected", 1},
  {"split:train,test", 2}, {"origin:seed,imported", 3}, {"template:tickets", 4}, {"teacher:gpt", 5},
  {"attr.topic:shoes", 6}, {"attr.style:hurried", -1}, {"wrong", 7}, {"parcel", -1}, {"(label:billing or parcel)", -1},
  {"words>2", -1}, {"-wrong", -1}, {"/e.*e/", -1},
};

/* The names that a sample counts under; "" in the end. */
static void
names_of(const struct corpus *c, const struct count_by *k, const struct sample *s, const char *names[4])
{
  static char value[100];
  const char *name = "";
  size_t n = 0;

  switch (k->by) {
  case COUNT_BY_LABEL:
    for (; n < s->n_labels; n++)
      names[n] = label_name(corpus_labels(c), s->labels[n]);
    break;
  case COUNT_BY_STATUS: name = status_name(s->status); break;
  case COUNT_BY_SPLIT: name = split_name(s->split); break;
  case COUNT_BY_ORIGIN: name = origin_name(s->origin); break;
  case COUNT_BY_TEMPLATE: name = corpus_name(c, NAME_TEMPLATE, s->template_id); break;
  case COUNT_BY_TEACHER: name = corpus_name(c, NAME_TEACHER, s->teacher_id); break;
  case COUNT_BY_ATTRIBUTE:
    name = attribute_get(s->attributes, k->name, &n);
    snprintf(value, sizeof value, "%.*s", (int)n, name ? name : "");
    name = value;
    n = 0;
    break;
  case COUNT_BY_COLUMN:
    if (s->id <= N_OF(loss) && !isnan(loss[s->id - 1]))
      name = loss[s->id - 1] > 0 ? "yes" : "no";
    break;
  }
  if (*name)
    names[n++] = name;
  names[n] = "";
}

/* The count as a walk over the samples finds it. */
static void
check_count(const struct corpus *c, const struct count_by *k, const char *text)
{
  uint32_t *want = xcalloc(k->n_values + 1, sizeof *want), *ids, none = 0;
  struct err e = {0};
  size_t n;

  assert_int_equal(filter_ids(c, text, &provider, &ids, &n, &e), 0);
  for (size_t i = 0; i < n; i++) {
    const char *names[4];
    struct sample s;

    corpus_get(c, ids[i], &s);
    names_of(c, k, &s, names);
    none += !*names[0];
    for (size_t j = 0; *names[j]; j++)
      for (size_t v = 0; v < k->n_values; v++)
        want[v] += !strcmp(k->values[v].name, names[j]);
  }
  for (size_t v = 0; v < k->n_values; v++)
    if (k->values[v].n != want[v])
      fail_msg("%s: %s: %u, not %u", text, k->values[v].name, k->values[v].n, want[v]);
  assert_int_equal(k->none, none);
  free(ids);
  free(want);
}

static void
counts_follow_the_filter(void **state)
{
  struct buf all = BUF_INIT, others = BUF_INIT;
  struct corpus *c;
  struct rng r;

  (void)state;
  rng_seed(&r, 10);
  make_columns(&r);
  c = make(&r, 9000, true);
  for (int i = 0; i < 60; i++) {
    struct count_by by[N_OF(all_counts)];
    size_t picked[3], n_picked = rng_below(&r, 4), total, n;
    struct err e = {0};
    struct filter *f;

    buf_clear(&all);
    for (size_t k = 0; k < n_picked; k++) {
      picked[k] = rng_below(&r, N_OF(terms));
      buf_addf(&all, " %s", terms[picked[k]].term);
    }
    f = filter_parse(c, buf_str(&all), &provider, &e);
    assert_non_null(f);
    memcpy(by, all_counts, sizeof by);
    assert_int_equal(filter_count_by(f, NULL, by, N_OF(by), &total), 0);
    assert_int_equal(filter_count(f, NULL, &n), 0);
    assert_int_equal(total, n);
    for (size_t b = 0; b < N_OF(by); b++) {
      buf_clear(&others);
      for (size_t k = 0; k < n_picked; k++)
        if (terms[picked[k]].own != (int)b)
          buf_addf(&others, " %s", terms[picked[k]].term);
      check_count(c, &by[b], buf_str(&others));
    }
    count_by_release(by, N_OF(by));
    filter_free(f);
  }
  buf_release(&all);
  buf_release(&others);
  corpus_free(c);
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
    cmocka_unit_test(counts_follow_the_filter),
    cmocka_unit_test(filters_run_beside_a_writer),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
