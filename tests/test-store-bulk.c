/* The room store: changes of very many rows, applied in pieces while others go on. */
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "tests/store-stage.h"

enum { N = 9000, BULKS = 4 };

static void
make_many(struct project *p)
{
  insert(p, N, "import");
}

static void
post_all(struct project *p, enum status status)
{
  struct change *ch = change_new(CHANGE_SET, "person", "all");
  struct err e = {0};

  for (uint32_t id = 1; id <= N; id++)
    change_set_status(ch, id, status);
  must(project_post(p, ch, &e), &e);
}

static void
count_all(struct project *p, enum status status, uint32_t n)
{
  struct corpus_counts counts;

  corpus_counts(project_corpus(p), &counts);
  assert_int_equal(counts.status[status], n);
}

static void
all_and_back(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct log_entry *log;
  struct err e = {0};
  char *before, *after;
  size_t n;

  (void)state;
  make_many(p);
  set_status(p, 7, STATUS_ACCEPTED);
  before = dump(p);
  post_all(p, STATUS_ACCEPTED);
  count_all(p, STATUS_ACCEPTED, N);
  must(project_sync(p, &e), &e);
  must(project_log(p, 0, 1, &log, &n, &e), &e);
  assert_int_equal(log[0].n, N - 1);       /* one was accepted before */
  log_entries_free(log, n);
  assert_int_equal(project_undo(p, UNDO_ANY, NULL, &e), 1);
  after = dump(p);
  assert_string_equal(before, after);
  free(after);
  assert_int_equal(project_redo(p, NULL, &e), 1);
  count_all(p, STATUS_ACCEPTED, N);
  p = reopen(p);
  count_all(p, STATUS_ACCEPTED, N);
  assert_int_equal(project_undo(p, UNDO_ANY, NULL, &e), 1);
  after = dump(p);
  assert_string_equal(before, after);
  free(before);
  free(after);
  must(project_close(p, &e), &e);
  check_whole();
}

/* Two fields of some samples, not in the order of ids: each sample counts once. */
static void
samples_are_counted_once(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct change *ch = change_new(CHANGE_SET, "person", "some");
  struct log_entry *log;
  struct err e = {0};
  size_t n;

  (void)state;
  insert(p, 10, "import");
  for (uint32_t id = 10; id > 5; id--) {
    change_set_status(ch, id, STATUS_ACCEPTED);
    change_set_split(ch, id, SPLIT_TEST);
  }
  must(project_post(p, ch, &e), &e);
  must(project_sync(p, &e), &e);
  must(project_log(p, 0, 1, &log, &n, &e), &e);
  assert_int_equal(log[0].n, 5);
  log_entries_free(log, n);
  must(project_close(p, &e), &e);
}

struct crowd {
  struct project *p;
  atomic_int busy;
  uint64_t seed;
};

static void *
post_bulks(void *arg)
{
  struct crowd *crowd = arg;

  for (int i = 0; i < BULKS; i++)
    post_all(crowd->p, i % N_STATUSES);
  atomic_fetch_sub(&crowd->busy, 1);
  return NULL;
}

static void *
post_few(void *arg)
{
  struct crowd *crowd = arg;
  struct rng r;

  rng_seed(&r, crowd->seed);
  while (atomic_load(&crowd->busy) > 0) {
    for (int i = 0; i < 20; i++)
      set_status(crowd->p, 1 + (uint32_t)rng_below(&r, N), (enum status)rng_below(&r, N_STATUSES));
    random_change(crowd->p, &r);
  }
  return NULL;
}

static void *
undo_some(void *arg)
{
  struct crowd *crowd = arg;
  struct err e = {0};

  while (atomic_load(&crowd->busy) > 0) {
    project_undo(crowd->p, UNDO_ANY, NULL, &e);
    clock_sleep_ms(3);
    project_redo(crowd->p, NULL, &e);
  }
  return NULL;
}

/* Whoever comes between the pieces: in the end memory is what the file says. */
static void
work_together(void *(*const *work)(void *), size_t n, int bulks, uint64_t seed)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct crowd crowd = {.p = p, .busy = bulks, .seed = seed};
  pthread_t threads[8];
  struct err e = {0};

  make_many(p);
  for (size_t i = 0; i < n; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, work[i], &crowd), 0);
  for (size_t i = 0; i < n; i++)
    pthread_join(threads[i], NULL);
  must(project_sync(p, &e), &e);
  close_as_it_is(p);
}

static void
small_changes_hold_beside_bulk_ones(void **state)
{
  static void *(*const work[])(void *) = {post_bulks, post_few, post_few};

  (void)state;
  for (uint64_t round = 0; round < 6; round++)
    work_together(work, N_OF(work), 1, round);
}

static void
memory_is_what_the_file_says(void **state)
{
  static void *(*const work[])(void *) = {post_bulks, post_bulks, post_few, undo_some};

  (void)state;
  work_together(work, N_OF(work), 2, 5);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_and_back),
    cmocka_unit_test(samples_are_counted_once),
    cmocka_unit_test(small_changes_hold_beside_bulk_ones),
    cmocka_unit_test(memory_is_what_the_file_says),
  };

  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, store_folder_make, store_folder_remove);
}
