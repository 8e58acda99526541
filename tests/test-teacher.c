/* The room teacher: the chat format, recorded replies. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "teacher/openai.h"
#include "teacher/retry.h"
#include "teacher/teacher.h"

/* ---- the chat format ---- */

static const struct {
  const char *body, *content, *error;   /* content NULL: refused with an error that begins so */
  int64_t in, out;
  int status;
  bool answered;
} bodies[] = {
  {"{\"choices\":[{\"message\":{\"content\":\"hello\"}}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}",
   "hello",
   NULL, 3, 4, 0, true},
  {"{\"choices\":[{\"message\":{\"content\":\"no usage\"}}]}", "no usage", NULL, -1, -1, 0, true},
  {"{\"error\":null,\"choices\":[{\"message\":{\"content\":\"null error\"}}]}", "null error", NULL, -1, -1, 0, true},
  {"{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"two \"},"
   "{\"type\":\"text\",\"text\":\"parts\"}]}}]}",
   "two parts", NULL, -1, -1, 0, true},
  {"{\"choices\":[]}", NULL, "the reply has no choices", -1, -1, 0, true},
  {"{\"choices\":[{\"message\":{\"content\":\"\"},\"finish_reason\":\"length\"}]}", NULL,
   "the reply holds no text (it reached max_tokens)", -1, -1, 0, true},
  {"{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"I will not.\"}}]}", NULL,
   "the teacher refused: I will not.", -1,
   -1, 0, true},
  {"{\"choices\":[{\"message\":{\"content\":\"cut o", NULL, "the reply is not a chat completion: invalid JSON", -1, -1,
   0, true},
  {"", NULL, "the reply is empty", -1, -1, 0, false},
  {" <html>", NULL, "the reply is a web page", -1, -1, 0, false},
  {"{\"error\":\"just\\nwords\\u001b[2J\"}", NULL, "the teacher answered: just words^[[2J", -1, -1, 0, false},
  {"{\"error\":{\"message\":\"slow down\",\"code\":429}}", NULL, "the teacher answered: slow down", -1, -1, 429, false},
  {"{\"error\":{\"message\":\"no money\",\"code\":\"insufficient_quota\"}}", NULL, "the teacher answered: no money",
   -1, -1, 402,
   false},
  {"{\"detail\":\"Not Found\"}", NULL, "the teacher answered: Not Found", -1, -1, 0, false},
  {"[1]", NULL, "the reply has no choices", -1, -1, 0, false},
};

static void
bodies_are_read(void **state)
{
  (void)state;
  for (size_t i = 0; i < N_OF(bodies); i++) {
    struct chat_reply r;
    struct err e = {0};
    int result = chat_parse(bodies[i].body, strlen(bodies[i].body), &r, &e);

    if (bodies[i].content) {
      assert_int_equal(result, 0);
      assert_string_equal(r.content, bodies[i].content);
    } else {
      assert_int_equal(result, -1);
      assert_null(r.content);
      if (strncmp(e.message, bodies[i].error, strlen(bodies[i].error)) != 0)
        fail_msg("%s: %s", bodies[i].body, e.message);
    }
    assert_int_equal(r.tokens_in, bodies[i].in);
    assert_int_equal(r.tokens_out, bodies[i].out);
    assert_int_equal(r.error_status, bodies[i].status);
    assert_int_equal(r.answered, bodies[i].answered);
    chat_reply_release(&r);
  }
}

static void
requests_are_written(void **state)
{
  struct teacher_spec spec = TEACHER_SPEC_INIT;
  struct teacher_request request = TEACHER_REQUEST_INIT;
  struct buf b = BUF_INIT;

  (void)state;
  spec.model = "m";
  spec.parameters.temperature = 0.5;
  spec.parameters.seed = 7;
  request.messages = "[]";
  request.sample = 2;
  request.parameters.max_tokens = 9;
  teacher_request_json(&spec, &request, &b);
  assert_string_equal(b.s, "{\"model\":\"m\",\"messages\":[],\"temperature\":0.5,\"seed\":9,\"max_tokens\":9}");
  buf_clear(&b);
  request.schema = "{}";
  request.extra = "\"top_k\":5";
  request.parameters.temperature = 1;
  teacher_request_json(&spec, &request, &b);
  assert_string_equal(b.s,
                      "{\"model\":\"m\",\"messages\":[],\"temperature\":1,\"seed\":9,"
                           "\"max_tokens\":9,\"top_k\":5,\"response_format\":{\"type\":\"json_schema\","
                           "\"json_schema\":{\"name\":\"reply\",\"strict\":true,\"schema\":{}}}}");
  buf_release(&b);
}

static void
money_is_counted(void **state)
{
  struct teacher_spec spec = TEACHER_SPEC_INIT;
  struct teacher_request request = TEACHER_REQUEST_INIT;

  (void)state;
  request.messages = "[{\"role\":\"user\",\"content\":\"hi\"}]";
  assert_true(isnan(teacher_cost_usd(&spec, 1000, 1000)));
  assert_true(isnan(teacher_cost_bound_usd(&spec, &request)));
  spec.price_in_usd = 0.15;
  spec.price_out_usd = 0.60;
  assert_float_equal(teacher_cost_usd(&spec, 1000000, 2000000), 1.35, 1e-12);
  assert_true(isnan(teacher_cost_usd(&spec, -1, 5)));
  assert_true(isinf(teacher_cost_bound_usd(&spec, &request)));
  request.parameters.max_tokens = 1000;
  assert_true(teacher_cost_bound_usd(&spec, &request) >= teacher_cost_usd(&spec, (int64_t)strlen(request.messages),
                                                                          1000));
  assert_true(teacher_cost_bound_usd(&spec, &request) < teacher_cost_usd(&spec, 200, 1000));
}

static void
waits_grow_and_end(void **state)
{
  struct retry_policy zero = {0}, p = retry_defaults(&zero);
  struct rng rng;
  int64_t longest[8] = {0};

  (void)state;
  rng_seed(&rng, 1);
  p.tries_max = 9;
  p.cap_ms = 8000;
  for (int k = 1; k < 9; k++)
    for (int i = 0; i < 2000; i++) {
      int64_t wait = retry_wait_ms(&p, k, 0, -1, &rng);

      assert_true(wait >= 0 && wait <= 8000 && wait <= 500 << (k - 1));
      if (wait > longest[k - 1])
        longest[k - 1] = wait;
    }
  assert_true(longest[0] > 400 && longest[3] > 3500 && longest[7] > 7500);
  assert_int_equal(retry_wait_ms(&p, 9, 0, -1, &rng), -1);
  assert_true(retry_wait_ms(&p, 1, 0, 20000, &rng) >= 20000);
  assert_int_equal(retry_wait_ms(&p, 1, p.total_ms, 1000, &rng), -1);
}

/* ---- recorded replies ---- */

static const char *const recording =
  "{\"request\":{\"messages\":[{\"role\":\"user\",\"content\":\"one\"}]},"
  "\"response\":{\"choices\":[{\"message\":{\"content\":\"A\"}}],"
  "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}}\n"
  "\n"
  "{\"response\":{\"choices\":[{\"message\":{\"content\":\"B\"}}]}, "
  "\"request\":{\"messages\":[{\"content\":\"two\",\"role\":\"user\"}]}}\r\n"
  "{\"request\":{\"messages\":[{\"role\":\"user\",\"content\":\"one\"}]},"
  "\"response\":{\"choices\":[{\"message\":{\"content\":\"C\"}}]}}";

static struct teacher_reply *
ask_sample(struct teacher *t, const char *messages, int sample)
{
  struct teacher_request request = TEACHER_REQUEST_INIT;
  struct teacher_reply *r;

  request.messages = messages;
  request.sample = sample;
  teacher_start(t, 42, &request);
  r = teacher_take(t, 20000);
  assert_non_null(r);
  assert_int_equal(r->tag, 42);
  assert_int_equal(teacher_n_waiting(t), 0);
  return r;
}

/* What the teacher says to a request, as content or error; static memory. */
static const char *
says(struct teacher *t, const char *messages, int sample)
{
  static char text[600];
  struct teacher_reply *r = ask_sample(t, messages, sample);

  snprintf(text, sizeof text, "%s", r->ok ? r->content : r->error);
  teacher_reply_free(r);
  return text;
}

static void
recordings_are_found(void **state)
{
  struct teacher_spec spec = TEACHER_SPEC_INIT;
  struct teacher *t;
  struct err e;
  const char *one = "[ {\"content\" : \"one\", \"role\":\"user\"} ]";

  (void)state;
  spec.kind = "replay";
  spec.replay_path = "/some/where/replies.jsonl";
  spec.replay_text = recording;
  spec.replay_size = strlen(recording);
  t = teacher_open(&spec, &e);
  assert_non_null(t);
  assert_string_equal(says(t, one, 0), "A");
  assert_string_equal(says(t, one, 1), "C");
  assert_string_equal(says(t, one, 2), "A");
  assert_string_equal(says(t, "[{\"role\":\"user\",\"content\":\"two\"}]", 5), "B");
  assert_string_equal(says(t, "[{\"role\":\"system\",\"content\":\"one\"}]", 0),
                      "no recording of this request in 'replies.jsonl' (the prompt differs from what was recorded)");
  assert_null(teacher_take(t, 0));
  teacher_close(t);
}

static void
recordings_take_their_time(void **state)
{
  struct teacher_spec spec = TEACHER_SPEC_INIT;
  struct teacher_request request = TEACHER_REQUEST_INIT;
  struct teacher *t;
  int64_t before;
  int n = 0, cancelled = 0;

  (void)state;
  spec.kind = "replay";
  spec.replay_text = recording;
  spec.replay_size = strlen(recording);
  spec.replay_delay_ms = 100;
  spec.concurrency = 2;
  request.messages = "[{\"role\":\"user\",\"content\":\"two\"}]";
  t = teacher_open(&spec, NULL);
  before = clock_ms();
  for (uint64_t i = 0; i < 6; i++)
    teacher_start(t, i, &request);
  assert_null(teacher_take(t, 0));
  teacher_cancel(t, 5);
  for (struct teacher_reply *r; n < 6; n++) {
    while (!(r = teacher_take(t, 1000)))
      ;
    cancelled += r->fault == TEACHER_FAULT_CANCELLED;
    assert_true(r->ok || r->tag == 5);
    teacher_reply_free(r);
  }
  assert_int_equal(cancelled, 1);
  assert_true(clock_ms() - before >= 300);
  for (uint64_t i = 0; i < 3; i++)
    teacher_start(t, i, &request);
  teacher_cancel_all(t);
  for (n = 0; n < 3; n++) {
    struct teacher_reply *r = teacher_take(t, 0);

    assert_non_null(r);
    teacher_reply_free(r);
  }
  teacher_start(t, 9, &request);
  teacher_close(t);
}

static void
bad_specs_are_refused(void **state)
{
  static const struct {
    struct teacher_spec spec;
    const char *message;
  } specs[] = {
    {{.name = "x", .kind = "telepathy"}, "unknown kind 'telepathy' of teacher 'x' (http or replay)"},
    {{.name = "x", .kind = "http", .model = "m"}, "the teacher 'x' has no URL (use --url)"},
    {{.name = "x", .kind = "http", .url = "http://h"}, "the teacher 'x' has no model (use --model)"},
    {{.name = "x", .url = "ftp://h/v1", .model = "m"},
     "'ftp://h/v1' is no http URL (such as https://api.openai.com/v1)"},
    {{.name = "x", .url = "no url", .model = "m"}, "'no url' is no http URL (such as https://api.openai.com/v1)"},
    {{.name = "x", .url = "http://me:secret@h/v1", .model = "m"},
     "the URL of teacher 'x' holds a user or password (use --key-env)"},
    {{.name = "x", .url = "http://h/v1", .model = "m", .key_env = "RETORT_NO_SUCH_KEY"},
     "the variable 'RETORT_NO_SUCH_KEY' is not set (export it, or use --key-env)"},
    {{.name = "x", .url = "http://h/v1", .model = "m", .key_env = "RETORT_BAD_KEY"},
     "the variable 'RETORT_BAD_KEY' holds a character that no key has (a space or line break?)"},
    {{.name = "x", .kind = "replay"}, "the teacher 'x' has no recording (use --replay)"},
    {{.name = "x", .kind = "replay", .replay_path = "/no/such/file"}, "cannot read '/no/such/file': "},
    {{.name = "x", .kind = "replay", .replay_path = "r", .replay_text = "\n", .replay_size = 1},
     "no recordings in 'r'"},
    {{.name = "x", .kind = "replay", .replay_path = "r", .replay_text = "\n{\"a\":", .replay_size = 6},
     "r:2: invalid JSON at byte 4"},
    {{.name = "x", .kind = "replay", .replay_path = "r", .replay_text = "{}", .replay_size = 2},
     "r:1: a recording without request.messages"},
  };

  (void)state;
  setenv("RETORT_BAD_KEY", "sk-with\nline", 1);
  unsetenv("RETORT_NO_SUCH_KEY");
  for (size_t i = 0; i < N_OF(specs); i++) {
    struct err e = {0};

    assert_null(teacher_open(&specs[i].spec, &e));
    if (strncmp(e.message, specs[i].message, strlen(specs[i].message)) != 0)
      fail_msg("%s", e.message);
    assert_int_equal(e.code, ERR_INPUT);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(bodies_are_read),
    cmocka_unit_test(requests_are_written),
    cmocka_unit_test(money_is_counted),
    cmocka_unit_test(waits_grow_and_end),
    cmocka_unit_test(recordings_are_found),
    cmocka_unit_test(recordings_take_their_time),
    cmocka_unit_test(bad_specs_are_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
