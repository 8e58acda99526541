/* Jobs whose requests are handed in as batches: left, collected, killed anywhere, refused, expired. */
#include "scene.h"

#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rng.h"

static void
make(const char *name)
{
  struct teacher_row row = {.name = "remote", .kind = "http", .url = server->url, .model = "m",
                            .key_env = "RETORT_TEST_KEY", .price_in = 100, .price_out = 200, .concurrency = 4,
                            .settings = "{\"schema\":false}"};
  struct project *p;
  struct err e = {0};

  setenv("RETORT_TEST_KEY", "sk-test", 1);
  make_project(name);
  p = open_project(name);
  assert_int_equal(teacher_store_put(p, &row, NULL, 0, NULL, &e), 0);
  close_project(p);
}

static struct job_options
batch_options(void)
{
  struct job_options o = options();

  o.per_label = 150;  /* 30 requests */
  o.batch = true;
  o.batch_poll_ms = 1;
  o.resume = true;
  return o;
}

/* The samples and figures of the same job without batches. */
static char *
one_by_one(struct funnel *f)
{
  struct job_options o = batch_options();
  struct project *p;
  struct err e = {0};
  char *samples;

  server_clear(server);
  make("one-by-one");
  p = open_project("one-by-one");
  o.batch = false;
  if (run_job(p, &o, f, &e) != 0)
    fail_msg("%s", e.message);
  samples = samples_of(p);
  close_project(p);
  server_clear(server);
  return samples;
}

/* Steps a job to its end. True if it was left. */
static bool
run(struct project *p, const struct job_options *o, int *result, struct err *e)
{
  struct job *j = job_new(p, o, e);
  bool left;

  *result = -1;
  if (!j)
    return false;
  while ((*result = job_step(j, 20, e)) == 1)
    ;
  left = job_left(j);
  if (left)
    assert_non_null(strstr(job_says(j), "under way"));
  job_free(j);
  return left;
}

/* Comes back until it is not left any more; how often. */
static int
come_back(struct project *p, const struct job_options *o, int *result, struct err *e)
{
  int times = 0;

  while (run(p, o, result, e)) {
    assert_int_equal(*result, 0);
    assert_true(++times < 50);
  }
  return times;
}

static void
left_and_collected(void **state)
{
  struct job_options o = batch_options();
  struct funnel plain, f;
  struct project *p;
  struct job_row row;
  struct err e = {0};
  char *expected = one_by_one(&plain), *samples;
  int result;

  (void)state;
  make("left");
  p = open_project("left");
  assert_true(run(p, &o, &result, &e));
  assert_int_equal(result, 0);
  assert_int_equal(corpus_count(project_corpus(p)), 0);
  assert_int_equal(job_store_get(p, 1, &row, &e), 0);
  assert_int_equal(row.state, JOB_PAUSED);
  assert_non_null(strstr(row.message, "1 batch is under way, 0 of 30 requests done"));
  job_row_release(&row);
  o.resume = false;  /* once more would be paid once more */
  assert_null(job_new(p, &o, &e));
  assert_int_equal(e.code, ERR_INPUT);
  assert_string_equal(e.message, "job 1 is the same, and has 1 batch under way (--resume collects what is done)");
  o.resume = true;
  o.batch = false;  /* the job knows */
  assert_true(come_back(p, &o, &result, &e) >= 1);
  assert_int_equal(result, 0);
  samples = samples_of(p);
  assert_string_equal(samples, expected);
  assert_int_equal(atomic_load(&server->n_batches), 1);
  assert_int_equal(server_answered(server), 30);
  assert_int_equal(server_most_answers_of_one(server), 1);
  assert_int_equal(funnel_load(&f, p, 1, &e), 0);
  assert_int_equal(f.ok, 30);
  assert_int_equal(f.tokens_out, plain.tokens_out);
  assert_true(fabs(f.cost_usd - plain.cost_usd / 2) < 1e-9 && f.cost_usd > 0);
  funnel_release(&f);
  /* done is done */
  assert_false(run(p, &o, &result, &e));
  assert_int_equal(result, 0);
  assert_int_equal(atomic_load(&server->n_batches), 1);
  close_project(p);
  funnel_release(&plain);
  free(expected);
  free(samples);
}

/* What an endpoint does not take is learned from the lines that fail, and left out when the job is gone on with. */
static void
a_member_is_refused(void **state)
{
  struct job_options o = batch_options();
  struct project *p;
  struct err e = {0};
  int result;

  (void)state;
  server_clear(server);
  atomic_store(&server->refuses, SERVER_MAX_TOKENS);
  make("member");
  p = open_project("member");
  o.limits.usd = 1000;  /* so that each request has a longest reply */
  come_back(p, &o, &result, &e);
  assert_int_equal(result, -1);
  assert_non_null(strstr(e.message, "max_completion_tokens"));
  assert_int_equal(server_answered(server), 0);
  come_back(p, &o, &result, &e);
  assert_int_equal(result, 0);
  assert_int_equal(server_answered(server), 30);
  assert_int_equal(corpus_count(project_corpus(p)), 300);
  assert_int_equal(atomic_load(&server->n_batches), 2);
  close_project(p);
}

/* What is answered already is not handed in; what waits, waits. */
static void
waited_for(void **state)
{
  struct job_options o = batch_options(), first = batch_options();
  struct project *p;
  struct err e = {0};
  char *expected = one_by_one(NULL), *samples;
  int result;

  (void)state;
  make("waited");
  p = open_project("waited");
  first.batch = false;
  first.limits.requests = 7;
  run_job(p, &first, NULL, &e);
  assert_int_equal(server_answered(server), 7);
  o.batch_wait = true;
  assert_false(run(p, &o, &result, &e));
  if (result != 0)
    fail_msg("%s", e.message);
  samples = samples_of(p);
  assert_string_equal(samples, expected);
  assert_int_equal(server_answered(server), 30);
  assert_int_equal(server_most_answers_of_one(server), 1);
  close_project(p);
  free(expected);
  free(samples);
}

/* What is too much for one goes into several, which end at different times. */
static void
several(void **state)
{
  struct job_options o = batch_options();
  struct project *p;
  struct batch_row *rows;
  struct err e = {0};
  char *expected = one_by_one(NULL), *samples;
  size_t n;
  int result;

  (void)state;
  make("several");
  p = open_project("several");
  o.batch_max = 8;
  assert_true(run(p, &o, &result, &e));
  assert_int_equal(job_store_batches(p, 1, &rows, &n, &e), 0);
  assert_int_equal(n, 4);
  assert_int_equal(rows[3].n_requests, 6);
  batch_rows_free(rows, n);
  come_back(p, &o, &result, &e);
  if (result != 0)
    fail_msg("%s", e.message);
  samples = samples_of(p);
  assert_string_equal(samples, expected);
  assert_int_equal(atomic_load(&server->n_batches), 4);
  assert_int_equal(server_most_answers_of_one(server), 1);
  close_project(p);
  free(expected);
  free(samples);
}

static void
lines_that_fail(void **state)
{
  struct job_options o = batch_options();
  struct request_row *rows;
  struct project *p;
  struct err e = {0};
  size_t n, n_failed = 0, n_planned = 0;
  char *source = xasprintf("%s{%% if topic == 'shoes' %%}{%% raw %%}[[line-400]]{%% endraw %%}{%% endif %%}"
                           "{%% if topic == 'lamps' %%}{%% raw %%}[[line-500]]{%% endraw %%}{%% endif %%}\n", template);
  int result;

  (void)state;
  server_clear(server);
  make("lines");
  p = open_project("lines");
  put_template(p, source);
  o.batch_wait = true;
  assert_false(run(p, &o, &result, &e));
  assert_int_equal(result, -1);
  assert_int_equal(e.code, ERR_PARTIAL);
  assert_non_null(strstr(e.message, "of 30 requests failed: "));
  assert_int_equal(job_store_requests(p, 1, -1, false, &rows, &n, &e), 0);
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(rows[i].batch_id, 0);
    n_failed += rows[i].state == REQUEST_FAILED && strstr(rows[i].error, "not to our taste");
    n_planned += rows[i].state == REQUEST_PLANNED && *rows[i].error;
    assert_true(rows[i].state == REQUEST_FAILED || rows[i].state == REQUEST_PLANNED ||
                rows[i].state == REQUEST_PARSED);
  }
  assert_true(n_failed >= 2 && n_planned >= 2);
  request_rows_free(rows, n);
  assert_int_equal(server_most_answers_of_one(server), 1);
  close_project(p);
  free(source);
}

/* The half that was not done is handed in again, when one comes back; the other is not. */
static void
expired(void **state)
{
  struct job_options o = batch_options();
  struct project *p;
  struct err e = {0};
  char *expected = one_by_one(NULL), *samples;
  int result;

  (void)state;
  make("expired");
  p = open_project("expired");
  o.batch_wait = true;
  atomic_store(&server->batch_end, SERVER_BATCH_EXPIRED);
  assert_false(run(p, &o, &result, &e));
  assert_int_equal(result, -1);
  assert_int_equal(e.code, ERR_PARTIAL);
  assert_non_null(strstr(e.message, "15 of 30 requests failed"));
  assert_int_equal(server_answered(server), 15);
  atomic_store(&server->batch_end, SERVER_BATCH_COMPLETED);
  assert_false(run(p, &o, &result, &e));
  if (result != 0)
    fail_msg("%s", e.message);
  samples = samples_of(p);
  assert_int_equal(lines_in(samples), lines_in(expected));
  assert_int_equal(atomic_load(&server->n_batches), 2);
  assert_int_equal(server_most_answers_of_one(server), 1);
  close_project(p);
  free(expected);
  free(samples);
}

static void
refused(void **state)
{
  struct job_options o = batch_options();
  struct batch_row *rows;
  struct project *p;
  struct err e = {0};
  size_t n;
  int result;

  (void)state;
  server_clear(server);
  make("refused");
  p = open_project("refused");
  o.batch_wait = true;
  atomic_store(&server->batch_end, SERVER_BATCH_FAILED);
  assert_false(run(p, &o, &result, &e));
  assert_int_equal(result, -1);
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(strstr(e.message, "the endpoint did not take the batch: failed"));
  assert_int_equal(job_store_batches(p, 1, &rows, &n, &e), 0);
  assert_int_equal(n, 1);
  assert_int_equal(rows[0].state, BATCH_FAILED);
  batch_rows_free(rows, n);
  assert_int_equal(server_answered(server), 0);
  atomic_store(&server->batch_end, SERVER_BATCH_COMPLETED);
  assert_false(run(p, &o, &result, &e));
  assert_int_equal(result, 0);
  assert_int_equal(server_answered(server), 30);
  close_project(p);
}

static void
who_takes_none(void **state)
{
  struct teacher_row row = {.name = "remote", .kind = "http"};
  struct job_options o = batch_options();
  struct project *p;
  struct job_row *jobs;
  struct err e = {0};
  size_t n;

  (void)state;
  make("none");
  p = open_project("none");
  row = (struct teacher_row){.name = "remote", .kind = "http", .url = server->url, .model = "m",
                             .key_env = "RETORT_TEST_KEY", .price_in = 1, .price_out = 1,
                             .settings = "{\"dialect\":\"anthropic\"}"};
  assert_int_equal(teacher_store_put(p, &row, NULL, 0, NULL, &e), 0);
  assert_null(job_new(p, &o, &e));
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(strstr(e.message, "takes no batches"));
  assert_int_equal(job_store_list(p, &jobs, &n, &e), 0);
  assert_int_equal(n, 0);
  close_project(p);
}

/* What is handed in is counted at half of the most that it may cost. */
static void
a_budget_holds(void **state)
{
  struct job_options o = batch_options();
  struct project *p;
  struct err e = {0};
  double billed = 0;
  int result;

  (void)state;
  server_clear(server);
  make("budget");
  p = open_project("budget");
  o.batch_wait = true;
  o.limits.usd = 0.5;
  assert_false(run(p, &o, &result, &e));
  assert_int_equal(result, -1);
  assert_int_equal(e.code, ERR_PARTIAL);
  assert_non_null(strstr(e.message, "the budget of $0.5 is used up"));
  for (int i = 0; i < atomic_load(&server->n); i++)
    billed += (server->log[i].tokens_in * 100.0 + server->log[i].tokens_out * 200.0) / 1e6 / 2;
  assert_true(billed <= 0.5 && billed > 0.05);
  assert_true(atomic_load(&server->n_batches) > 1);  /* what came back cheaper made room for more */
  assert_int_equal(server_most_answers_of_one(server), 1);
  close_project(p);
}

/* ---- kill -9 ---- */

static void
child(const char *name)
{
  struct project *p = open_project(name);
  struct job_options o = batch_options();
  struct err e = {0};
  int result;

  o.batch_wait = true;
  o.retry = NULL;
  run(p, &o, &result, &e);
  if (result != 0)
    fprintf(stderr, "%s\n", e.message);
  close_project(p);
  _exit(result == 0 ? 0 : 1);
}

static void
killed_anywhere(void **state)
{
  struct project *p;
  struct rng rng;
  char *expected = one_by_one(NULL), *samples;
  bool done = false;
  int kills = 0, status;

  (void)state;
  make("killed");
  rng_seed(&rng, (uint64_t)getpid());
  atomic_store(&server->batch_polls, 6);
  while (!done && kills < 200) {  /* later each time: a machine may be slow */
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
      child("killed");
    usleep((useconds_t)rng_below(&rng, 20000 + 4000 * (uint64_t)kills));
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    kills += !done;
  }
  print_message("killed %d times; %d batch, %d answers\n", kills, atomic_load(&server->n_batches),
                server_answered(server));
  assert_true(done && kills > 2);
  p = open_project("killed");
  samples = samples_of(p);
  assert_string_equal(samples, expected);
  assert_int_equal(atomic_load(&server->n_batches), 1);
  assert_int_equal(server_most_answers_of_one(server), 1);
  close_project(p);
  free(expected);
  free(samples);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(left_and_collected),
    cmocka_unit_test(a_member_is_refused),
    cmocka_unit_test(waited_for),
    cmocka_unit_test(several),
    cmocka_unit_test(lines_that_fail),
    cmocka_unit_test(expired),
    cmocka_unit_test(refused),
    cmocka_unit_test(who_takes_none),
    cmocka_unit_test(a_budget_holds),
    cmocka_unit_test(killed_anywhere),
  };

  return cmocka_run_group_tests(tests, scene_up, scene_down);
}
