/* The room store with several at once: threads, two processes, and processes that are killed. */
#include "tests/store-stage.h"

#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "store/job_store.h"
#include "store/template_store.h"
#include "store/teacher_store.h"

/* In a child there is no test to fail: it ends with a status. */
static void
child_must(int rc, const struct err *e)
{
  if (rc < 0) {
    fprintf(stderr, "child: %s\n", e->message);
    _exit(1);
  }
}

/* ---- two that have one project open ---- */

/* Two in one process are as strange to each other as two processes: each has its connections and its thread. */
static void
two_come_to_see_the_same(void **state)
{
  struct project *p[2];
  struct rng r;
  struct err e = {0};
  char *a, *b, *c;

  (void)state;
  p[0] = fresh(TASK_MULTILABEL);
  p[1] = open_it(PROJECT_WRITE);
  rng_seed(&r, 5);
  insert(p[0], 20, "import");
  must(project_poll(p[1], &e), &e);
  assert_int_equal(corpus_count(project_corpus(p[1])), 20);
  for (int i = 0; i < 1500; i++) {
    struct project *q = p[rng_below(&r, 2)];

    switch (rng_below(&r, 40)) {
    case 0: insert(q, 3, "import"); break;
    case 1: insert(q, 2, "job 1"); break;
    case 2: project_undo(q, UNDO_ANY, NULL, &e); break;
    case 3: project_redo(q, NULL, &e); break;
    case 4: must(project_sync(q, &e), &e); break;
    case 5: must(project_poll(q, &e), &e); break;
    case 6: must(project_add_label(q, rng_below(&r, 2) ? "new label" : "another", "", NULL, &e), &e); break;
    default: random_change(q, &r);
    }
  }
  for (int i = 0; i < 2; i++)
    must(project_sync(p[i], &e), &e);
  for (int i = 0; i < 2; i++)
    must(project_poll(p[i], &e), &e);
  a = dump(p[0]);
  b = dump(p[1]);
  assert_string_equal(a, b);
  assert_int_equal(project_undoable(p[0]), project_undoable(p[1]));
  assert_int_equal(project_redoable(p[0]), project_redoable(p[1]));
  must(project_close(p[0], &e), &e);
  p[1] = reopen(p[1]);
  c = dump(p[1]);
  assert_string_equal(a, c);
  must(project_close(p[1], &e), &e);
  check_whole();
  free(a);
  free(b);
  free(c);
}

/* A change that is still waiting stays on top of what the other wrote meanwhile, and is what the file says in
 * the end. */
static void
the_last_to_write_is_what_both_show(void **state)
{
  struct project *one = fresh(TASK_CLASSIFY), *two = open_it(PROJECT_WRITE);
  struct err e = {0};

  (void)state;
  insert(one, 3, "import");
  must(project_poll(two, &e), &e);
  for (int i = 0; i < 200; i++) {
    set_status(one, 1, STATUS_ACCEPTED);
    set_status(two, 1, STATUS_REJECTED);
    if (i % 2)
      must(project_poll(two, &e), &e);
    else
      must(project_poll(one, &e), &e);
    must(project_sync(one, &e), &e);
    must(project_sync(two, &e), &e);
    must(project_poll(one, &e), &e);
    must(project_poll(two, &e), &e);
    assert_int_equal(status_of(one, 1), status_of(two, 1));
  }
  must(project_close(two, &e), &e);
  must(project_close(one, &e), &e);
  check_whole();
}

static void
records_of_the_other_are_seen(void **state)
{
  struct project *one = fresh(TASK_CLASSIFY), *two = open_it(PROJECT_WRITE);
  struct template_row row;
  struct err e = {0};
  uint64_t before = project_records_revision(two);

  (void)state;
  must(template_store_put(one, "tickets", "x", NULL, &e), &e);
  for (int i = 0; i < 1000 && project_records_revision(two) == before; i++)
    clock_sleep_ms(10);
  assert_true(project_records_revision(two) > before);
  assert_string_equal(corpus_name(project_corpus(two), NAME_TEMPLATE, 1), "tickets v1");
  must(template_store_get(two, "tickets", 0, &row, &e), &e);
  template_row_release(&row);
  must(project_close(two, &e), &e);
  must(project_close(one, &e), &e);
}

/* ---- processes that write at the same time ---- */

enum { WRITERS = 3, ROUNDS = 25, EACH = 4 };

static void
write_along(int me)
{
  struct err e = {0};
  struct project *p = project_open(store_path, PROJECT_WRITE, &e);
  char actor[20];

  if (!p)
    child_must(-1, &e);
  snprintf(actor, sizeof actor, "writer%d", me);
  for (int i = 0; i < ROUNDS; i++) {
    struct change *ch = some_samples(EACH, actor);
    uint32_t first;

    child_must(project_insert(p, ch, &first, &e), &e);
    change_free(ch);
    ch = change_new(CHANGE_SET, actor, "mine");
    for (uint32_t k = 0; k < EACH; k++)
      change_set_attributes(ch, first + k, actor);
    child_must(project_post(p, ch, &e), &e);
  }
  child_must(project_sync(p, &e), &e);
  child_must(project_close(p, &e), &e);
  _exit(0);
}

static void
writers_at_the_same_time_lose_nothing(void **state)
{
  struct project *p;
  struct err e = {0};
  struct sample s;
  pid_t pids[WRITERS];
  int per[WRITERS] = {0};

  (void)state;
  make_fresh(TASK_CLASSIFY);
  for (int i = 0; i < WRITERS; i++) {
    pids[i] = fork();
    if (pids[i] == 0)
      write_along(i);
  }
  /* This one looks on, and sees all of it without being told. */
  p = open_it(PROJECT_WRITE);
  for (int i = 0; i < WRITERS; i++)
    assert_int_equal(wait_for(pids[i]), 0);
  for (int i = 0; i < 1000 && corpus_count(project_corpus(p)) < WRITERS * ROUNDS * EACH; i++)
    clock_sleep_ms(10);
  must(project_poll(p, &e), &e);
  assert_int_equal(corpus_count(project_corpus(p)), WRITERS * ROUNDS * EACH);
  for (uint32_t id = 1; id <= corpus_count(project_corpus(p)); id++) {
    assert_true(corpus_get(project_corpus(p), id, &s));
    assert_memory_equal(s.attributes, "writer", 6);
    per[s.attributes[6] - '0']++;
    /* The samples of one insert stand together. */
    assert_memory_equal(s.text, "text number ", 12);
    assert_int_equal(s.text[12] - '0', (id - 1) % EACH);
  }
  for (int i = 0; i < WRITERS; i++)
    assert_int_equal(per[i], ROUNDS * EACH);
  assert_int_equal(project_undoable(p), 2 * WRITERS * ROUNDS);
  must(project_close(p, &e), &e);
  check_whole();
}

/* ---- a process that is killed ---- */

enum { TOGETHER = 7 };

/* Each round inserts TOGETHER samples, sets all of them, answers a request and keeps TOGETHER samples of it. */
static void
write_until_killed(void)
{
  struct err e = {0};
  struct project *p = project_open(store_path, PROJECT_WRITE, &e);
  uint32_t first;

  if (!p)
    child_must(-1, &e);
  for (uint32_t i = 1;; i++) {
    struct request_row plan = {.key = (char *)"k", .messages = (char *)"[]", .wanted = TOGETHER};
    struct dropped_row dropped = {.text = (char *)"d", .reason = (char *)"duplicate"};
    struct change *ch = some_samples(TOGETHER, "import");

    child_must(project_insert(p, ch, &first, &e), &e);
    change_free(ch);
    ch = change_new(CHANGE_SET, "person", "accept all");
    for (uint32_t k = 0; k < TOGETHER; k++)
      change_set_status(ch, first + k, STATUS_ACCEPTED);
    child_must(project_post(p, ch, &e), &e);
    child_must(job_store_plan(p, 1, &plan, 1, &e), &e);
    child_must(job_store_reply(p, &(struct request_row){.id = plan.id, .reply = (char *)"[]", .n_reply = 2}, 1, &e),
               &e);
    ch = some_samples(TOGETHER, "job 1");
    for (size_t k = 0; k < TOGETHER; k++)
      ch->samples[k].request_id = plan.id;
    child_must(job_store_keep(p, plan.id, ch, &dropped, 1, NULL, &e), &e);
    change_free(ch);
    if (i % 3 == 0)
      child_must(project_undo(p, UNDO_PERSON, NULL, &e), &e);
  }
}

static void
nothing_is_half_done_after_a_kill(void **state)
{
  struct rng r;
  struct err e = {0};
  struct job_row job = {.kind = (char *)"generate"};
  struct project *p = fresh(TASK_CLASSIFY);

  (void)state;
  must(job_store_add(p, &job, NULL, &e), &e);
  must(project_close(p, &e), &e);
  rng_seed(&r, (uint64_t)time(NULL));
  for (int round = 0; round < 12; round++) {
    struct job_figures f;
    struct sample s;
    uint32_t n, accepted[2] = {0};
    pid_t pid = fork();

    if (pid == 0)
      write_until_killed();
    clock_sleep_ms(30 + (int)rng_below(&r, 60));
    kill(pid, SIGKILL);
    assert_int_equal(WTERMSIG(wait_for(pid)), SIGKILL);
    p = open_it(PROJECT_WRITE);
    n = corpus_count(project_corpus(p));
    assert_int_equal(n % TOGETHER, 0);
    for (uint32_t id = 1; id <= n; id++) {
      if (corpus_get(project_corpus(p), id, &s))
        accepted[s.status == STATUS_ACCEPTED]++;
      if (id % TOGETHER == 0) {
        assert_true(accepted[0] % TOGETHER == 0 && accepted[1] % TOGETHER == 0);
        memset(accepted, 0, sizeof accepted);
      }
    }
    must(job_store_figures(p, 1, &f, &e), &e);
    assert_int_equal(f.kept, f.requests[REQUEST_PARSED] * TOGETHER);
    assert_int_equal(f.n_dropped, f.requests[REQUEST_PARSED]);
    job_figures_release(&f);
    must(project_close(p, &e), &e);
    check_whole();
  }
}

/* ---- threads ---- */

struct together {
  struct project *p;
  atomic_bool over;
  atomic_uint reads;
};

static void *
read_on(void *arg)
{
  struct together *t = arg;
  const struct corpus *c = project_corpus(t->p);
  struct sample s;

  while (!atomic_load(&t->over))
    for (uint32_t id = 1, n = corpus_count(c); id <= n; id++) {
      corpus_get(c, id, &s);
      atomic_fetch_add(&t->reads, strlen(s.text) == s.n_text && s.n_labels <= 1);
    }
  return NULL;
}

static void *
insert_on(void *arg)
{
  struct together *t = arg;

  for (int i = 0; i < 40; i++)
    insert(t->p, 5, "job 1");
  return NULL;
}

static void *
record_on(void *arg)
{
  struct together *t = arg;
  struct template_row *rows;
  struct err e = {0};
  char source[20];
  size_t n;

  for (int i = 0; i < 40; i++) {
    snprintf(source, sizeof source, "v%d", i);
    must(template_store_put(t->p, "t", source, NULL, &e), &e);
    must(template_store_list(t->p, true, &rows, &n, &e), &e);
    assert_int_equal(n, i + 1);
    template_rows_free(rows, n);
  }
  return NULL;
}

static void
threads_share_a_project(void **state)
{
  struct together t = {.p = fresh(TASK_CLASSIFY)};
  void *(*const work[])(void *) = {read_on, read_on, insert_on, record_on};
  pthread_t threads[4];
  struct rng r;
  struct err e = {0};
  char *a, *b;

  (void)state;
  insert(t.p, 10, "import");
  rng_seed(&r, 9);
  for (int i = 0; i < 4; i++)
    pthread_create(&threads[i], NULL, work[i], &t);
  for (int i = 0; i < 400; i++) {
    random_change(t.p, &r);
    if (i % 50 == 0)
      project_undo(t.p, UNDO_PERSON, NULL, &e);
  }
  pthread_join(threads[2], NULL);
  pthread_join(threads[3], NULL);
  atomic_store(&t.over, true);
  pthread_join(threads[0], NULL);
  pthread_join(threads[1], NULL);
  must(project_sync(t.p, &e), &e);
  assert_int_equal(corpus_count(project_corpus(t.p)), 210);
  a = dump(t.p);
  t.p = reopen(t.p);
  b = dump(t.p);
  assert_string_equal(a, b);
  free(a);
  free(b);
  must(project_close(t.p, &e), &e);
  check_whole();
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(two_come_to_see_the_same),
    cmocka_unit_test(the_last_to_write_is_what_both_show),
    cmocka_unit_test(records_of_the_other_are_seen),
    cmocka_unit_test(writers_at_the_same_time_lose_nothing),
    cmocka_unit_test(nothing_is_half_done_after_a_kill),
    cmocka_unit_test(threads_share_a_project),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, store_folder_make, store_folder_remove);
}
