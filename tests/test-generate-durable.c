/* What must hold whatever happens: no reply is paid twice, none is lost, no budget is passed, no key is kept. */
#include "scene.h"

#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/rng.h"

/* A server that repeats the key in its error does not get it into the file. */
static void
the_key_stays_out_of_the_file(void **state)
{
  static const char key[] = "sk-secret-0123456789";
  struct teacher_row row = {.name = "remote", .kind = "http", .url = server->url, .model = "m",
                            .key_env = "RETORT_TEST_KEY",
                            .price_in = NAN, .price_out = NAN, .settings = "{}"};
  struct project *p;
  struct job_options o = options();
  struct err e = {0};
  char *path = path_of("key"), *bytes;
  size_t n;

  (void)state;
  server_clear(server);
  p = fresh_project("key");
  assert_int_equal(teacher_store_put(p, &row, NULL, 0, NULL, &e), 0);
  unsetenv("RETORT_TEST_KEY");
  assert_null(job_new(p, &o, &e));
  assert_int_equal(e.code, ERR_INPUT);
  assert_string_equal(e.message, "the variable 'RETORT_TEST_KEY' is not set (export it, or use --key-env)");
  setenv("RETORT_TEST_KEY", key, 1);
  put_template(p, "user:\n{{ label }} {% raw %}[[401*1]]{% endraw %}\n");
  o.count = 20;
  assert_int_equal(run_job(p, &o, NULL, &e), -1);
  assert_non_null(strstr(e.message, "the server does not take the key: HTTP 401"));
  assert_null(strstr(e.message, key));
  o.resume = true;
  assert_int_equal(run_job(p, &o, NULL, &e), 0);
  assert_true(server->log[0].had_key);
  close_project(p);
  assert_int_equal(io_read_file(path, 1 << 28, &bytes, &n, &e), 0);
  assert_null(memmem(bytes, n, key, strlen(key)));
  free(bytes);
  free(path);
}

static void
stopped_and_gone_on_with(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct stop stop = {.wanted = false};
  struct funnel f;
  struct err e = {0};
  struct job *j;
  int result;

  (void)state;
  server_clear(server);
  atomic_store(&server->delay_ms, 5);
  p = fresh_project("stopped");
  o.count = 400;
  o.stop = &stop;
  j = job_new(p, &o, &e);
  assert_non_null(j);
  while ((result = job_step(j, 20, &e)) == 1)
    if (job_status(j)->kept >= 50)
      atomic_store(&stop.wanted, true);
  assert_int_equal(result, -1);
  assert_int_equal(e.code, ERR_INTERRUPTED);
  assert_true(job_status(j)->kept >= 50 && job_status(j)->kept < 350);
  job_free(j);
  atomic_store(&stop.wanted, false);
  o.resume = true;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_int_equal(f.job_id, 1);
  assert_int_equal(f.ok, 40);
  funnel_release(&f);
  close_project(p);
}

static double
billed(void)
{
  double usd = 0;

  for (int i = 0; i < atomic_load(&server->n); i++)
    usd += (server->log[i].tokens_in * 100.0 + server->log[i].tokens_out * 200.0) / 1e6;
  return usd;
}

static void
a_budget_holds(void **state)
{
  static const int texts[] = {1, 10, 28};   /* short replies, and some near the longest */
  struct project *p;
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};
  char *source;

  (void)state;
  o.count = 1000;
  o.concurrency = 64;
  o.limits.usd = 1.5;
  for (size_t i = 0; i < N_OF(texts); i++)
    for (int faults = 0; faults < 2; faults++) {
      server_clear(server);
      atomic_store(&server->texts, texts[i]);
      atomic_store(&server->delay_ms, 2);
      atomic_store(&server->fault_every, faults ? 5 : 0);
      p = fresh_project("budget");
      if (run_job(p, &o, &f, &e) != 0)
        assert_int_equal(e.code, ERR_PARTIAL);
      assert_true(billed() <= o.limits.usd);
      assert_true(f.cost_usd <= o.limits.usd && f.cost_usd > (texts[i] == 1 ? 0.2 : faults ? 0.4 : 0.8));
      if (texts[i] > 1)
        assert_non_null(strstr(e.message, "the budget of $1.5 is used up"));
      funnel_release(&f);
      close_project(p);
    }
  /* each reply is lost once, and billed all the same */
  server_clear(server);
  p = fresh_project("lost");
  source = xasprintf("%s{%% raw %%}[[reset*1]]{%% endraw %%}\n", template);
  put_template(p, source);
  free(source);
  o.count = 600;
  assert_int_equal(run_job(p, &o, &f, &e), -1);
  assert_int_equal(e.code, ERR_PARTIAL);
  assert_true(billed() <= o.limits.usd && billed() > 0.3 && f.cost_usd < 0.6 * billed());
  funnel_release(&f);
  close_project(p);
  o.count = 1000;
  /* more money, and it goes on */
  server_clear(server);
  p = open_project("budget");
  o.resume = true;
  o.limits.usd = 100;
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  assert_int_equal(f.job_id, 1);
  assert_int_equal(f.ok, 100);
  funnel_release(&f);
  close_project(p);
}

/* ---- several processes, and kill -9 ---- */

static int
child_job(const char *name)
{
  struct project *p = open_project(name);
  struct job_options o = options();
  struct err e = {0};
  int result;

  o.per_label = 300;
  o.resume = true;
  result = run_job(p, &o, NULL, &e);
  if (result < 0)
    fprintf(stderr, "%s\n", e.message);
  close_project(p);
  return result < 0 ? 1 : 0;
}

/* A job that another process works on is left to it; one whose process was killed is not. */
static void
one_process_a_job(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};
  pid_t pid;
  int status;

  (void)state;
  server_clear(server);
  atomic_store(&server->delay_ms, 100);
  make_project("shared");
  pid = fork();
  if (pid == 0)
    _exit(child_job("shared"));
  p = open_project("shared");
  o.per_label = 300;
  o.resume = true;
  for (int i = 0; i < 500 && server_count(server, -1) < 8; i++)
    clock_sleep_ms(10);
  assert_int_equal(project_poll(p, &e), 0);
  assert_null(job_new(p, &o, &e));
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(strstr(e.message, "job 1 runs already, in process "));
  kill(pid, SIGKILL);
  waitpid(pid, &status, 0);
  atomic_store(&server->delay_ms, 0);
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  assert_int_equal(f.job_id, 1);
  assert_int_equal(f.ok, 60);
  funnel_release(&f);
  close_project(p);
}

/* Hashes (as in the server's log) of all requests whose reply stands in the file. */
static size_t
answered_on_disk(const char *name, uint64_t **hashes)
{
  struct project *p = open_project(name);
  struct job_row *jobs;
  struct request_row *rows = NULL;
  struct err e = {0};
  size_t n_jobs, n = 0, k = 0;

  assert_int_equal(job_store_list(p, &jobs, &n_jobs, &e), 0);
  assert_true(n_jobs <= 1);
  job_rows_free(jobs, n_jobs);
  if (n_jobs == 1)
    assert_int_equal(job_store_requests(p, 1, -1, false, &rows, &n, &e), 0);
  *hashes = xcalloc(n + 1, sizeof **hashes);
  for (size_t i = 0; i < n; i++)
    if (rows[i].state == REQUEST_ANSWERED || rows[i].state == REQUEST_PARSED)
      (*hashes)[k++] = hash_bytes(rows[i].messages, strlen(rows[i].messages), 1);
  request_rows_free(rows, n);
  close_project(p);
  return k;
}

/* Different requests that the server has answered whole. */
static size_t
n_known_to_server(void)
{
  size_t n = 0;

  for (int i = 0; i < atomic_load(&server->n); i++) {
    bool seen = !server->log[i].answered;

    for (int k = 0; k < i && !seen; k++)
      seen = server->log[k].answered && server->log[k].body == server->log[i].body;
    n += !seen;
  }
  return n;
}

static size_t n_at_kill;   /* the same, at the last kill */

/* Runs the job in a child; kills it once the server has seen so many more requests (below 0: it is let alone) and some
 * time went by. True if it was done before that. */
static bool
run_and_kill(const char *name, int requests, int then_us)
{
  int until = atomic_load(&server->n) + requests, status = 0;
  pid_t pid = fork(), ended = 0;

  assert_true(pid >= 0);
  if (pid == 0)
    _exit(child_job(name));
  while (requests >= 0 && ended == 0 && atomic_load(&server->n) < until) {
    usleep(500);
    ended = waitpid(pid, &status, WNOHANG);
  }
  if (requests >= 0 && ended == 0) {
    usleep((useconds_t)then_us);
    n_at_kill = n_known_to_server();
    kill(pid, SIGKILL);
  }
  if (ended == 0)
    waitpid(pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* A project for 2 000 requests, each with messages of its own. */
static void
make_wide_project(const char *name)
{
  struct buf source = BUF_INIT;
  struct project *p;

  make_project(name);
  buf_adds(&source, "---\nname: notes\ncount: 3\nattributes:\n  number: [n0");
  for (int i = 1; i < 1000; i++)
    buf_addf(&source, ", n%d", i);
  buf_adds(&source, "]\n---\nuser:\nWrite {{ count }} notes of the kind {{ label }} about {{ number }}.\n");
  p = open_project(name);
  put_template(p, source.s);
  close_project(p);
  buf_release(&source);
}

/* The corpus of the job when nothing happens. */
static char *
undisturbed(void (*make)(const char *name), size_t per_label)
{
  struct job_options o = options();
  struct project *p;
  struct err e = {0};
  char *samples;

  server_clear(server);
  atomic_store(&server->texts, 3);
  make("undisturbed");
  p = open_project("undisturbed");
  o.per_label = per_label;
  if (run_job(p, &o, NULL, &e) != 0)
    fail_msg("%s", e.message);
  samples = samples_of(p);
  close_project(p);
  server_clear(server);
  return samples;
}

static size_t
n_replayed(void)
{
  size_t n = 0;

  for (int i = 0; i < atomic_load(&server->n); i++)
    n += server->log[i].replayed;
  return n;
}

#define KILLS 50

/* Every fourth time it is killed while it starts, else in the midst of its requests. What is on disk is never asked for
 * again. What the server had answered and a killed process had not yet written (that cannot be known to anyone else) is
 * asked for again under the same Idempotency-Key, so that a server that knows such keys makes, and bills, it once. */
static void
killed_at_any_moment(void **state)
{
  char *calm = undisturbed(make_project, 300), *killed;
  size_t n_unwritten = 0;
  struct project *p;
  struct rng rng;

  (void)state;
  assert_true(lines_in(calm) > 170);
  atomic_store(&server->delay_ms, 2);
  atomic_store(&server->texts, 3);
  atomic_store(&server->idempotent, 1);
  make_project("killed");
  rng_seed(&rng, (uint64_t)clock_wall_ms());
  for (int kills = 0; kills <= KILLS; kills++) {
    uint64_t *answered;
    int before = atomic_load(&server->n);
    size_t n = answered_on_disk("killed", &answered);
    bool done;
    int requests = kills == KILLS ? -1 : kills % 4 == 0 ? 0 : 1 + (int)rng_below(&rng, 3);

    n_unwritten += kills > 0 && n_at_kill > n ? n_at_kill - n : 0;
    done = run_and_kill("killed", requests, (int)rng_below(&rng, kills % 4 == 0 ? 100000 : 3000));

    for (size_t i = 0; i < n; i++)
      for (int k = before; k < atomic_load(&server->n); k++)
        if (server->log[k].body == answered[i])
          fail_msg("a request whose reply is on disk was sent again after kill %d", kills);
    free(answered);
    if (kills == KILLS)
      assert_true(done);
  }
  print_message("killed %d times with 4 requests in flight; %zu replies had gone out and were not on disk; of 60 requests "
                "the server saw %d, and answered %zu again for nothing\n", KILLS, n_unwritten, server_count(server, -1),
                n_replayed());
  p = open_project("killed");
  killed = samples_of(p);
  close_project(p);
  assert_string_equal(calm, killed);
  assert_int_equal(server_most_answers_of_one(server), 1);
  assert_int_equal(server_most_bills_of_one(server), 1);
  free(calm);
  free(killed);
}

/* Whatever fails on the way, nothing is missing, double, or paid twice. */
static void
faults_lose_nothing(void **state)
{
  char *calm = undisturbed(make_wide_project, 3000), *faulty;
  struct job_options o = options();
  struct project *p;
  struct err e = {0};
  int n_faults = 0;

  (void)state;
  atomic_store(&server->fault_every, 10);
  atomic_store(&server->idempotent, 1);
  atomic_store(&server->texts, 3);
  make_wide_project("faulty");
  p = open_project("faulty");
  o.per_label = 3000;
  o.concurrency = 32;
  if (run_job(p, &o, NULL, &e) != 0)
    fail_msg("%s", e.message);
  faulty = samples_of(p);
  close_project(p);
  assert_string_equal(calm, faulty);
  for (int i = 0; i < atomic_load(&server->n); i++)
    n_faults += !server->log[i].answered;
  print_message("2000 requests, %d faults, %zu texts; %zu replies were lost and answered again for nothing\n", n_faults,
                lines_in(calm), n_replayed());
  assert_true(n_faults >= 200);
  assert_true(lines_in(calm) > 5500 && server_answered(server) == 2000);
  assert_int_equal(server_most_answers_of_one(server), 1);
  assert_int_equal(server_most_bills_of_one(server), 1);
  free(calm);
  free(faulty);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_key_stays_out_of_the_file),
    cmocka_unit_test(stopped_and_gone_on_with),
    cmocka_unit_test(a_budget_holds),
    cmocka_unit_test(one_process_a_job),
    cmocka_unit_test(killed_at_any_moment),
    cmocka_unit_test(faults_lose_nothing),
  };

  return cmocka_run_group_tests(tests, scene_up, scene_down);
}
