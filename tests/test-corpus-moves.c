/* The feed of what moved: complete, without doubles, honest about what it has forgotten, and beside a writer. */
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

#include "base/mem.h"
#include "base/rng.h"
#include "corpus/change.h"
#include "corpus/corpus.h"

#define ROWS 3000u

static void
add_rows(struct corpus *c, size_t n)
{
  struct sample *samples = xcalloc(n, sizeof *samples);

  for (size_t i = 0; i < n; i++)
    samples[i] = (struct sample){.text = "x", .n_text = 1};
  corpus_apply_insert(c, samples, n);
  free(samples);
}

/* Changes up to `most` random samples at once, and notes which. */
static void
change_rows(struct corpus *c, struct rng *r, size_t most, bool *changed)
{
  struct change *ch = change_new(CHANGE_SET, "", "");

  for (uint64_t k = rng_below(r, most) + 1; k > 0; k--) {
    uint32_t id = (uint32_t)rng_below(r, corpus_count(c)) + 1;

    change_set_status(ch, id, (enum status)rng_below(r, N_STATUSES));
    if (changed)
      changed[id] = true;
  }
  corpus_apply_set(c, ch);
  change_free(ch);
}

static void
all_that_moved_is_told_once(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  uint64_t since = corpus_revision(c), now;
  uint32_t ids[2 * ROWS];
  bool changed[2 * ROWS + 1];
  struct rng r;
  size_t n;

  (void)state;
  rng_seed(&r, 1);
  assert_int_equal(corpus_moved(c, since, &now, ids, N_OF(ids)), 0);
  add_rows(c, ROWS);
  assert_int_equal(corpus_moved(c, since, &now, ids, N_OF(ids)), ROWS);
  for (int i = 0; i < 300; i++) {
    uint32_t before = corpus_count(c);

    since = now;
    memset(changed, 0, sizeof changed);
    for (uint64_t k = rng_below(&r, 4); k > 0; k--)
      change_rows(c, &r, 30, changed);
    if (i % 3 == 0)
      add_rows(c, 7);
    if (i % 5 == 0)
      corpus_apply_label(c, "a", "");
    n = corpus_moved(c, since, &now, ids, N_OF(ids));
    assert_int_equal(now, corpus_revision(c));
    for (uint32_t id = before + 1; id <= corpus_count(c); id++)
      changed[id] = true;
    for (size_t k = 0; k < n; k++) {
      assert_true(changed[ids[k]] && (k == 0 || ids[k] > ids[k - 1]));
      changed[ids[k]] = false;
    }
    for (uint32_t id = 1; id <= corpus_count(c); id++)
      assert_false(changed[id]);
    assert_int_equal(corpus_moved(c, now, &now, ids, N_OF(ids)), 0);
  }
  corpus_free(c);
}

static void
what_is_forgotten_is_not_told(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct change *ch = change_new(CHANGE_SET, "", "");
  uint64_t first = corpus_revision(c), since, now;
  uint32_t ids[ROWS];

  (void)state;
  add_rows(c, 200000);
  assert_int_equal(corpus_moved(c, first, &now, ids, N_OF(ids)), CORPUS_MOVED_ALL);
  assert_int_equal(now, corpus_revision(c));
  assert_int_equal(corpus_moved(c, now + 1, &now, ids, N_OF(ids)), CORPUS_MOVED_ALL);
  since = now;
  for (uint32_t id = 10; id < 10 + ROWS; id++)
    change_set_status(ch, id, STATUS_ACCEPTED);
  corpus_apply_set(c, ch);
  assert_int_equal(now + 1, corpus_revision(c));          /* neighbours are one move */
  assert_int_equal(corpus_moved(c, since, &now, ids, ROWS - 1), CORPUS_MOVED_ALL);
  assert_int_equal(corpus_moved(c, since, &now, ids, ROWS), ROWS);
  assert_int_equal(ids[ROWS - 1], 10 + ROWS - 1);
  change_free(ch);
  ch = change_new(CHANGE_SET, "", "");
  for (uint32_t id = 1; id < 200000; id += 2)
    change_set_status(ch, id, STATUS_REJECTED);
  corpus_apply_set(c, ch);
  assert_int_equal(corpus_moved(c, since, &now, ids, N_OF(ids)), CORPUS_MOVED_ALL);
  change_free(ch);
  corpus_free(c);
}

struct following {
  struct corpus *c;
  atomic_bool over;
  uint64_t since;
  size_t n_told, n_all;
  unsigned char status[ROWS + 1];
};

static void
follow(struct following *f)
{
  uint32_t ids[200];
  uint64_t now;
  size_t n = corpus_moved(f->c, f->since, &now, ids, N_OF(ids));
  struct sample s;

  if (n == CORPUS_MOVED_ALL) {
    f->n_all++;
    for (uint32_t id = 1; id <= ROWS; id++) {
      corpus_get(f->c, id, &s);
      f->status[id] = (unsigned char)s.status;
    }
  } else {
    f->n_told += n > 0;
    for (size_t i = 0; i < n; i++) {
      corpus_get(f->c, ids[i], &s);
      f->status[ids[i]] = (unsigned char)s.status;
    }
  }
  f->since = now;
}

static void *
follow_all(void *arg)
{
  struct following *f = arg;

  while (!atomic_load(&f->over))
    follow(f);
  follow(f);
  return NULL;
}

/* Who follows the feed knows in the end what the corpus holds, though the writer laps the ring many times. */
static void
a_follower_keeps_up_beside_a_writer(void **state)
{
  static struct following f[2];
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  pthread_t threads[2];
  struct sample s;
  struct rng r;

  (void)state;
  rng_seed(&r, 2);
  add_rows(c, ROWS);
  for (int i = 0; i < 2; i++) {
    f[i].c = c;
    pthread_create(&threads[i], NULL, follow_all, &f[i]);
  }
  for (int i = 0; i < 4000; i++)
    change_rows(c, &r, 100, NULL);
  for (int i = 0; i < 2; i++)
    atomic_store(&f[i].over, true);
  for (int i = 0; i < 2; i++) {
    pthread_join(threads[i], NULL);
    for (uint32_t id = 1; id <= ROWS; id++) {
      corpus_get(c, id, &s);
      assert_int_equal(f[i].status[id], s.status);
    }
  }
  corpus_free(c);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_that_moved_is_told_once),
    cmocka_unit_test(what_is_forgotten_is_not_told),
    cmocka_unit_test(a_follower_keeps_up_beside_a_writer),
  };

  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
