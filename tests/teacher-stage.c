#include "teacher-stage.h"

struct server *server;

struct teacher_reply *
ask_again(struct teacher *t, const char *messages)
{
  struct teacher_request request = TEACHER_REQUEST_INIT;
  struct teacher_reply *r;

  request.messages = messages;
  teacher_start(t, 42, &request);
  r = teacher_take(t, 20000);
  assert_non_null(r);
  assert_int_equal(r->tag, 42);
  assert_int_equal(teacher_n_waiting(t), 0);
  return r;
}

struct teacher_spec
http_spec(void)
{
  struct teacher_spec spec = TEACHER_SPEC_INIT;

  spec.name = "test";
  spec.url = server->url;
  spec.model = "m";
  spec.key_env = "RETORT_TEST_KEY";
  spec.price_in_usd = 1;
  spec.price_out_usd = 2;
  spec.retry = (struct retry_policy){.tries_max = 4, .base_ms = 2, .cap_ms = 10, .total_ms = 5000};
  spec.connect_timeout_ms = 2000;
  spec.timeout_ms = 10000;
  return spec;
}

const char *
message_with(const char *command)
{
  static char text[200];

  snprintf(text, sizeof text, "[{\"role\":\"user\",\"content\":\"hello %s\"}]", command);
  return text;
}

struct teacher_reply *
ask(const struct teacher_spec *spec, const char *command)
{
  struct err e = {0};
  struct teacher *t = teacher_open(spec, &e);
  struct teacher_reply *r;

  assert_string_equal(e.message, "");
  assert_non_null(t);
  r = ask_again(t, message_with(command));
  teacher_close(t);
  return r;
}

void
start_many(struct teacher *t, int n, const char *words)
{
  char messages[100];

  for (int i = 0; i < n; i++) {
    struct teacher_request request = TEACHER_REQUEST_INIT;

    snprintf(messages, sizeof messages, "[{\"role\":\"user\",\"content\":\"request %d %s\"}]", i, words);
    request.messages = messages;
    teacher_start(t, (uint64_t)i, &request);
  }
}

int
take_many(struct teacher *t, int n)
{
  bool *came = xcalloc((size_t)n, sizeof *came);
  int ok = 0;

  for (int i = 0; i < n; i++) {
    struct teacher_reply *r = teacher_take(t, 20000);

    assert_non_null(r);
    assert_false(came[r->tag]);
    came[r->tag] = true;
    ok += r->ok;
    teacher_reply_free(r);
  }
  free(came);
  return ok;
}

int
ask_many(struct teacher *t, int n)
{
  start_many(t, n, "");
  return take_many(t, n);
}

int
server_up(void **state)
{
  (void)state;
  setenv("RETORT_TEST_KEY", KEY, 1);
  server = server_start();
  return 0;
}

int
server_down(void **state)
{
  (void)state;
  server_stop(server);
  return 0;
}
