/* The HTTP back end against a server that fails on command: what each failure becomes, and what is never done. */
#include "teacher-stage.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void
a_server_answers(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher_reply *r;
  struct json *texts;

  (void)state;
  server_clear(server);
  r = ask(&spec, "");
  assert_true(r->ok && r->answered && r->fault == TEACHER_FAULT_NONE);
  assert_int_equal(r->http_status, 200);
  assert_int_equal(r->tries, 1);
  assert_string_equal(r->finish_reason, "stop");
  assert_true(r->tokens_in > 0 && r->tokens_out > 0);
  assert_float_equal(r->cost_usd, ((double)r->tokens_in + 2 * (double)r->tokens_out) / 1e6, 1e-12);
  texts = json_parse(r->content, strlen(r->content), NULL, NULL);
  assert_int_equal(json_size(texts), 10);
  json_free(texts);
  assert_true(server->log[0].had_key && !server->log[0].elsewhere);
  teacher_reply_free(r);
}

/* What each failure becomes. */
static const struct {
  const char *command;
  bool ok;
  const char *error;      /* the beginning */
  enum teacher_fault fault;
  int tries, requests;    /* that the reply counts, that the server saw */
  bool answered;
} failures[] = {
  {"[[429*2]]", true, "", TEACHER_FAULT_NONE, 3, 3, true},
  {"[[500*3]]", true, "", TEACHER_FAULT_NONE, 4, 4, true},
  {"[[503*1]]", true, "", TEACHER_FAULT_NONE, 2, 2, true},
  {"[[504*1]]", true, "", TEACHER_FAULT_NONE, 2, 2, true},
  {"[[529*2]]", true, "", TEACHER_FAULT_NONE, 3, 3, true},
  {"[[html*1]]", true, "", TEACHER_FAULT_NONE, 2, 2, true},
  {"[[reset*1]]", true, "", TEACHER_FAULT_NONE, 2, 2, true},
  {"[[silent*1]]", true, "", TEACHER_FAULT_NONE, 2, 2, true},
  {"[[error200-429*1]]", true, "", TEACHER_FAULT_NONE, 2, 2, true},
  {"[[429]]", false, "too many requests: HTTP 429: Rate limit reached for requests (4 tries)", TEACHER_FAULT_REQUEST,
   4, 4, false},
  {"[[500]]", false, "the server failed: HTTP 500: The server had an error (4 tries)", TEACHER_FAULT_REQUEST, 4, 4,
   false},
  {"[[504]]", false, "a gateway gave up waiting for the server: HTTP 504: upstream request timeout (4 tries)",
   TEACHER_FAULT_LOST, 4, 4, false},
  {"[[529]]", false, "the server is overloaded: HTTP 529: Overloaded (4 tries)", TEACHER_FAULT_REQUEST, 4, 4, false},
  {"[[html]]", false, "the server failed: HTTP 502 (4 tries)", TEACHER_FAULT_REQUEST, 4, 4, false},
  {"[[reset]]", false, "the connection to 'http://127.0.0.1:", TEACHER_FAULT_LOST, 4, 4, false},
  {"[[429-long]]", false, "too many requests: HTTP 429: Come back tomorrow", TEACHER_FAULT_REQUEST, 1, 1, false},
  {"[[quota]]", false, "the account has no money left: HTTP 402: You exceeded your current quota",
   TEACHER_FAULT_TEACHER, 1, 1, false},
  {"[[html200]]", false, "the reply is a web page, not JSON", TEACHER_FAULT_REQUEST, 1, 1, false},
  {"[[error200]]", false, "the teacher answered: The model is not loaded", TEACHER_FAULT_REQUEST, 1, 1, false},
  {"[[truncated]]", false, "the reply is not a chat completion: invalid JSON", TEACHER_FAULT_REQUEST, 1, 1, true},
  {"[[empty]]", false, "the reply has no choices", TEACHER_FAULT_REQUEST, 1, 1, true},
  {"[[refusal]]", false, "the teacher refused: I will not do that.", TEACHER_FAULT_REQUEST, 1, 1, true},
  {"[[oversized]]", false, "the reply is larger than 16 MiB", TEACHER_FAULT_LOST, 1, 1, false},
  {"[[redirect]]", false, "'http://127.0.0.1:", TEACHER_FAULT_TEACHER, 1, 1, false},
  {"[[401]]", false, "the server does not take the key: HTTP 401: Incorrect API key provided: ****",
   TEACHER_FAULT_TEACHER, 1, 1,
   false},
  {"[[404]]", false, "no such model or URL: HTTP 404: The model `gpt-x` does not exist", TEACHER_FAULT_TEACHER, 1, 1,
   false},
};

static void
failures_are_told_apart(void **state)
{
  struct teacher_spec spec = http_spec();

  (void)state;
  for (size_t i = 0; i < N_OF(failures); i++) {
    struct teacher_reply *r;
    int expected;

    server_clear(server);
    r = ask(&spec, failures[i].command);
    if (r->ok != failures[i].ok || strncmp(r->error, failures[i].error, strlen(failures[i].error)) != 0 ||
        r->fault != failures[i].fault || r->tries != failures[i].tries || r->answered != failures[i].answered)
      fail_msg("%s: ok %d, fault %d, %d tries, answered %d: %s", failures[i].command, r->ok, r->fault, r->tries,
               r->answered,
               r->error);
    assert_int_equal(server_count(server, -1), failures[i].requests);
    assert_null(strstr(r->error, KEY));
    assert_null(strstr(r->body, KEY));
    expected = r->tries - (r->ok || !strstr(r->error, "tries)")) + (strstr(r->error, "HTTP 429") && r->tries == 1);
    if (r->n_rate_limited + r->n_server_errors + r->n_resets + r->n_timeouts != expected)
      fail_msg("%s: %d limited, %d server's, %d resets, %d timeouts, not %d: %s", failures[i].command,
               r->n_rate_limited, r->n_server_errors, r->n_resets, r->n_timeouts, expected, r->error);
    for (int k = 0; k < atomic_load(&server->n); k++)
      assert_false(server->log[k].elsewhere);
    teacher_reply_free(r);
  }
}

static void
retry_after_is_obeyed(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher_reply *r;
  int64_t before = clock_ms();

  (void)state;
  server_clear(server);
  r = ask(&spec, "[[429-after*1]]");
  assert_true(r->ok);
  assert_true(r->waited_ms >= 1000 && clock_ms() - before >= 1000);
  teacher_reply_free(r);
}

/* What a gateway gave up on may have been billed: who counts money is asked first. */
static void
a_gateways_timeout_may_cost(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher_request request = TEACHER_REQUEST_INIT;
  struct teacher_reply *r;
  struct teacher *t;

  (void)state;
  server_clear(server);
  request.no_blind_retry = true;
  request.messages = message_with("[[504*1]]");
  t = teacher_open(&spec, NULL);
  teacher_start(t, 1, &request);
  r = teacher_take(t, 10000);
  assert_int_equal(r->fault, TEACHER_FAULT_LOST);
  assert_true(r->transient && !r->answered);
  assert_int_equal(r->n_lost, 1);
  assert_int_equal(server_count(server, -1), 1);
  teacher_reply_free(r);
  teacher_close(t);
}

static void
a_stall_times_out(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher_request request = TEACHER_REQUEST_INIT;
  struct teacher_reply *r;
  struct teacher *t;

  (void)state;
  server_clear(server);
  spec.timeout_ms = 500;
  r = ask(&spec, "[[stall*1]]");
  assert_true(r->ok);
  assert_int_equal(r->n_timeouts, 1);
  assert_int_equal(r->n_lost, 1);
  teacher_reply_free(r);
  /* who counts money is asked first */
  server_clear(server);
  request.no_blind_retry = true;
  request.messages = message_with("[[stall*1]]");
  t = teacher_open(&spec, NULL);
  teacher_start(t, 1, &request);
  r = teacher_take(t, 10000);
  assert_false(r->ok);
  assert_int_equal(r->fault, TEACHER_FAULT_LOST);
  assert_int_equal(r->tries, 1);
  teacher_reply_free(r);
  teacher_close(t);
}

static void
nobody_is_there(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher_reply *r;
  int64_t before = clock_ms();

  (void)state;
  spec.url = "http://127.0.0.1:1/v1";
  r = ask(&spec, "");
  assert_string_equal(r->error, "cannot reach 'http://127.0.0.1:1': connection refused (is the server running?)");
  assert_int_equal(r->fault, TEACHER_FAULT_TEACHER);
  assert_int_equal(r->code, ERR_INPUT);
  assert_int_equal(r->tries, 1);
  assert_true(clock_ms() - before < 5000);
  teacher_reply_free(r);
}

static void
schemas_fall_back_once(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher_request request = TEACHER_REQUEST_INIT;
  struct teacher *t;

  (void)state;
  server_clear(server);
  spec.concurrency = 1;
  t = teacher_open(&spec, NULL);
  request.messages = message_with("[[schema]]");
  request.schema = "{\"type\":\"object\"}";
  for (uint64_t i = 0; i < 3; i++)
    teacher_start(t, i, &request);
  for (int i = 0; i < 3; i++) {
    struct teacher_reply *r = teacher_take(t, 10000);

    assert_true(r && r->ok);
    assert_int_equal(r->tries, 1);
    teacher_reply_free(r);
  }
  assert_int_equal(server_count(server, 400), 1);
  assert_int_equal(server_count(server, 200), 3);
  assert_true(server->log[0].had_schema && !server->log[1].had_schema && !server->log[2].had_schema);
  teacher_close(t);
}

static void
many_are_in_flight(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher *t;

  (void)state;
  server_clear(server);
  atomic_store(&server->delay_ms, 20);
  spec.concurrency = 16;
  t = teacher_open(&spec, NULL);
  assert_int_equal(ask_many(t, 200), 200);
  assert_true(server->most_in_flight <= 16 && server->most_in_flight >= 8);
  assert_true(server->n_connections <= 24);  /* kept alive */
  teacher_close(t);
}

static void
faults_are_survived(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher *t;

  (void)state;
  server_clear(server);
  atomic_store(&server->fault_every, 10);
  spec.concurrency = 16;
  spec.retry.tries_max = 8;
  t = teacher_open(&spec, NULL);
  assert_int_equal(ask_many(t, 400), 400);
  assert_true(server_count(server, -1) > 420);
  assert_int_equal(server_answered(server), 400);
  assert_int_equal(server_most_answers_of_one(server), 1);
  teacher_close(t);
}

static void
cancelled_at_once(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher_request request = TEACHER_REQUEST_INIT;
  struct teacher *t;
  int64_t before;

  (void)state;
  server_clear(server);
  spec.concurrency = 2;
  request.messages = message_with("[[stall]]");
  t = teacher_open(&spec, NULL);
  for (uint64_t i = 0; i < 5; i++)
    teacher_start(t, i, &request);
  assert_null(teacher_take(t, 50));
  before = clock_ms();
  teacher_cancel(t, 1);
  teacher_cancel_all(t);
  for (int i = 0; i < 5; i++) {
    struct teacher_reply *r = teacher_take(t, 10000);

    assert_non_null(r);
    assert_int_equal(r->fault, TEACHER_FAULT_CANCELLED);
    teacher_reply_free(r);
  }
  for (uint64_t i = 0; i < 5; i++)
    teacher_start(t, i, &request);
  teacher_close(t);
  assert_true(clock_ms() - before < 2000);
}

static void
tls_that_fails_is_told(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher_reply *r;
  char url[80];

  (void)state;
  server_clear(server);
  snprintf(url, sizeof url, "https://127.0.0.1:%d/v1", server->port);
  spec.url = url;
  r = ask(&spec, "");
  assert_int_equal(r->fault, TEACHER_FAULT_TEACHER);
  assert_int_equal(r->tries, 1);
  assert_int_equal(r->n_lost, 0);
  if (strncmp(r->error, "cannot reach 'https://127.0.0.1:", 32) != 0 ||
      !strstr(r->error, "it does not speak TLS (http:// instead of https://?)"))
    fail_msg("%s", r->error);
  assert_int_equal(atomic_load(&server->n), 0);
  teacher_reply_free(r);
}

/* openssl's own server with a certificate that it wrote itself; its port, or 0 without openssl. What it says
 * goes into *out, which stays open so that it can go on talking. */
static int
start_tls(pid_t *pid, FILE **out)
{
  static const char script[] =
    "d=$(mktemp -d) && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $d/key "
    "-out $d/cert -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>/dev/null || exit; exec 3<$d/key "
    "4<$d/cert; rm -r $d; exec openssl s_server -accept 127.0.0.1:0 -key /dev/fd/3 -cert /dev/fd/4 -www 2>&1";
  int ends[2], port = 0;
  char line[200];

  ensure(pipe(ends) == 0);
  *pid = fork();
  ensure(*pid >= 0);
  if (*pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(ends[1], 1);
    close(ends[0]);
    execl("/bin/sh", "sh", "-c", script, (char *)NULL);
    _exit(1);
  }
  close(ends[1]);
  *out = fdopen(ends[0], "r");
  ensure(*out);
  while (port == 0 && fgets(line, sizeof line, *out))
    sscanf(line, "ACCEPT 127.0.0.1:%d", &port);
  return port;
}

static void
a_certificate_must_be_vouched_for(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher_reply *r;
  char url[80];
  FILE *out;
  pid_t pid;
  int port = start_tls(&pid, &out);

  (void)state;
  if (port > 0) {
    snprintf(url, sizeof url, "https://127.0.0.1:%d/v1", port);
    spec.url = url;
    r = ask(&spec, "");
    assert_int_equal(r->fault, TEACHER_FAULT_TEACHER);
    assert_int_equal(r->n_lost, 0);
    if (!strstr(r->error, "nobody we trust vouches for its certificate"))
      fail_msg("%s", r->error);
    teacher_reply_free(r);
  }
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
  fclose(out);
  if (port == 0)
    skip();
}

/* Nobody comes where a redirect leads, so neither does the key. */
static void
redirects_are_not_followed(void **state)
{
  static const char *const commands[] = {"[[redirect]]", "[[redirect:301]]", "[[redirect:302]]", "[[redirect:303]]",
                                         "[[redirect:308]]"};
  struct teacher_spec spec = http_spec();

  (void)state;
  server_clear(server);
  for (size_t i = 0; i < N_OF(commands); i++) {
    struct teacher_reply *r = ask(&spec, commands[i]);

    assert_int_equal(r->fault, TEACHER_FAULT_TEACHER);
    assert_non_null(strstr(r->error, "(the key is not sent there; give that URL instead)"));
    teacher_reply_free(r);
  }
  assert_int_equal(server_count(server, -1), N_OF(commands));
  for (int i = 0; i < atomic_load(&server->n); i++)
    assert_false(server->log[i].elsewhere);
}

/* A kept connection that breaks without an answer: curl would send the request again by itself. */
static void
nothing_is_sent_twice_behind_our_back(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher_request request = TEACHER_REQUEST_INIT;
  struct teacher_reply *r;
  struct teacher *t;

  (void)state;
  for (int blind = 0; blind < 2; blind++) {
    server_clear(server);
    spec.concurrency = 1;
    t = teacher_open(&spec, NULL);
    teacher_reply_free(ask_again(t, message_with("first")));
    request.messages = message_with("[[silent*1]]");
    request.no_blind_retry = !blind;
    teacher_start(t, 1, &request);
    r = teacher_take(t, 20000);
    assert_int_equal(r->n_lost, 1);
    if (blind) {
      assert_true(r->ok);
      assert_int_equal(server_count(server, -1), 3);
    } else {
      assert_int_equal(r->fault, TEACHER_FAULT_LOST);
      assert_int_equal(server_count(server, -1), 2);
    }
    teacher_reply_free(r);
    teacher_close(t);
  }
}

/* More than the buffers of a connection take at once. */
static void
a_large_request_goes_out(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher_request request = TEACHER_REQUEST_INIT;
  struct buf messages = BUF_INIT;
  struct teacher_reply *r;
  struct teacher *t;

  (void)state;
  server_clear(server);
  spec.concurrency = 1;
  t = teacher_open(&spec, NULL);
  teacher_reply_free(ask_again(t, message_with("")));  /* on a connection that is kept */
  buf_adds(&messages, "[{\"role\":\"user\",\"content\":\"");
  buf_addn(&messages, 'x', 12000000);
  buf_adds(&messages, "\"}]");
  request.messages = messages.s;
  teacher_start(t, 1, &request);
  r = teacher_take(t, 20000);
  assert_true(r && r->ok && r->tokens_in > 2999999);
  assert_int_equal(server->n_connections, 1);
  teacher_reply_free(r);
  buf_release(&messages);
  teacher_close(t);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_server_answers),
    cmocka_unit_test(failures_are_told_apart),
    cmocka_unit_test(retry_after_is_obeyed),
    cmocka_unit_test(a_gateways_timeout_may_cost),
    cmocka_unit_test(a_stall_times_out),
    cmocka_unit_test(nobody_is_there),
    cmocka_unit_test(schemas_fall_back_once),
    cmocka_unit_test(many_are_in_flight),
    cmocka_unit_test(faults_are_survived),
    cmocka_unit_test(cancelled_at_once),
    cmocka_unit_test(tls_that_fails_is_told),
    cmocka_unit_test(a_certificate_must_be_vouched_for),
    cmocka_unit_test(redirects_are_not_followed),
    cmocka_unit_test(nothing_is_sent_twice_behind_our_back),
    cmocka_unit_test(a_large_request_goes_out),
  };

  return cmocka_run_group_tests(tests, server_up, server_down);
}
