/* The client of the Batch API against a server that speaks it and fails. */
#include "teacher-stage.h"

#include <pthread.h>

#include "teacher/batches.h"
#include "teacher/dialect.h"
#include "teacher/openai.h"

#define LINES 10

static struct batches *
client(struct stop *stop)
{
  struct teacher_spec spec = http_spec();
  struct err e = {0};
  struct batches *b = batches_open(&spec, stop, &e);

  server_clear(server);
  assert_string_equal(e.message, "");
  assert_non_null(b);
  return b;
}

/* n lines; the third says `command`. */
static void
make_lines(const struct batches *b, int n, const char *command, struct buf *out)
{
  for (int i = 0; i < n; i++) {
    struct teacher_request request = TEACHER_REQUEST_INIT;
    char messages[200], id[20];

    snprintf(messages, sizeof messages, "[{\"role\":\"user\",\"content\":\"request %d %s\"}]", i,
             i == 2 ? command : "");
    snprintf(id, sizeof id, "r-%d", i);
    request.messages = messages;
    request.stream = true;
    batches_line(b, id, &request, 0, out);
  }
}

static void
lines_are_written(void **state)
{
  struct batches *b = client(NULL);
  struct teacher_request request = TEACHER_REQUEST_INIT;
  struct buf out = BUF_INIT;

  (void)state;
  request.messages = "[]";
  request.stream = true;
  request.parameters.max_tokens = 5;
  request.parameters.temperature = 1;
  batches_line(b, "r-1", &request, REFUSED_MAX_TOKENS | REFUSED_TEMPERATURE, &out);
  assert_string_equal(out.s, "{\"custom_id\":\"r-1\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":"
                             "{\"model\":\"m\",\"messages\":[],\"max_completion_tokens\":5}}\n");
  buf_release(&out);
  batches_close(b);
}

static void
refusals_come_with_the_results(void **state)
{
  struct batches *b = client(NULL);
  struct teacher_request request = TEACHER_REQUEST_INIT;
  struct batches_result r = {.http_status = 400, .error = "Unsupported parameter: 'max_tokens' is not supported with "
                             "this model. Use 'max_completion_tokens' instead."};

  (void)state;
  request.messages = "[]";
  request.parameters.max_tokens = 5;
  assert_int_equal(batches_refusal(b, &request, 0, &r), REFUSED_MAX_TOKENS);
  assert_int_equal(batches_refusal(b, &request, REFUSED_MAX_TOKENS, &r), 0);
  r.http_status = 200;
  assert_int_equal(batches_refusal(b, &request, 0, &r), 0);
  batches_close(b);
}

/* What came, by custom_id. */
struct caught {
  int n, ok, failed, never;
  int times[LINES];
  int stop_at;
};

static int
catch(void *to, const struct batches_result *r, struct err *e)
{
  struct caught *c = to;
  struct chat_reply chat;
  int i = atoi(r->custom_id + 2);

  assert_in_range(i, 0, LINES - 1);
  assert_null(strstr(r->body, KEY));
  c->n++;
  c->times[i]++;
  if (r->http_status == 200) {
    assert_int_equal(chat_parse(r->body, r->n_body, &chat, NULL), 0);
    assert_int_equal(*chat.content, '[');
    assert_string_equal(r->error, "");
    chat_reply_release(&chat);
    c->ok++;
  } else if (r->http_status == 0) {
    assert_string_equal(r->error, "This request could not be executed before the completion window expired.");
    c->never++;
  } else {
    assert_string_equal(r->error, "this line is not to our taste");
    c->failed++;
  }
  return c->stop_at && c->n == c->stop_at ? err_set(e, ERR_FAIL, "enough") : 0;
}

/* Hands in n lines and polls to the end; v is filled. */
static void
run_batch(struct batches *b, int n, const char *command, struct batches_view *v)
{
  struct buf lines = BUF_INIT;
  struct err e = {0};
  char *file = NULL;

  make_lines(b, n, command, &lines);
  assert_int_equal(batches_upload(b, lines.s, lines.n, &file, &e), 0);
  assert_int_equal(batches_create(b, file, v, &e), 0);
  assert_string_equal(v->input_file, file);
  for (int i = 0; !v->ended; i++) {
    assert_int_equal(batches_poll(b, v->id, v, &e), 0);
    assert_true(i < 10);
  }
  assert_string_equal(e.message, "");
  free(file);
  buf_release(&lines);
}

static void
collect(struct batches *b, const struct batches_view *v, struct caught *c)
{
  struct err e = {0};

  *c = (struct caught){0};
  if (v->output_file)
    assert_int_equal(batches_download(b, v->output_file, catch, c, &e), 0);
  if (v->error_file)
    assert_int_equal(batches_download(b, v->error_file, catch, c, &e), 0);
  assert_string_equal(e.message, "");
  for (int i = 0; i < LINES; i++)
    assert_true(c->times[i] <= 1);
}

static void
a_batch_is_done(void **state)
{
  struct batches *b = client(NULL);
  struct batches_view v = {0};
  struct caught c;

  (void)state;
  run_batch(b, LINES, "[[line-400]]", &v);
  assert_int_equal(v.status, BATCHES_COMPLETED);
  assert_int_equal(v.n_requests, LINES);
  assert_int_equal(v.n_done, LINES - 1);
  assert_int_equal(v.n_failed, 1);
  collect(b, &v, &c);
  assert_int_equal(c.ok, LINES - 1);
  assert_int_equal(c.failed, 1);
  assert_int_equal(server_answered(server), LINES - 1);
  batches_view_release(&v);
  batches_close(b);
}

static void
one_expires(void **state)
{
  struct batches *b = client(NULL);
  struct batches_view v = {0};
  struct caught c;

  (void)state;
  atomic_store(&server->batch_end, SERVER_BATCH_EXPIRED);
  run_batch(b, LINES, "", &v);
  assert_int_equal(v.status, BATCHES_EXPIRED);
  collect(b, &v, &c);
  assert_int_equal(c.ok, LINES / 2);
  assert_int_equal(c.never, LINES / 2);
  batches_view_release(&v);
  batches_close(b);
}

static void
one_is_not_taken(void **state)
{
  struct batches *b = client(NULL);
  struct batches_view v = {0};

  (void)state;
  atomic_store(&server->batch_end, SERVER_BATCH_FAILED);
  run_batch(b, LINES, "", &v);
  assert_int_equal(v.status, BATCHES_FAILED);
  assert_string_equal(v.message, "failed: line 2: This line is not parseable as valid JSON.");
  assert_null(v.output_file);
  assert_int_equal(server_answered(server), 0);
  batches_view_release(&v);
  batches_close(b);
}

static void
one_is_cancelled(void **state)
{
  struct batches *b = client(NULL);
  struct batches_view v = {0};
  struct buf lines = BUF_INIT;
  struct caught c;
  char *file = NULL;

  (void)state;
  make_lines(b, LINES, "", &lines);
  assert_int_equal(batches_upload(b, lines.s, lines.n, &file, NULL), 0);
  assert_int_equal(batches_create(b, file, &v, NULL), 0);
  assert_int_equal(batches_cancel(b, v.id, &v, NULL), 0);
  assert_int_equal(v.status, BATCHES_CANCELLING);
  assert_false(v.ended);
  assert_int_equal(batches_poll(b, v.id, &v, NULL), 0);
  assert_true(v.ended && v.status == BATCHES_CANCELLED);
  collect(b, &v, &c);
  assert_int_equal(c.ok, LINES / 2);
  batches_view_release(&v);
  buf_release(&lines);
  free(file);
  batches_close(b);
}

/* However the answer to POST /batches gets lost, there is one batch. */
static void
one_call_makes_one_batch(void **state)
{
  static const int faults[] = {SERVER_BATCH_FAULT_LOST, SERVER_BATCH_FAULT_500, SERVER_BATCH_FAULT_429};
  struct batches *b = client(NULL);

  (void)state;
  for (size_t i = 0; i < N_OF(faults); i++) {
    struct batches_view v = {0};
    struct buf lines = BUF_INIT;
    struct err e = {0};
    char *file = NULL, *other = NULL, *last = NULL;

    server_clear(server);
    make_lines(b, LINES, "", &lines);
    assert_int_equal(batches_upload(b, lines.s, lines.n, &file, &e), 0);
    assert_int_equal(batches_find(b, file, &v, &e), 0);
    atomic_store(&server->batch_fault, faults[i]);
    assert_int_equal(batches_create(b, file, &v, &e), 0);
    assert_int_equal(atomic_load(&server->n_batches), 1);
    assert_string_equal(v.input_file, file);
    /* also pages back */
    for (int k = 0; k < 5; k++) {
      struct batches_view w = {0};

      assert_int_equal(batches_upload(b, lines.s, lines.n, &other, &e), 0);
      assert_int_equal(batches_create(b, other, &w, &e), 0);
      batches_view_release(&w);
      free(other);
    }
    last = xstrdup(v.id);
    assert_int_equal(batches_find(b, file, &v, &e), 1);
    assert_string_equal(v.id, last);
    assert_int_equal(batches_find(b, "file-none", &v, &e), 0);
    free(last);
    free(file);
    buf_release(&lines);
    batches_view_release(&v);
  }
  batches_close(b);
}

static void
faults_are_survived(void **state)
{
  struct batches *b = client(NULL);
  struct batches_view v = {0};
  struct buf lines = BUF_INIT;
  struct caught c = {0};
  struct err e = {0};
  char *file = NULL;

  (void)state;
  make_lines(b, LINES, "", &lines);
  atomic_store(&server->batch_fault, SERVER_BATCH_FAULT_LOST);
  assert_int_equal(batches_upload(b, lines.s, lines.n, &file, &e), 0);
  free(file);
  atomic_store(&server->batch_fault, SERVER_BATCH_FAULT_500);
  assert_int_equal(batches_upload(b, lines.s, lines.n, &file, &e), 0);
  free(file);
  run_batch(b, LINES, "", &v);
  /* broken in the middle of a line: no line comes twice, none is missing */
  atomic_store(&server->batch_fault, SERVER_BATCH_FAULT_HALF);
  assert_int_equal(batches_download(b, v.output_file, catch, &c, &e), 0);
  assert_int_equal(atomic_load(&server->batch_fault), 0);
  assert_int_equal(c.ok, LINES);
  for (int i = 0; i < LINES; i++)
    assert_int_equal(c.times[i], 1);
  batches_view_release(&v);
  buf_release(&lines);
  batches_close(b);
}

static void
what_cannot_be_is_said(void **state)
{
  struct batches *b = client(NULL);
  struct teacher_spec spec = http_spec();
  struct batches_view v = {0};
  struct caught c = {0};
  struct err e = {0};
  char *file = NULL, nowhere[80];

  (void)state;
  atomic_store(&server->batch_fault, SERVER_BATCH_FAULT_401);
  assert_int_equal(batches_poll(b, "batch_1", &v, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(strstr(e.message, "refuses: HTTP 401: Incorrect API key provided: ****"));
  assert_null(strstr(e.message, KEY));
  assert_int_equal(batches_poll(b, "batch_999999", &v, &e), -1);
  assert_non_null(strstr(e.message, "HTTP 404: No batch found with that id"));
  assert_int_equal(batches_poll(b, "../files", &v, &e), -1);
  assert_string_equal(e.message, "'../files' is no name of a file or batch");
  assert_int_equal(batches_upload(b, "", BATCHES_FILE_MAX + 1, &file, &e), -1);
  assert_string_equal(e.message, "a batch of 200 MiB is more than the API takes (200)");
  /* a file that is none: what was handed in */
  assert_int_equal(batches_upload(b, "{\"custom_id\":\"r-1\"}\nhello\n\n", 27, &file, &e), 0);
  assert_int_equal(batches_download(b, file, catch, &c, &e), 1);
  assert_int_equal(c.n, 0);
  free(file);
  batches_close(b);
  spec.dialect = "anthropic";
  assert_null(batches_open(&spec, NULL, &e));
  assert_string_equal(e.message, "the teacher 'test' takes no batches in OpenAI's form (its dialect is anthropic)");
  spec.dialect = NULL;
  snprintf(nowhere, sizeof nowhere, "http://127.0.0.1:%d/without/v1", server->port);
  spec.url = nowhere;
  b = batches_open(&spec, NULL, &e);
  assert_int_equal(batches_upload(b, "x", 1, &file, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(strstr(e.message, "refuses: HTTP 404 (does it take batches?)"));
  batches_close(b);
  spec.url = "http://127.0.0.1:1/v1";
  spec.retry.tries_max = 2;
  b = batches_open(&spec, NULL, &e);
  assert_int_equal(batches_poll(b, "batch_1", &v, &e), -1);
  assert_non_null(strstr(e.message, "cannot reach 'http://127.0.0.1:1': "));
  assert_non_null(strstr(e.message, "(2 tries)"));
  batches_close(b);
}

static int
no_key(void *to, const struct batches_result *r, struct err *e)
{
  (void)e;
  assert_null(strstr(r->body, KEY));
  assert_null(strstr(r->error, KEY));
  assert_non_null(strstr(r->http_status == 200 ? r->body : r->error, "****"));
  ++*(int *)to;
  return 0;
}

/* A server that repeats the key does not get it into a project. */
static void
keys_do_not_come_back(void **state)
{
  static const char lines[] =
    "{\"custom_id\":\"r-1\",\"response\":{\"status_code\":200,\"body\":{\"you\":\"" KEY "\"}}}\n"
    "{\"custom_id\":\"r-2\",\"response\":null,\"error\":{\"message\":\"bad key " KEY "\"}}";
  struct batches *b = client(NULL);
  struct err e = {0};
  char *file = NULL;
  int n = 0;

  (void)state;
  assert_int_equal(batches_upload(b, lines, sizeof lines - 1, &file, &e), 0);
  assert_int_equal(batches_download(b, file, no_key, &n, &e), 0);
  assert_int_equal(n, 2);
  free(file);
  batches_close(b);
}

static void
the_caller_ends_it(void **state)
{
  struct stop stop = {0};
  struct batches *b = client(&stop);
  struct batches_view v = {0};
  struct caught c = {.stop_at = 3};
  struct err e = {0};

  (void)state;
  run_batch(b, LINES, "", &v);
  assert_int_equal(batches_download(b, v.output_file, catch, &c, &e), -1);
  assert_string_equal(e.message, "enough");
  assert_int_equal(c.n, 3);
  atomic_store(&stop.wanted, true);
  assert_int_equal(batches_poll(b, v.id, &v, &e), -1);
  assert_int_equal(e.code, ERR_INTERRUPTED);
  batches_view_release(&v);
  batches_close(b);
}

static void *
stop_soon(void *arg)
{
  clock_sleep_ms(100);
  atomic_store(&((struct stop *)arg)->wanted, true);
  return NULL;
}

/* What does not move is begun again, or given up when the person wants that. */
static void
stalls_end(void **state)
{
  struct teacher_spec spec = http_spec();
  struct stop stop = {0};
  struct err e = {0};
  struct buf lines = BUF_INIT;
  struct batches *b;
  pthread_t thread;
  char *file = NULL;

  (void)state;
  server_clear(server);
  spec.first_byte_timeout_ms = 1000;
  b = batches_open(&spec, &stop, &e);
  make_lines(b, 3, "", &lines);
  atomic_store(&server->batch_fault, SERVER_BATCH_FAULT_STALL);
  assert_int_equal(batches_upload(b, lines.s, lines.n, &file, &e), 0);
  assert_int_equal(server_count(server, -1), 2);
  free(file);
  batches_close(b);
  spec.first_byte_timeout_ms = 0;  /* two minutes */
  b = batches_open(&spec, &stop, &e);
  atomic_store(&server->batch_fault, SERVER_BATCH_FAULT_STALL);
  assert_int_equal(pthread_create(&thread, NULL, stop_soon, &stop), 0);
  assert_int_equal(batches_upload(b, lines.s, lines.n, &file, &e), -1);
  assert_int_equal(e.code, ERR_INTERRUPTED);
  pthread_join(thread, NULL);
  buf_release(&lines);
  batches_close(b);
}

/* A batch that may have been made is not refused for good, however its second try is answered. */
static void
what_may_be_is_not_given_up(void **state)
{
  struct batches *b = client(NULL);
  struct batches_view v = {0};
  struct buf lines = BUF_INIT;
  struct err e = {0};
  char *file = NULL;

  (void)state;
  make_lines(b, 3, "", &lines);
  assert_int_equal(batches_upload(b, lines.s, lines.n, &file, &e), 0);
  atomic_store(&server->batch_fault, SERVER_BATCH_FAULT_LOST_401);
  assert_int_equal(batches_create(b, file, &v, &e), -1);
  assert_non_null(strstr(e.message, "HTTP 401"));
  assert_int_equal(e.code, ERR_FAIL);
  assert_int_equal(batches_find(b, file, &v, &e), 1);
  batches_view_release(&v);
  buf_release(&lines);
  free(file);
  batches_close(b);
}

/* Azure's files stand beside its deployments. */
static void
azure_has_them_too(void **state)
{
  struct teacher_spec spec = http_spec();
  char url[64];
  struct batches *b;
  struct batches_view v = {0};
  struct caught c;
  struct err e = {0};

  (void)state;
  server_clear(server);
  snprintf(url, sizeof url, "http://127.0.0.1:%d", server->port);
  spec.url = url;
  spec.dialect = "azure";
  b = batches_open(&spec, NULL, &e);
  run_batch(b, LINES, "", &v);
  collect(b, &v, &c);
  assert_int_equal(c.ok, LINES);
  batches_view_release(&v);
  batches_close(b);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(lines_are_written),
    cmocka_unit_test(refusals_come_with_the_results),
    cmocka_unit_test(a_batch_is_done),
    cmocka_unit_test(one_expires),
    cmocka_unit_test(one_is_not_taken),
    cmocka_unit_test(one_is_cancelled),
    cmocka_unit_test(one_call_makes_one_batch),
    cmocka_unit_test(faults_are_survived),
    cmocka_unit_test(what_cannot_be_is_said),
    cmocka_unit_test(keys_do_not_come_back),
    cmocka_unit_test(the_caller_ends_it),
    cmocka_unit_test(what_may_be_is_not_given_up),
    cmocka_unit_test(stalls_end),
    cmocka_unit_test(azure_has_them_too),
  };

  return cmocka_run_group_tests(tests, server_up, server_down);
}
