/* The HTTP back end in time: how many are in flight, what holds them, how long a reply is awaited, how a teacher drains. */
#include "teacher-stage.h"

/* ---- what the endpoint says about its limits ---- */

static void
other_words_for_later_are_obeyed(void **state)
{
  static const struct {
    const char *command;
    int64_t least_ms, most_ms;  /* of waiting; the upper by what the header says, not by how long it took */
  } rows[] = {{"[[429-after-ms*1]]", 250, 300}, {"[[429-date*1]]", 900, 3100}};
  struct teacher_spec spec = http_spec();

  (void)state;
  for (size_t i = 0; i < N_OF(rows); i++) {
    struct teacher_reply *r;

    server_clear(server);
    r = ask(&spec, rows[i].command);
    assert_true(r->ok);
    if (r->waited_ms < rows[i].least_ms || r->waited_ms > rows[i].most_ms)
      fail_msg("%s: waited %lld ms", rows[i].command, (long long)r->waited_ms);
    teacher_reply_free(r);
  }
}

/* After a 429 whose headers say that nothing is left for 400 ms, nobody asks before. */
static void
the_endpoints_count_holds_all(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher *t;
  struct teacher_reply *r;
  struct teacher_pace pace;
  int64_t before;

  (void)state;
  server_clear(server);
  spec.concurrency = 1;
  spec.retry.tries_max = 1;
  t = teacher_open(&spec, NULL);
  before = clock_ms();
  r = ask_again(t, message_with("[[429-reset]]"));
  assert_int_equal(r->n_rate_limited, 1);
  teacher_reply_free(r);
  r = ask_again(t, message_with("after"));
  assert_true(r->ok && clock_ms() - before >= 400);
  teacher_reply_free(r);
  teacher_pace(t, &pace);
  assert_int_equal(pace.held_ms, 0);
  teacher_close(t);
}

/* A server that takes 6 at a time is asked for about as many after a while, without being told. */
static void
the_number_in_flight_finds_its_level(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher_pace pace;
  struct teacher *t;

  (void)state;
  server_clear(server);
  atomic_store(&server->busy_above, 6);
  atomic_store(&server->delay_ms, 20);
  spec.concurrency = 32;
  spec.retry.tries_max = 50;
  spec.retry.total_ms = 60000;
  t = teacher_open(&spec, NULL);
  teacher_pace(t, &pace);
  assert_int_equal(pace.allowed, 32);
  assert_int_equal(ask_many(t, 200), 200);
  teacher_pace(t, &pace);
  if (pace.allowed > 12)
    fail_msg("%d are allowed", pace.allowed);
  assert_int_equal(pace.in_flight, 0);
  assert_int_equal(server_most_answers_of_one(server), 1);
  teacher_close(t);
}

static void
our_own_limit_holds(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher_pace pace;
  struct teacher *t;

  (void)state;
  server_clear(server);
  spec.requests_per_minute = 600;  /* 10 at once, then one each 100 ms or so */
  spec.concurrency = 32;
  t = teacher_open(&spec, NULL);
  start_many(t, 14, "");
  while (server_answered(server) < 10)
    clock_sleep_ms(1);
  teacher_pace(t, &pace);
  assert_true(pace.held_ms > 0 || server_answered(server) > 10);
  assert_int_equal(take_many(t, 14), 14);
  teacher_close(t);
}

/* ---- time limits, the way out ---- */

static void
the_first_byte_is_awaited_for_so_long(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher_reply *r;

  (void)state;
  server_clear(server);
  spec.first_byte_timeout_ms = 200;
  spec.retry.tries_max = 1;
  r = ask(&spec, "[[stall]]");
  assert_int_equal(r->fault, TEACHER_FAULT_LOST);
  assert_int_equal(r->n_timeouts, 1);
  assert_non_null(strstr(r->error, "no answer from 'http://127.0.0.1:"));
  assert_true(r->latency_ms >= 200 && r->latency_ms < spec.timeout_ms / 2);
  teacher_reply_free(r);
  /* once it has begun, only the limit of the whole holds */
  spec.timeout_ms = 600;
  r = ask(&spec, "[[stall-body]]");
  assert_int_equal(r->fault, TEACHER_FAULT_LOST);
  assert_non_null(strstr(r->error, "no whole reply from 'http://127.0.0.1:"));
  assert_true(r->latency_ms >= 590);
  teacher_reply_free(r);
  spec.timeout_ms = 20000;
  r = ask(&spec, "[[drip:3]]");  /* slow, but it comes */
  assert_true(r->ok && r->latency_ms > 200);
  teacher_reply_free(r);
}

/* What waits comes back, what is under way comes in. */
static void
draining_begins_nothing(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher *t;
  int ok = 0, cancelled = 0;

  (void)state;
  server_clear(server);
  atomic_store(&server->delay_ms, 500);
  spec.concurrency = 4;
  t = teacher_open(&spec, NULL);
  start_many(t, 12, "");
  while (atomic_load(&server->n_in_flight) < 4)
    clock_sleep_ms(1);
  teacher_drain(t);
  start_many(t, 2, "late");
  for (int i = 0; i < 14; i++) {
    struct teacher_reply *r = teacher_take(t, 20000);

    assert_non_null(r);
    ok += r->ok;
    cancelled += r->fault == TEACHER_FAULT_CANCELLED;
    assert_int_equal(r->tries, r->ok);
    assert_int_equal(r->n_lost, 0);
    teacher_reply_free(r);
  }
  assert_int_equal(ok, 4);
  assert_int_equal(cancelled, 10);
  assert_int_equal(server_count(server, -1), 4);
  teacher_close(t);
}

/* A try that fails while draining is not made again, and what waits for its next try is given up. */
static void
draining_tries_nothing_again(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher_request request = TEACHER_REQUEST_INIT;
  struct teacher_pace pace = {0};
  struct teacher_reply *r;
  struct teacher *t;

  (void)state;
  server_clear(server);
  spec.retry = (struct retry_policy){.base_ms = 60000, .cap_ms = 60000, .total_ms = 300000};
  t = teacher_open(&spec, NULL);
  request.messages = message_with("[[500]]");
  teacher_start(t, 1, &request);
  while (pace.waiting == 0) {
    clock_sleep_ms(1);
    teacher_pace(t, &pace);
  }
  teacher_drain(t);
  r = teacher_take(t, 20000);
  assert_int_equal(r->fault, TEACHER_FAULT_CANCELLED);
  assert_int_equal(r->tries, 1);
  teacher_reply_free(r);
  teacher_close(t);
}

static void
a_thousand_are_in_flight(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher *t;

  (void)state;
  server_clear(server);
  atomic_store(&server->delay_ms, 1000);
  atomic_store(&server->texts, 1);
  spec.concurrency = TEACHER_CONCURRENCY_MAX;
  spec.timeout_ms = 60000;
  spec.connect_timeout_ms = 30000;
  t = teacher_open(&spec, NULL);
  assert_int_equal(ask_many(t, 1500), 1500);
  assert_true(server->most_in_flight > 256 && server->most_in_flight <= TEACHER_CONCURRENCY_MAX);
  assert_int_equal(server_answered(server), 1500);
  assert_int_equal(server_most_answers_of_one(server), 1);
  teacher_close(t);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(other_words_for_later_are_obeyed),
    cmocka_unit_test(the_endpoints_count_holds_all),
    cmocka_unit_test(the_number_in_flight_finds_its_level),
    cmocka_unit_test(our_own_limit_holds),
    cmocka_unit_test(the_first_byte_is_awaited_for_so_long),
    cmocka_unit_test(draining_begins_nothing),
    cmocka_unit_test(draining_tries_nothing_again),
    cmocka_unit_test(a_thousand_are_in_flight),
  };

  return cmocka_run_group_tests(tests, server_up, server_down);
}
