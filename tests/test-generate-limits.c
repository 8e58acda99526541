/* What ends a job before it is done: limits, which hold with everything in flight; trouble; the person. */
#include "scene.h"

#include <math.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/pool.h"

struct bill {
  double tokens;
  int requests;
};

/* By the server's own log. */
static struct bill
billed(void)
{
  struct bill b = {0};

  for (int i = 0; i < atomic_load(&server->n); i++) {
    b.tokens += server->log[i].tokens_in + server->log[i].tokens_out;
    b.requests++;
  }
  return b;
}

/* 64 in flight, replies short and near the longest, a fifth of the tries failing. */
static void
tokens_and_requests_hold(void **state)
{
  static const int texts[] = {1, 10, 28};
  static const struct job_limits limits[] = {{.tokens = 6000}, {.requests = 37}, {.requests = 3}};
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};

  (void)state;
  o.count = 2000;
  o.concurrency = 64;
  for (size_t l = 0; l < N_OF(limits); l++)
    for (size_t i = 0; i < 2 * N_OF(texts); i++) {
      struct project *p;
      struct bill b;

      server_clear(server);
      atomic_store(&server->texts, texts[i / 2]);
      atomic_store(&server->delay_ms, 2);
      atomic_store(&server->fault_every, i % 2 ? 5 : 0);
      p = fresh_project("limits");
      o.limits = limits[l];
      assert_int_equal(run_job(p, &o, &f, &e), -1);
      assert_int_equal(e.code, ERR_PARTIAL);
      b = billed();
      print_message("%s: %.0f tokens, %d requests\n", e.message, b.tokens, b.requests);
      if (limits[l].tokens > 0) {
        assert_true(b.tokens <= limits[l].tokens);
        assert_true(f.ok > 3 && f.tokens_in + f.tokens_out > limits[l].tokens / 2);
        assert_non_null(strstr(e.message, "the limit of 6000 tokens is reached ("));
      } else {
        assert_true(b.requests <= (int)limits[l].requests);
        assert_true(b.requests > (int)limits[l].requests / 2);
        assert_true(i % 2 || b.requests == (int)limits[l].requests);
        assert_non_null(strstr(e.message, limits[l].requests == 3 ? "the limit of 3 requests is reached"
                                                                  : "the limit of 37 requests is reached"));
      }
      funnel_release(&f);
      close_project(p);
    }
}

/* Tries count as requests: that a limit is reached says nothing where none of them was answered. */
static void
a_limit_without_a_reply_says_why(void **state)
{
  struct job_options o = options();
  struct project *p;
  struct err e = {0};

  (void)state;
  server_clear(server);
  atomic_store(&server->fault_every, 1);
  p = fresh_project("unanswered");
  o.count = 300;
  o.limits.requests = 3;
  assert_int_equal(run_job(p, &o, NULL, &e), -1);
  assert_int_equal(e.code, ERR_PARTIAL);
  assert_non_null(strstr(e.message, "the limit of 3 requests is reached; no reply came: "));
  atomic_store(&server->fault_every, 0);
  close_project(p);
}

/* What an earlier run used counts. */
static void
limits_are_of_the_whole_job(void **state)
{
  struct job_options o = options();
  struct project *p;
  struct funnel f;
  struct err e = {0};

  (void)state;
  server_clear(server);
  p = fresh_project("whole");
  o.count = 300;
  o.limits.requests = 10;
  assert_int_equal(run_job(p, &o, NULL, &e), -1);
  assert_int_equal(billed().requests, 10);
  o.resume = true;
  assert_int_equal(run_job(p, &o, NULL, &e), -1);
  assert_int_equal(e.code, ERR_PARTIAL);
  assert_int_equal(billed().requests, 10);
  o.limits.requests = 25;
  assert_int_equal(run_job(p, &o, NULL, &e), -1);
  assert_int_equal(billed().requests, 25);
  o.limits.requests = 100;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_int_equal(f.ok, 30);
  assert_int_equal(billed().requests, 30);
  funnel_release(&f);
  close_project(p);
}

static void
the_clock_stops_a_job(void **state)
{
  struct job_options o = options();
  struct project *p;
  struct funnel f;
  struct err e = {0};
  int64_t began;

  (void)state;
  server_clear(server);
  atomic_store(&server->delay_ms, 100);
  p = fresh_project("clock");
  o.count = 1000;
  o.limits.seconds = 0.35;
  assert_int_equal(run_job(p, &o, &f, &e), -1);
  assert_int_equal(e.code, ERR_PARTIAL);
  assert_string_equal(e.message, "the time of 0.35 s is over");
  assert_true(f.ok >= 4 && f.ok < 60);
  assert_int_equal(server_answered(server), f.ok);   /* what was under way came in */
  funnel_release(&f);
  close_project(p);

  /* a server that does not answer is given up a second later */
  server_clear(server);
  atomic_store(&server->delay_ms, 20000);
  p = fresh_project("stalled");
  o.limits.seconds = 0.2;
  began = clock_ms();
  assert_int_equal(run_job(p, &o, NULL, &e), -1);
  assert_int_equal(e.code, ERR_PARTIAL);
  assert_true(clock_ms() - began < 10000);
  close_project(p);
}

/* Without prices money cannot be limited, but all else can. */
static void
unknown_prices(void **state)
{
  struct teacher_row row = {.name = "remote", .kind = "http", .url = server->url, .model = "m", .key_env = "",
                            .price_in = NAN, .price_out = NAN, .concurrency = 4, .settings = "{\"schema\":false}"};
  struct job_options o = options();
  struct project *p;
  struct funnel f;
  struct err e = {0};

  (void)state;
  server_clear(server);
  p = fresh_project("priceless");
  assert_int_equal(teacher_store_put(p, &row, NULL, 0, NULL, &e), 0);
  o.count = 300;
  o.limits.usd = 1;
  assert_null(job_new(p, &o, &e));
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(strstr(e.message, "no price is known of teacher 'remote'"));
  assert_non_null(strstr(e.message, "or limit tokens, requests or time"));
  o.limits = (struct job_limits){.tokens = 4000};
  assert_int_equal(run_job(p, &o, &f, &e), -1);
  assert_int_equal(e.code, ERR_PARTIAL);
  assert_true(f.ok > 0 && isnan(f.cost_usd) && billed().tokens <= 4000);
  funnel_release(&f);
  close_project(p);
}

/* Limits that a person sets while it runs. */
static void
limits_can_be_set_on_the_board(void **state)
{
  struct board_limits limits = {.usd = -1, .tokens = -1, .requests = 20, .seconds = -1};
  struct job_options o = options();
  struct project *p;
  struct err e = {0};
  struct job *j;
  int result;

  (void)state;
  server_clear(server);
  atomic_store(&server->delay_ms, 20);
  p = fresh_project("board");
  o.count = 1000;
  j = job_new(p, &o, &e);
  assert_non_null(j);
  for (int i = 0; i < 3; i++)
    assert_int_equal(job_step(j, 10, &e), 1);
  board_limit(project_board(p), job_activity(j), &limits);
  while ((result = job_step(j, 10, &e)) == 1)
    ;
  assert_int_equal(result, -1);
  assert_string_equal(e.message, "the limit of 20 requests is reached");
  assert_int_equal(billed().requests, 20);
  job_free(j);
  close_project(p);
}

/* The first request of the plan gets no reply for a second; all others are answered meanwhile, and kept behind it. */
static void
one_stuck_request_holds_nothing_up(void **state)
{
  struct teacher_row row = {.name = "remote", .kind = "http", .url = server->url, .model = "m", .key_env = "",
                            .price_in = 1, .price_out = 1, .settings = "{\"schema\":false,\"timeout_s\":1}"};
  char *source = xasprintf("%s{%% if topic == 'shoes' and style == 'hurried' and label == 'billing' %%}"
                           "{%% raw %%}[[stall*1]]{%% endraw %%}{%% endif %%}\n", template);
  struct job_options o = options();
  struct project *p;
  struct sample s;
  struct err e = {0};
  struct job *j;
  bool ahead = false;
  int result;

  (void)state;
  server_clear(server);
  p = fresh_project("stuck");
  put_template(p, source);
  assert_int_equal(teacher_store_put(p, &row, NULL, 0, NULL, &e), 0);
  o.count = 600;
  o.concurrency = 2;
  j = job_new(p, &o, &e);
  assert_non_null(j);
  while ((result = job_step(j, 10, &e)) == 1)
    ahead = ahead || (job_status(j)->ok == 59 && job_status(j)->kept == 0);
  if (result < 0)
    fail_msg("%s", e.message);
  assert_true(ahead && job_status(j)->ok == 60);
  assert_true(corpus_get(project_corpus(p), 1, &s));
  assert_non_null(strstr(s.attributes, "topic=shoes"));
  job_free(j);
  free(source);
  close_project(p);
}

/* ---- trouble ---- */

/* An attended job pauses, and goes on when it is told to. */
static void
trouble_pauses_an_attended_job(void **state)
{
  struct job_options o = options();
  struct project *p;
  struct activity a;
  struct err e = {0};
  struct job *j;
  int steps = 0, result = 1;

  (void)state;
  server_clear(server);
  atomic_store(&server->fault_every, 1);
  p = fresh_project("trouble");
  o.count = 600;
  o.attended = true;
  j = job_new(p, &o, &e);
  assert_non_null(j);
  while (result == 1 && !(board_get(project_board(p), job_activity(j), &a) && a.state == ACTIVITY_PAUSED)) {
    result = job_step(j, 20, &e);
    assert_true(++steps < 2000);
  }
  assert_int_equal(result, 1);
  for (int i = 0; i < 20; i++)
    assert_int_equal(job_step(j, 20, &e), 1);
  assert_true(board_get(project_board(p), job_activity(j), &a));
  print_message("%s\n", a.message);
  assert_non_null(strstr(a.message, "paused: "));
  assert_non_null(strstr(a.message, " of the last 20 requests failed: "));
  assert_true(job_status(j)->failed >= 11 && job_status(j)->failed < 40);
  assert_int_equal(a.job.in_flight, 0);
  /* the trouble is over */
  atomic_store(&server->fault_every, 0);
  board_pause(project_board(p), job_activity(j), false);
  while ((result = job_step(j, 20, &e)) == 1)
    ;
  assert_int_equal(result, -1);
  assert_int_equal(e.code, ERR_PARTIAL);
  assert_true(job_status(j)->ok + job_status(j)->failed == 60 && job_status(j)->ok > 15);
  job_free(j);
  /* what failed only because the server was busy is asked again */
  o.resume = true;
  assert_int_equal(run_job(p, &o, NULL, &e), 0);
  close_project(p);
}

/* Replies that nobody can read are trouble, too: they cost as much. */
static void
unreadable_replies_are_trouble(void **state)
{
  struct job_options o = options();
  char *source = xasprintf("%s{%% raw %%}[[truncated]]{%% endraw %%}\n", template);
  struct project *p;
  struct funnel f;
  struct err e = {0};

  (void)state;
  server_clear(server);
  p = fresh_project("unreadable");
  put_template(p, source);
  o.count = 1000;
  assert_int_equal(run_job(p, &o, &f, &e), -1);
  assert_int_equal(e.code, ERR_PARTIAL);
  print_message("%s\n", e.message);
  assert_non_null(strstr(e.message, "20 of the last 20 requests failed: "));
  assert_true(server_count(server, -1) < 40);
  funnel_release(&f);
  free(source);
  close_project(p);
}

/* ---- the person ---- */

/* A first wish lets in what is paid for; the server knows of no answer that is not in the file. */
static void
a_stop_drains(void **state)
{
  struct job_options o = options();
  struct stop stop = {.wanted = false};
  struct project *p;
  struct funnel f;
  struct err e = {0};
  struct job *j;
  bool said = false;
  int result;

  (void)state;
  server_clear(server);
  atomic_store(&server->delay_ms, 150);
  p = fresh_project("drain");
  o.count = 1000;
  o.concurrency = 16;
  o.stop = &stop;
  j = job_new(p, &o, &e);
  assert_non_null(j);
  while ((result = job_step(j, 10, &e)) == 1) {
    if (server_count(server, -1) >= 24)
      atomic_store(&stop.wanted, true);
    said = said || strstr(job_says(j), " paid for (once more gives them up)");
  }
  assert_int_equal(result, -1);
  assert_int_equal(e.code, ERR_INTERRUPTED);
  assert_true(said && atomic_load(&stop.lingers));
  job_free(j);
  assert_int_equal(funnel_load(&f, p, 1, &e), 0);
  print_message("%d answered, %u in the file\n", server_answered(server), f.ok);
  assert_int_equal(f.ok, server_answered(server));
  assert_int_equal(server_count(server, -1), f.ok);
  assert_true(f.ok >= 24 && f.ok < 60 && f.kept > 0);
  funnel_release(&f);
  close_project(p);
}

/* The second gives it up; from the board as well. */
static void
a_second_stop_gives_up(void **state)
{
  struct job_options o = options();
  struct project *p;
  struct err e = {0};
  struct job *j;
  int64_t began;
  int result, n = 0;

  (void)state;
  server_clear(server);
  atomic_store(&server->delay_ms, 20000);
  p = fresh_project("give-up");
  o.count = 1000;
  j = job_new(p, &o, &e);
  assert_non_null(j);
  began = clock_ms();
  while ((result = job_step(j, 10, &e)) == 1) {
    n++;
    if (n == 20 || n == 40)
      board_stop(project_board(p), job_activity(j));
    if (n == 35)
      assert_non_null(strstr(job_says(j), "waiting for 4 replies that are paid for"));
  }
  assert_true(n >= 40 && clock_ms() - began < 10000);
  assert_int_equal(result, -1);
  assert_int_equal(e.code, ERR_INTERRUPTED);
  job_free(j);
  close_project(p);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(tokens_and_requests_hold),
    cmocka_unit_test(a_limit_without_a_reply_says_why),
    cmocka_unit_test(limits_are_of_the_whole_job),
    cmocka_unit_test(the_clock_stops_a_job),
    cmocka_unit_test(unknown_prices),
    cmocka_unit_test(limits_can_be_set_on_the_board),
    cmocka_unit_test(one_stuck_request_holds_nothing_up),
    cmocka_unit_test(trouble_pauses_an_attended_job),
    cmocka_unit_test(unreadable_replies_are_trouble),
    cmocka_unit_test(a_stop_drains),
    cmocka_unit_test(a_second_stop_gives_up),
  };

  return cmocka_run_group_tests(tests, scene_up, scene_down);
}
