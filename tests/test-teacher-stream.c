/* Replies that come as events: lines and events however they are split, and whole replies put together from them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "teacher/openai.h"
#include "teacher/stream.h"

/* ---- events ---- */

static const struct {
  const char *stream, *events;   /* lines end in \n; what comes out, as name=data| */
} streams[] = {
  {"data: one\n\ndata: two\n\n", "=one|=two|"},
  {"data:one\n\ndata:  two\n\n", "=one|= two|"},
  {"data: a\ndata: b\ndata:\ndata: c\n\n", "=a\nb\n\nc|"},
  {"event: ping\ndata: {}\n\ndata: x\n\n", "ping={}|=x|"},
  {"data: {}\nevent: late\n\n", "late={}|"},
  {": keep-alive\n\n: \n\ndata: x\n: between\n\n:\n", "=x|"},
  {"id: 7\nretry: 100\ndata: x\nfoo: bar\ndatum: y\n\n", "=x|"},
  {"event: nothing\n\ndata: x\n\n", "=x|"},
  {"data\n\n", "=|"},
  {"\n\n\n\ndata: x\n\n\n", "=x|"},
  {"\xef\xbb\xbf" "data: x\n\n", "=x|"},
  {"data: \xef\xbb\xbfx\n\n", "=\xef\xbb\xbfx|"},
  {"data: gr\xc3\xbc\xc3\x9f" "e\n\n", "=gr\xc3\xbc\xc3\x9f" "e|"},
  {"data: no end", "=no end|"},
  {"data: no end\n", "=no end|"},
  {"data: a: b\n\n", "=a: b|"},
  {"", ""},
};

static void
write_event(void *to, const char *event, const char *data, size_t n)
{
  struct buf *b = to;

  assert_int_equal(strlen(data), n);
  buf_addf(b, "%s=%s|", event, data);
}

/* The stream with other ends of lines; to be freed. */
static char *
with_ends(const char *s, const char *end, size_t *n)
{
  struct buf b = BUF_INIT;

  for (; *s; s++)
    if (*s == '\n')
      buf_adds(&b, end);
    else
      buf_addc(&b, *s);
  *n = b.n;
  return buf_take(&b);
}

static void
events_come_out_however_they_are_split(void **state)
{
  static const char *const ends[] = {"\n", "\r", "\r\n"};
  struct buf out = BUF_INIT;
  struct sse sse;

  (void)state;
  sse_init(&sse, 1000);
  for (size_t i = 0; i < N_OF(streams); i++)
    for (size_t k = 0; k < N_OF(ends); k++) {
      size_t n;
      char *s = with_ends(streams[i].stream, ends[k], &n);

      for (size_t step = 1; step <= n + 1; step++)        /* pieces of this size */
        for (size_t first = 0; first < step; first += 3) {  /* beginning here */
          buf_clear(&out);
          sse_clear(&sse);
          assert_int_equal(sse_feed(&sse, s, first < n ? first : n, write_event, &out), 0);
          for (size_t at = first; at < n; at += step)
            assert_int_equal(sse_feed(&sse, s + at, n - at < step ? n - at : step, write_event, &out), 0);
          sse_end(&sse, write_event, &out);
          if (strcmp(buf_str(&out), streams[i].events) != 0)
            fail_msg("stream %zu, ends %zu, pieces of %zu: '%s'", i, k, step, buf_str(&out));
        }
      free(s);
    }
  sse_release(&sse);
  buf_release(&out);
}

static void
events_are_bounded(void **state)
{
  struct buf out = BUF_INIT;
  struct sse sse;
  int result = 0;

  (void)state;
  sse_init(&sse, 100);
  for (int i = 0; i < 1000; i++)  /* many short ones are fine */
    result |= sse_feed(&sse, "data: 0123456789\n\n", 18, write_event, &out);
  assert_int_equal(result, 0);
  for (int i = 0; i < 20; i++)    /* one that never ends is not */
    result |= sse_feed(&sse, "data: 0123456789\n", 17, write_event, &out);
  assert_int_equal(result, -1);
  sse_clear(&sse);
  for (int i = 0; i < 20; i++)
    result = sse_feed(&sse, "0123456789", 10, write_event, &out);
  assert_int_equal(result, -1);
  sse_release(&sse);
  buf_release(&out);
}

/* ---- replies ---- */

#define CHUNK(delta, finish) \
  "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{" delta "},\"finish_reason\":" finish "}]}\n\n"
#define USAGE "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n"
#define DONE "data: [DONE]\n\n"

static const char openai[] =
  CHUNK("\"role\":\"assistant\",\"content\":\"\"", "null") CHUNK("\"content\":\"Hel\"", "null") ": keep-alive\n\n"
  CHUNK("\"content\":\"lo \\u00fc\"", "null") CHUNK("", "\"stop\"") USAGE DONE;
static const char anthropic[] =
  "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"type\":\"message\",\"content\":[],"
  "\"usage\":{\"input_tokens\":7,\"cache_read_input_tokens\":2,\"output_tokens\":1}}}\n\n"
  "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{"
  "\"type\":\"text\",\"text\":\"\"}}\n\n"
  "event: ping\ndata: {\"type\": \"ping\"}\n\n"
  "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\","
  "\"text\":\"Hel\"}}\n\n"
  "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\","
  "\"text\":\"lo \\u00fc\"}}\n\n"
  "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
  "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
  "\"usage\":{\"output_tokens\":3}}\n\n"
  "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
static const char tool[] =
  "data: {\"type\":\"message_start\",\"message\":{\"type\":\"message\",\"usage\":{\"input_tokens\":1,"
  "\"output_tokens\":1}}}\n\n"
  "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"name\":\"reply\","
  "\"input\":{}}}\n\n"
  "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\","
  "\"partial_json\":\"{\\\"a\\\": [\"}}\n\n"
  "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\","
  "\"partial_json\":\"1]}\"}}\n\n"
  "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":{\"output_tokens\":2}}\n\n"
  "data: {\"type\":\"message_stop\"}\n\n";

static const struct {
  const char *body, *content, *error, *finish;  /* content NULL: an error that begins so */
  int64_t in, out;
  int status;
  bool answered, cut;
} replies[] = {
  {openai, "Hello \xc3\xbc", NULL, "stop", 7, 3, 0, true, false},
  {anthropic, "Hello \xc3\xbc", NULL, "stop", 9, 3, 0, true, false},
  {tool, "{\"a\":[1]}", NULL, "stop", 1, 2, 0, true, false},
  {CHUNK("\"content\":\"x\"", "null") DONE, "x", NULL, NULL, -1, -1, 0, true, false},
  {CHUNK("\"content\":\"x\"", "\"length\""), "x", NULL, "length", -1, -1, 0, true, false},
  {CHUNK("\"content\":\"x\"", "\"stop\"") "data: {\"choices\":[],\"usa", "x", NULL, "stop", -1, -1, 0, true, false},
  {"\xef\xbb\xbf" CHUNK("\"content\":\"x\"", "\"stop\"") DONE, "x", NULL, "stop", -1, -1, 0, true, false},
  {"\n\n: OPENROUTER PROCESSING\n\n" CHUNK("\"content\":\"x\"", "\"stop\"") DONE, "x", NULL, "stop", -1, -1, 0, true,
   false},
  {"data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"no\"}},{\"index\":0,\"delta\":{\"content\":\"yes\"},"
   "\"finish_reason\":\"stop\"}]}\n\n", "yes", NULL, "stop", -1, -1, 0, true, false},
  {CHUNK("\"content\":\"x\"", "null"), NULL, "the stream broke off before its end", NULL, -1, -1, 0, false, true},
  {": keep-alive\n\n", NULL, "the stream broke off before its end", NULL, -1, -1, 0, false, true},
  {"d", NULL, "the stream broke off before its end", NULL, -1, -1, 0, false, true},
  {"", NULL, "the reply is empty", NULL, -1, -1, 0, false, true},
  {CHUNK("", "\"stop\"") DONE, NULL, "the reply holds no text", "stop", -1, -1, 0, true, false},
  {CHUNK("\"refusal\":\"I will \"", "null") CHUNK("\"refusal\":\"not.\"", "\"stop\""), NULL,
   "the teacher refused: I will not.", "stop", -1, -1, 0, true, false},
  {DONE, NULL, "the stream holds what is no chat completion", NULL, -1, -1, 0, true, false},
  {"data: oh\n\n" CHUNK("\"content\":\"x\"", "\"stop\"") DONE, NULL, "the stream holds what is no chat completion",
   NULL, -1, -1, 0, true, false},
  {"data: {\"error\":{\"message\":\"busy\",\"code\":503}}\n\n", NULL, "the teacher answered: busy", NULL, -1, -1, 503,
   false, false},
  {CHUNK("\"content\":\"x\"", "null") "data: {\"error\":{\"message\":\"busy\",\"code\":503}}\n\n", NULL,
   "the teacher answered: busy", NULL, -1, -1, 503, false, true},
  {"event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
   NULL,
   "the teacher answered: Overloaded", NULL, -1, -1, 529, false, false},
};

static void
streams_are_read_as_replies(void **state)
{
  (void)state;
  for (size_t i = 0; i < N_OF(replies); i++) {
    struct chat_reply r;
    struct err e = {0};
    int result = chat_parse(replies[i].body, strlen(replies[i].body), &r, &e);

    if (replies[i].content) {
      if (result < 0)
        fail_msg("%zu: %s", i, e.message);
      assert_string_equal(r.content, replies[i].content);
    } else {
      assert_int_equal(result, -1);
      if (strncmp(e.message, replies[i].error, strlen(replies[i].error)) != 0)
        fail_msg("%zu: %s", i, e.message);
    }
    if (replies[i].finish)
      assert_string_equal(r.finish_reason, replies[i].finish);
    else
      assert_null(r.finish_reason);
    assert_int_equal(r.tokens_in, replies[i].in);
    assert_int_equal(r.tokens_out, replies[i].out);
    assert_int_equal(r.error_status, replies[i].status);
    assert_int_equal(r.answered, replies[i].answered);
    assert_int_equal(r.cut, replies[i].cut);
    chat_reply_release(&r);
  }
}

/* A beginning of a stream is the whole reply or it is cut; never half a reply that passes for one. */
static void
no_cut_passes_for_a_reply(void **state)
{
  static const char *const whole[] = {openai, anthropic, tool};

  (void)state;
  for (size_t i = 0; i < N_OF(whole); i++) {
    struct chat_reply all, r;
    int n_whole = 0;

    assert_int_equal(chat_parse(whole[i], strlen(whole[i]), &all, NULL), 0);
    for (size_t n = 0; n < strlen(whole[i]); n++) {
      int result = chat_parse(whole[i], n, &r, NULL);

      if (result == 0)
        assert_string_equal(r.content, all.content);
      assert_int_equal(r.answered, result == 0);
      assert_int_equal(r.cut, result < 0);
      n_whole += result == 0;
      chat_reply_release(&r);
    }
    assert_true(n_whole > 10);  /* the end of it is not needed */
    chat_reply_release(&all);
  }
}

/* Whatever comes is read without harm, and what is cut does not count as answered. */
static void
damaged_streams_do_no_harm(void **state)
{
  static const char *const whole[] = {openai, anthropic, tool};
  static const char odd[] = "\r\n\"{}[],: \xff\xc3" "da";
  struct rng rng;

  (void)state;
  rng_seed(&rng, 3);
  for (int i = 0; i < 20000; i++) {
    struct chat_reply r;
    struct err e = {0};
    char *s = xstrdup(whole[rng_below(&rng, N_OF(whole))]);
    size_t n = strlen(s);

    for (uint64_t k = 1 + rng_below(&rng, 5); k > 0; k--)
      s[rng_below(&rng, n)] = odd[rng_below(&rng, sizeof odd - 1)];
    n -= rng_below(&rng, 8) == 0 ? rng_below(&rng, n) : 0;
    if (chat_parse(s, n, &r, &e) == 0)
      assert_true(r.content && r.answered && !r.cut);
    else
      assert_true(!r.content && e.message[0] && !(r.cut && r.answered));
    chat_reply_release(&r);
    free(s);
  }
}

static void
logprobs_survive(void **state)
{
  static const char body[] =
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"logprobs\":{\"content\":[{\"token\":\"a\","
    "\"logprob\":-0.5,\"top_logprobs\":[{\"token\":\"a\",\"logprob\":-0.5},{\"token\":\"b\",\"logprob\":-1}]}]}}]}\n\n"
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"c\"},\"logprobs\":{\"content\":[{\"token\":\"c\","
    "\"logprob\":-2,\"top_logprobs\":[]}]},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
  struct chat_reply r;

  (void)state;
  assert_int_equal(chat_parse(body, strlen(body), &r, NULL), 0);
  assert_int_equal(r.n_tokens, 2);
  assert_string_equal(r.tokens[0].text, "a");
  assert_int_equal(r.tokens[0].n_others, 2);
  assert_float_equal(r.tokens[1].logprob, -2, 1e-12);
  chat_reply_release(&r);
}

static void
add_delta(void *to, const char *event, const char *data, size_t n)
{
  (void)event;
  stream_delta(data, n, to);
}

static void
deltas_make_the_content(void **state)
{
  static const char *const whole[] = {openai, anthropic, tool};
  static const char *const contents[] = {"Hello \xc3\xbc", "Hello \xc3\xbc", "{\"a\": [1]}"};
  struct buf text = BUF_INIT;
  struct sse sse;

  (void)state;
  sse_init(&sse, 10000);
  for (size_t i = 0; i < N_OF(whole); i++) {
    buf_clear(&text);
    sse_clear(&sse);
    sse_feed(&sse, whole[i], strlen(whole[i]), add_delta, &text);
    assert_string_equal(text.s, contents[i]);
  }
  sse_release(&sse);
  buf_release(&text);
}

static void
streams_are_told_from_other_bodies(void **state)
{
  static const char *const yes[] = {"data: x", "event: x", ": x", "id:1", "retry: 5", ("\xef\xbb\xbf" "data:"),
                                    "\r\ndata:", "da"};
  static const char *const no[] = {"", "{\"data\":1}", "<html>", "dat:", "database", " data:", "[1]"};

  (void)state;
  for (size_t i = 0; i < N_OF(yes); i++)
    assert_true(stream_looks(yes[i], strlen(yes[i])));
  for (size_t i = 0; i < N_OF(no); i++)
    assert_false(stream_looks(no[i], strlen(no[i])));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(events_come_out_however_they_are_split),
    cmocka_unit_test(events_are_bounded),
    cmocka_unit_test(streams_are_read_as_replies),
    cmocka_unit_test(no_cut_passes_for_a_reply),
    cmocka_unit_test(damaged_streams_do_no_harm),
    cmocka_unit_test(logprobs_survive),
    cmocka_unit_test(deltas_make_the_content),
    cmocka_unit_test(streams_are_told_from_other_bodies),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
