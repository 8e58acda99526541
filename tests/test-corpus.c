/* The room corpus: samples, labels, counters, statistics, the board, readers beside a writer. */
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
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "corpus/board.h"
#include "corpus/change.h"
#include "corpus/corpus.h"
#include "corpus/stats.h"

static uint32_t
add(struct corpus *c, const char *text, uint16_t label, enum status status)
{
  return corpus_apply_insert(c, &(struct sample){.text = text, .n_text = (uint32_t)strlen(text), .labels = &label,
    .n_labels = label != LABEL_NONE, .status = status, .origin = ORIGIN_IMPORTED}, 1);
}

static void
staged_samples_are_seen_once_shown(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct corpus_counts counts;
  uint16_t label = 3;
  struct sample s;

  (void)state;
  add(c, "first", 3, STATUS_NEW);
  for (uint32_t i = 0; i < 5; i++) {
    s = (struct sample){.text = "staged", .n_text = 6, .labels = &label, .n_labels = 1, .status = STATUS_ACCEPTED};
    corpus_stage(c, &s);
    assert_int_equal(s.id, 2 + i);
    assert_string_equal(s.text, "staged");
    assert_ptr_not_equal(s.labels, &label);
  }
  corpus_stage_source(c, 4, 7, 2);
  assert_int_equal(corpus_count(c), 1);
  assert_false(corpus_get(c, 2, &s));
  assert_int_equal(corpus_label_count(c, 3, STATUS_ACCEPTED), 0);
  assert_int_equal(corpus_stage_show(c, 3), 2);
  assert_int_equal(corpus_count(c), 4);
  assert_true(corpus_get(c, 4, &s));
  assert_int_equal(s.request_id, 7);
  assert_int_equal(s.parent_id, 2);
  assert_int_equal(corpus_label_count(c, 3, STATUS_ACCEPTED), 3);
  corpus_stage_drop(c);
  assert_int_equal(add(c, "next", 3, STATUS_NEW), 5);
  assert_true(corpus_get(c, 5, &s));
  assert_string_equal(s.text, "next");
  assert_int_equal(s.request_id, 0);
  corpus_counts(c, &counts);
  assert_int_equal(counts.n, 5);
  assert_int_equal(counts.status[STATUS_ACCEPTED], 3);
  corpus_free(c);
}

static void
labels_keep_their_numbers(void **state)
{
  struct labels *l = labels_new();
  struct buf b = BUF_INIT;
  struct err e = {0};
  char name[300];

  (void)state;
  for (int i = 0; i < 3000; i++) {
    snprintf(name, sizeof name, "label %d", i);
    assert_int_equal(labels_add(l, name, i % 2 ? "odd" : NULL), i);
  }
  assert_int_equal(labels_count(l), 3000);
  assert_int_equal(labels_add(l, "label 17", "seventeen"), 17);
  assert_string_equal(label_meaning(l, 17), "seventeen");
  assert_int_equal(labels_add(l, "label 17", ""), 17);
  assert_string_equal(label_meaning(l, 17), "seventeen");
  assert_string_equal(label_name(l, 2999), "label 2999");
  assert_string_equal(label_name(l, 3000), "");
  assert_string_equal(label_name(l, LABEL_NONE), "");
  assert_int_equal(label_find(l, "label 2500 and more", 10), 2500);
  assert_int_equal(label_find(l, "Label 1", 7), LABEL_NONE);
  assert_int_equal(label_find_like(l, "Label 1"), 1);
  labels_join(&b, l, (uint16_t[]){1, 2}, 2, "+");
  assert_string_equal(b.s, "label 1+label 2");
  buf_release(&b);
  labels_free(l);
  assert_int_equal(label_check_name("ok", &e), 0);
  assert_int_equal(label_check_name("", &e), -1);
  assert_int_equal(label_check_name("a\nb", &e), -1);
  assert_int_equal(label_check_name("a\xff", &e), -1);
  memset(name, 'x', 299);
  name[299] = '\0';
  assert_int_equal(label_check_name(name, &e), -1);
}

/* Each byte at each place of several blocks. */
static void
words_stand_between_spaces(void **state)
{
  static const char long_text[] = "  one two\nthree    four, five\r\n  six seven ";

  (void)state;
  for (size_t at = 0; at < 40; at++)
    for (int c = 0; c < 256; c++) {
      char s[] = "abcdefghijklmnopqrstuvwxabcdefghijklmnop";
      bool space = c == ' ' || (c >= '\t' && c <= '\r'), edge = at == 0 || at == 39;

      s[at] = (char)c;
      assert_int_equal(sample_words(s, 40), space && !edge ? 2 : 1);
    }
  assert_int_equal(sample_words("", 0), 0);
  assert_int_equal(sample_words(" \t ", 3), 0);
  assert_int_equal(sample_words(long_text, strlen(long_text)), 7);
}

static void
attributes_are_read(void **state)
{
  struct buf b = BUF_INIT;
  size_t n;

  (void)state;
  attribute_add(&b, "topic", "a=b\x1f" "c");
  attribute_add(&b, "sty=le", "");
  assert_string_equal(b.s, "topic=a=b c\x1fsty le=");
  assert_memory_equal(attribute_get(b.s, "topic", &n), "a=b c", 5);
  assert_int_equal(n, 5);
  assert_non_null(attribute_get(b.s, "sty le", &n));
  assert_int_equal(n, 0);
  assert_null(attribute_get(b.s, "top", &n));
  assert_null(attribute_get("", "topic", &n));
  buf_release(&b);
}

/* Counters as a plain recount finds them. */
static void
recount(const struct corpus *c, struct corpus_counts *k, uint32_t *by_label, size_t n_labels)
{
  struct sample s;

  *k = (struct corpus_counts){0};
  memset(by_label, 0, n_labels * N_STATUSES * sizeof *by_label);
  for (uint32_t id = 1; id <= corpus_count(c); id++) {
    if (!corpus_get(c, id, &s)) {
      k->gone++;
      continue;
    }
    k->n++;
    k->unlabelled += !s.n_labels;
    k->usable += sample_usable(&s);
    k->status[s.status]++;
    k->split[s.split]++;
    k->origin[s.origin]++;
    for (uint32_t i = 0; i < s.n_labels; i++)
      by_label[s.labels[i] * N_STATUSES + s.status]++;
  }
}

static void
counters_follow_every_change(void **state)
{
  struct corpus *c = corpus_new(TASK_MULTILABEL);
  struct corpus_counts have, want;
  uint32_t by_label[4 * N_STATUSES];
  struct rng r;

  (void)state;
  rng_seed(&r, 1);
  for (int i = 0; i < 4; i++)
    corpus_apply_label(c, (const char *[]){"a", "b", "c", "d"}[i], "");
  for (int i = 0; i < 9000; i++)
    add(c, "text", i % 5 == 4 ? LABEL_NONE : (uint16_t)(i % 5), (enum status)(i % 3));
  for (int i = 0; i < 20000; i++) {
    struct change *ch = change_new(CHANGE_SET, "", "");
    uint32_t id = (uint32_t)rng_below(&r, 9000) + 1;
    uint16_t labels[5];
    size_t n = rng_below(&r, 5);

    for (size_t k = 0; k < n; k++)
      labels[k] = (uint16_t)rng_below(&r, 4);
    switch (rng_below(&r, 5)) {
    case 0: change_set_labels(ch, id, labels, n); break;
    case 1: change_set_status(ch, id, (enum status)rng_below(&r, N_STATUSES)); break;
    case 2: change_set_split(ch, id, (enum split)rng_below(&r, N_SPLITS)); break;
    case 3: change_set_number(ch, id, FIELD_GONE, (uint32_t)rng_below(&r, 2)); break;
    case 4: change_set_number(ch, id, FIELD_ORIGIN, (uint32_t)rng_below(&r, N_ORIGINS)); break;
    }
    corpus_apply_set(c, ch);
    change_free(ch);
  }
  corpus_counts(c, &have);
  recount(c, &want, by_label, 4);
  assert_memory_equal(&have, &want, sizeof have);
  for (uint16_t l = 0; l < 4; l++)
    for (int s = 0; s < N_STATUSES; s++)
      assert_int_equal(corpus_label_count(c, l, (enum status)s), by_label[l * N_STATUSES + s]);
  corpus_free(c);
}

static void
a_sample_copied_out_stays_as_it_was(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct change *ch = change_new(CHANGE_SET, "", "");
  struct sample before, after;

  (void)state;
  corpus_apply_label(c, "a", "");
  add(c, "first", 0, STATUS_NEW);
  assert_false(corpus_get(c, 0, &before));
  assert_false(corpus_get(c, 2, &before));
  assert_true(corpus_get(c, 1, &before));
  change_set_text(ch, 1, "second", 6);
  change_set_label(ch, 1, LABEL_NONE);
  change_set_text2(ch, 1, "pair", 4);
  change_set_attributes(ch, 1, "k=v");
  corpus_apply_set(c, ch);
  change_free(ch);
  assert_string_equal(before.text, "first");
  assert_int_equal(sample_label(&before), 0);
  assert_true(corpus_get(c, 1, &after));
  assert_string_equal(after.text, "second");
  assert_int_equal(after.n_text, 6);
  assert_string_equal(after.text2, "pair");
  assert_string_equal(after.attributes, "k=v");
  assert_int_equal(sample_label(&after), LABEL_NONE);
  corpus_free(c);
}

static void
a_change_orders_labels(void **state)
{
  struct change *ch = change_new(CHANGE_INSERT, "me", "x");
  struct sample s = {.text = "t", .n_text = 1, .labels = (uint16_t[]){5, 1, 5, 3, 1}, .n_labels = 5};

  (void)state;
  change_add_sample(ch, &s);
  assert_int_equal(ch->samples[0].n_labels, 3);
  assert_memory_equal(ch->samples[0].labels, ((uint16_t[]){1, 3, 5}), 6);
  change_summarize(ch, "import %d", 3);
  assert_string_equal(ch->summary, "import 3");
  change_free(ch);
}

static void
watchers_are_woken(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct board *b = board_new(c);
  int fd = eventfd(0, EFD_NONBLOCK);
  eventfd_t n;

  (void)state;
  corpus_watch(c, fd);
  corpus_touch(c);
  corpus_touch(c);
  assert_int_equal(eventfd_read(fd, &n), 0);
  assert_int_equal(eventfd_read(fd, &n), -1);
  board_begin(b, ACTIVITY_RUN, 1, "linear#1");
  assert_int_equal(eventfd_read(fd, &n), 0);
  corpus_unwatch(c, fd);
  corpus_touch(c);
  assert_int_equal(eventfd_read(fd, &n), -1);
  close(fd);
  board_free(b);
  corpus_free(c);
}

/* ---- statistics ---- */

static void
statistics_are_summed(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct stats s;
  uint32_t ids[] = {1, 2, 3, 4};

  (void)state;
  corpus_apply_label(c, "a", "");
  corpus_apply_label(c, "b", "");
  add(c, "where is my parcel", 1, STATUS_ACCEPTED);
  add(c, "Where is my refund, my refund?", 1, STATUS_NEW);
  add(c, "hello", LABEL_NONE, STATUS_REJECTED);
  add(c, "", 0, STATUS_NEW);
  stats_run(c, ids, 4, &s);
  assert_int_equal(s.n, 4);
  assert_int_equal(s.status[STATUS_NEW], 2);
  assert_int_equal(s.n_labels, 3);
  assert_int_equal(s.labels[1].label, 1);
  assert_int_equal(s.labels[1].n, 2);
  assert_float_equal(s.labels[1].words_mean, 5, 0);
  assert_int_equal(s.labels[2].label, LABEL_NONE);
  assert_int_equal(s.n_words, 11);
  assert_int_equal(s.diversity.vocabulary, 6);
  assert_float_equal(s.words_mean, 11 / 4.0, 1e-12);
  assert_int_equal(s.words_min, 0);
  assert_int_equal(s.words_max, 6);
  assert_float_equal(s.diversity.distinct_1, 6.0 / 11, 1e-12);
  /* where is, is my, my parcel, where is, is my, my refund, refund my, my refund */
  assert_float_equal(s.diversity.distinct_2, 5.0 / 8, 1e-12);
  assert_int_equal(s.n_openings, 1);
  assert_string_equal(s.openings[0].words, "where is my");
  assert_int_equal(s.openings[0].n, 2);
  stats_release(&s);
  stats_run(c, NULL, 0, &s);
  assert_float_equal(s.diversity.distinct_1, 0, 0);
  stats_release(&s);
  corpus_free(c);
}

/* ---- the board ---- */

static void *
pausing_worker(void *arg)
{
  struct board *b = arg;
  int turns = 0;

  while (board_pause_point(b, 1)) {
    board_point(b, 1, &(struct train_point){.step = ++turns});
    clock_sleep_ms(1);
  }
  board_end(b, 1, ACTIVITY_STOPPED, "stopped by a test");
  return NULL;
}

static void
a_worker_pauses_and_stops(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct board *b = board_new(c);
  struct activity a;
  struct train_point points[8];
  pthread_t t;

  (void)state;
  assert_int_equal(board_begin(b, ACTIVITY_RUN, 9, "linear#9"), 1);
  pthread_create(&t, NULL, pausing_worker, b);
  do {
    assert_true(board_get(b, 1, &a));
  } while (a.n_points < 8);
  assert_int_equal(board_points(b, 1, 2, points, 3), 3);
  assert_int_equal(points[0].step, 3);
  board_pause(b, 1, true);
  assert_true(board_get(b, 1, &a));
  assert_int_equal(a.state, ACTIVITY_PAUSED);
  board_stop(b, 1);
  pthread_join(t, NULL);
  assert_true(board_find(b, ACTIVITY_RUN, 9, &a));
  assert_int_equal(a.state, ACTIVITY_STOPPED);
  assert_string_equal(a.message, "stopped by a test");
  assert_int_equal(board_running(b), 0);
  assert_false(board_find(b, ACTIVITY_JOB, 9, &a));
  board_free(b);
  corpus_free(c);
}

static void
the_board_forgets_what_is_long_over(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct board *b = board_new(c);
  struct activity list[100];
  char *lines[3];

  (void)state;
  for (uint32_t i = 0; i < 200; i++) {
    uint32_t id = board_begin(b, ACTIVITY_JOB, i, "job");

    for (int k = 0; k < 600; k++) {
      char line[20];

      snprintf(line, sizeof line, "line %d", k);
      board_line(b, id, line);
    }
    if (i)
      board_end(b, id, ACTIVITY_DONE, NULL);
  }
  assert_int_equal(board_list(b, list, 100), 65);
  assert_int_equal(list[0].id, 200);
  assert_int_equal(list[64].id, 1);
  assert_int_equal(board_running(b), 1);
  assert_int_equal(board_lines(b, 1, lines, 3), 3);
  assert_string_equal(lines[0], "line 599");
  for (int i = 0; i < 3; i++)
    free(lines[i]);
  assert_false(board_get(b, 2, &list[0]));
  board_line(b, 2, "to nobody");
  board_line(b, 0, "to nobody");
  board_free(b);
  corpus_free(c);
}

/* ---- readers beside a writer ---- */

struct reading {
  struct corpus *c;
  atomic_bool over;
  atomic_uint n_bad;
};

/* Text and label always belong together in what the writer makes: "text N" with label N mod 3. */
static void *
read_all(void *arg)
{
  struct reading *r = arg;
  struct sample s;

  while (!atomic_load(&r->over))
    for (uint32_t id = 1, n = corpus_count(r->c); id <= n; id++) {
      corpus_get(r->c, id, &s);
      if (strlen(s.text) != s.n_text || strncmp(s.text, "text ", 5) || s.n_labels > 1 || (s.n_labels && s.labels[0] > 2))
        atomic_fetch_add(&r->n_bad, 1);
    }
  return NULL;
}

static void
readers_need_no_lock(void **state)
{
  struct reading r = {.c = corpus_new(TASK_CLASSIFY)};
  pthread_t threads[3];
  struct rng rng;
  char text[40];

  (void)state;
  rng_seed(&rng, 3);
  for (int i = 0; i < 3; i++)
    corpus_apply_label(r.c, (const char *[]){"a", "b", "c"}[i], "");
  for (int i = 0; i < 3; i++)
    pthread_create(&threads[i], NULL, read_all, &r);
  for (int i = 0; i < 4000; i++) {
    snprintf(text, sizeof text, "text %d", i);
    add(r.c, text, (uint16_t)(i % 3), STATUS_NEW);
    struct change *ch = change_new(CHANGE_SET, "", "");
    uint32_t id = (uint32_t)rng_below(&rng, (uint64_t)i + 1) + 1;

    change_set_text(ch, id, text, strlen(text));
    change_set_label(ch, id, i % 7 ? (uint16_t)(i % 3) : LABEL_NONE);
    change_set_number(ch, id, FIELD_GONE, i % 2);
    corpus_apply_set(r.c, ch);
    change_free(ch);
  }
  atomic_store(&r.over, true);
  for (int i = 0; i < 3; i++)
    pthread_join(threads[i], NULL);
  assert_int_equal(r.n_bad, 0);
  corpus_free(r.c);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(labels_keep_their_numbers),
    cmocka_unit_test(staged_samples_are_seen_once_shown),
    cmocka_unit_test(words_stand_between_spaces),
    cmocka_unit_test(attributes_are_read),
    cmocka_unit_test(counters_follow_every_change),
    cmocka_unit_test(a_sample_copied_out_stays_as_it_was),
    cmocka_unit_test(a_change_orders_labels),
    cmocka_unit_test(watchers_are_woken),
    cmocka_unit_test(statistics_are_summed),
    cmocka_unit_test(a_worker_pauses_and_stops),
    cmocka_unit_test(the_board_forgets_what_is_long_over),
    cmocka_unit_test(readers_need_no_lock),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
