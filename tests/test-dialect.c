/* How endpoints speak: where, with which headers, in which words; what they refuse; what their replies say. */
#include "teacher-stage.h"

#include <math.h>

#include "base/rng.h"
#include "teacher/dialect.h"
#include "teacher/endpoint.h"
#include "teacher/openai.h"

static struct teacher_spec
spec_of(const char *dialect, const char *url)
{
  struct teacher_spec spec = TEACHER_SPEC_INIT;

  spec.name = "test";
  spec.dialect = dialect;
  spec.url = url;
  spec.model = "a model";
  spec.key_env = "RETORT_TEST_KEY";
  spec.price_in_usd = 1;
  spec.price_out_usd = 2;
  spec.retry = (struct retry_policy){.tries_max = 3, .base_ms = 1, .cap_ms = 5, .total_ms = 3000};
  spec.timeout_ms = 10000;
  return spec;
}

/* ---- where ---- */

static const struct {
  const char *dialect, *url, *version, *whole;
} places[] = {
  {NULL, "https://h/v1", NULL, "https://h/v1/chat/completions"},
  {"openai", "https://h/v1//?a=b", NULL, "https://h/v1/chat/completions?a=b"},
  {"openai", "http://h:8080/v1/chat/completions", NULL, "http://h:8080/v1/chat/completions"},
  {"anthropic", "https://api.anthropic.com", NULL, "https://api.anthropic.com/v1/messages"},
  {"anthropic", "https://h/v1/", NULL, "https://h/v1/messages"},
  {"anthropic", "https://h/proxy", NULL, "https://h/proxy/v1/messages"},
  {"anthropic", "https://h/v1/messages", NULL, "https://h/v1/messages"},
  {"azure", "https://r.openai.azure.com/", NULL,
   "https://r.openai.azure.com/openai/deployments/a%20model/chat/completions?api-version=2024-10-21"},
  {"azure", "https://r.openai.azure.com/openai", "2025-01-01-preview",
   "https://r.openai.azure.com/openai/deployments/a%20model/chat/completions?api-version=2025-01-01-preview"},
  {"azure", "https://r.openai.azure.com/openai/deployments/other?api-version=1", NULL,
   "https://r.openai.azure.com/openai/deployments/other/chat/completions?api-version=1"},
  {"azure", "https://r.openai.azure.com/openai/v1/", NULL, "https://r.openai.azure.com/openai/v1/chat/completions"},
  {"azure", "https://r.openai.azure.com/openai/v1", "preview",
   "https://r.openai.azure.com/openai/v1/chat/completions?api-version=preview"},
};

static void
urls_are_made(void **state)
{
  (void)state;
  for (size_t i = 0; i < N_OF(places); i++) {
    struct teacher_spec spec = spec_of(places[i].dialect, places[i].url);
    struct endpoint p;
    struct err e = {0};

    spec.api_version = places[i].version;
    assert_int_equal(endpoint_init(&p, &spec, &e), 0);
    assert_string_equal(p.url, places[i].whole);
    endpoint_release(&p);
  }
}

static void
neighbours_are_found(void **state)
{
  static const char *const rows[][4] = {
    {NULL, "https://h/v1", "limit=2", "https://h/v1/files?limit=2"},
    {"azure", "https://r.openai.azure.com", NULL, "https://r.openai.azure.com/openai/files?api-version=2024-10-21"},
    {"azure", "https://r.openai.azure.com/openai/v1", NULL, "https://r.openai.azure.com/openai/v1/files"},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(rows); i++) {
    struct teacher_spec spec = spec_of(rows[i][0], rows[i][1]);
    struct endpoint p;
    char *url;

    assert_int_equal(endpoint_init(&p, &spec, NULL), 0);
    url = endpoint_beside(&p, "/files", rows[i][2]);
    assert_string_equal(url, rows[i][3]);
    free(url);
    endpoint_release(&p);
  }
}

static void
add_header(void *to, const char *line)
{
  buf_addf(to, "%s|", line);
}

static void
headers_carry_the_key(void **state)
{
  static const char *const rows[][3] = {
    {"openai", NULL, "Authorization: Bearer K|"},
    {"anthropic", NULL, "x-api-key: K|anthropic-version: 2023-06-01|"},
    {"anthropic", "2026-01-01", "x-api-key: K|anthropic-version: 2026-01-01|"},
    {"azure", "2026-01-01", "api-key: K|"},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(rows); i++) {
    struct teacher_spec spec = spec_of(rows[i][0], "https://h");
    struct buf b = BUF_INIT;

    spec.api_version = rows[i][1];
    dialect_headers(dialect_find(rows[i][0]), &spec, "K", add_header, &b);
    assert_string_equal(b.s, rows[i][2]);
    buf_clear(&b);
    dialect_headers(dialect_find(rows[i][0]), &spec, NULL, add_header, &b);
    assert_null(strstr(buf_str(&b), "K|"));
    buf_release(&b);
  }
  assert_null(dialect_find("klingon"));
}

/* ---- in which words ---- */

#define HELLO "[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"hi\"}]"

static struct teacher_request
rich_request(void)
{
  struct teacher_request r = TEACHER_REQUEST_INIT;

  r.messages = HELLO;
  r.parameters.temperature = 0.5;
  r.parameters.top_p = 0.9;
  r.parameters.seed = 3;
  r.parameters.max_tokens = 99;
  r.sample = 1;
  r.extra = "\"stop\":\"X\",\"top_k\":5";
  r.schema = "{\"type\":\"object\"}";
  r.schema_name = "texts";
  r.logprobs = 5;
  r.n = 2;
  r.stream = true;
  return r;
}

#define FORMAT ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"texts\",\"strict\":true,"  \
               "\"schema\":{\"type\":\"object\"}}}"
#define TOOL ",\"tools\":[{\"name\":\"texts\",\"description\":\"Gives the answer.\",\"input_schema\":"  \
             "{\"type\":\"object\"}}],\"tool_choice\":{\"type\":\"tool\",\"name\":\"texts\"," \
             "\"disable_parallel_tool_use\":true}"

static const struct {
  const char *dialect;
  unsigned refused;
  const char *body;
} written[] = {
  {"openai", 0,
   "{\"model\":\"a model\",\"messages\":" HELLO ",\"temperature\":0.5,\"top_p\":0.9,\"seed\":4,\"max_tokens\":99,"
   "\"logprobs\":true,\"top_logprobs\":5,\"n\":2,\"stop\":\"X\",\"top_k\":5" FORMAT ",\"stream\":true,"
   "\"stream_options\":{\"include_usage\":true}}"},
  {"openai", REFUSED_MAX_TOKENS | REFUSED_STREAM_OPTIONS | REFUSED_TEMPERATURE,
   "{\"model\":\"a model\",\"messages\":" HELLO ",\"top_p\":0.9,\"seed\":4,\"max_completion_tokens\":99,"
   "\"logprobs\":true,\"top_logprobs\":5,\"n\":2,\"stop\":\"X\",\"top_k\":5" FORMAT ",\"stream\":true}"},
  {"openai", ~0u,
   "{\"model\":\"a model\",\"messages\":" HELLO ",\"max_completion_tokens\":99,\"stop\":\"X\",\"top_k\":5}"},
  {"azure", REFUSED_STREAM | REFUSED_N | REFUSED_LOGPROBS,
   "{\"model\":\"a model\",\"messages\":" HELLO ",\"temperature\":0.5,\"top_p\":0.9,\"seed\":4,\"max_tokens\":99,"
   "\"stop\":\"X\",\"top_k\":5" FORMAT "}"},
  {"anthropic", 0,
   "{\"model\":\"a model\",\"max_tokens\":99,\"system\":\"Be brief.\",\"messages\":[{\"role\":\"user\",\"content\":"
   "\"hi\"}],\"temperature\":0.5,\"top_p\":0.9,\"stop_sequences\":[\"X\"],\"top_k\":5" TOOL ",\"stream\":true}"},
  {"anthropic", ~0u,
   "{\"model\":\"a model\",\"max_tokens\":99,\"system\":\"Be brief.\",\"messages\":[{\"role\":\"user\",\"content\":"
   "\"hi\"}],\"stop_sequences\":[\"X\"],\"top_k\":5}"},
};

static void
bodies_are_written(void **state)
{
  struct teacher_request request = rich_request();

  (void)state;
  for (size_t i = 0; i < N_OF(written); i++) {
    struct teacher_spec spec = spec_of(written[i].dialect, "https://h");
    struct buf b = BUF_INIT;

    dialect_body(dialect_find(written[i].dialect), &spec, &request, written[i].refused, &b);
    assert_string_equal(b.s, written[i].body);
    buf_release(&b);
  }
}

static void
anthropic_needs_some_things(void **state)
{
  struct teacher_spec spec = spec_of("anthropic", "https://h");
  struct teacher_request request = TEACHER_REQUEST_INIT;
  struct buf b = BUF_INIT;

  (void)state;
  request.messages = "[{\"role\":\"system\",\"content\":\"one\"}]";
  teacher_request_json(&spec, &request, &b);
  assert_string_equal(b.s, "{\"model\":\"a model\",\"max_tokens\":4096,\"messages\":[{\"role\":\"user\",\"content\":"
                           "\"one\"}]}");
  /* so the dearest reply is known though nobody gave a length */
  assert_true(isfinite(teacher_cost_bound_usd(&spec, &request)));
  /* forcing a tool puts words of the API's own into the prompt, which are billed */
  assert_true(teacher_tokens_bound(&spec, &request) < 4096 + 1000);
  request.schema = "{}";
  assert_true(teacher_tokens_bound(&spec, &request) > 4096 + 700 + 2);
  request.schema = NULL;
  buf_clear(&b);
  request.messages = "[{\"role\":\"developer\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}]},"
                     "{\"role\":\"system\",\"content\":\"b\"},{\"role\":\"user\",\"content\":[{\"type\":\"text\","
                     "\"text\":\"q\"}]},{\"role\":\"assistant\",\"content\":\"r\"},{\"role\":\"user\",\"content\":"
                     "\"s\"}]";
  teacher_request_json(&spec, &request, &b);
  assert_string_equal(b.s, "{\"model\":\"a model\",\"max_tokens\":4096,\"system\":\"a\\n\\nb\",\"messages\":["
                           "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"q\"}]},"
                           "{\"role\":\"assistant\",\"content\":\"r\"},{\"role\":\"user\",\"content\":\"s\"}]}");
  buf_release(&b);
}

/* How a reply travels does not make it another one. */
static void
a_stream_has_the_key_of_the_whole(void **state)
{
  struct teacher_spec spec = spec_of("openai", "https://h");
  struct teacher_request request = rich_request();
  struct buf a = BUF_INIT, b = BUF_INIT;

  (void)state;
  teacher_request_json(&spec, &request, &a);
  request.stream = false;
  spec.refused = REFUSED_TEMPERATURE;
  teacher_request_json(&spec, &request, &b);
  assert_string_equal(a.s, b.s);
  assert_null(strstr(a.s, "stream"));
  buf_clear(&b);
  request.logprobs = 0;
  teacher_request_json(&spec, &request, &b);
  assert_string_not_equal(a.s, b.s);
  buf_release(&a);
  buf_release(&b);
}

/* ---- what is refused ---- */

static const struct {
  const char *dialect;
  int status;
  const char *words;
  unsigned refused, then;
} refusals[] = {
  {NULL, 400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' "
   "instead.", 0, REFUSED_MAX_TOKENS},
  {NULL, 400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' "
   "instead.", REFUSED_MAX_TOKENS, 0},
  {NULL, 400, "'max_tokens' or 'max_completion_tokens' is too large: 5000. This is not supported by the model",
   0, 0},
  {NULL, 400, "This model's maximum context length is 4097 tokens. However, you requested 5000 tokens", 0, 0},
  {NULL, 400, "Unsupported value: 'temperature' does not support 0.5 with this model. Only the default (1) value is "
   "supported.", 0, REFUSED_TEMPERATURE},
  {NULL, 400, "temperature must be between 0 and 2", 0, 0},
  {NULL, 400, "Unknown parameter: 'response_format'", 0, REFUSED_SCHEMA},
  {NULL, 422, "seed: Extra inputs are not permitted", 0, REFUSED_SEED},
  {NULL, 422, "random_seed: Extra inputs are not permitted", 0, 0},
  {NULL, 500, "seed: Extra inputs are not permitted", 0, 0},
  {NULL, 400, "you exceeded your current limit of unsupported things", 0, 0},
  {NULL, 400, "This model does not support the 'logprobs' parameter.", 0, REFUSED_LOGPROBS},
  {NULL, 400, "'n' : number must be at most 1 (unsupported)", 0, REFUSED_N},
  {NULL, 400, "n is not supported by nobody", 0, 0},
  {NULL, 400, "Unrecognized request argument supplied: stream_options", 0, REFUSED_STREAM_OPTIONS},
  {NULL, 400, "Unrecognized request argument supplied: stream_options", REFUSED_STREAM_OPTIONS, 0},
  {NULL, 400, "Your organization must be verified to stream this model (not supported)", 0, REFUSED_STREAM},
  {"anthropic", 400, "`temperature` and `top_p` cannot both be specified for this model.", 0, REFUSED_TOP_P},
  {"anthropic", 400, "Thinking may not be enabled when tool_choice forces tool use.", 0, REFUSED_SCHEMA},
  {"anthropic", 400, "seed: Extra inputs are not permitted", 0, 0},
  {"anthropic", 400, "max_tokens: 99 > 50, which is the maximum; max_completion_tokens is unsupported", 0, 0},
  /* as they were seen: Gemini, Mistral (new and old), Fireworks, llama-cpp-python, OpenAI */
  {NULL, 400, "Invalid JSON payload received. Unknown name \"frequency_penalty\": Cannot find field. Invalid JSON "
   "payload received. Unknown name \"seed\": Cannot find field.", 0, REFUSED_SEED},
  {NULL, 400, "Logprobs is not enabled for models/gemini-2.5-pro", 0, REFUSED_LOGPROBS},
  {NULL, 422, "{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"seed\"],\"msg\":\"Extra inputs are not "
   "permitted\"}]}", 0, REFUSED_SEED},
  {NULL, 400, "Extra inputs are not permitted, field: 'stream_options'", 0, REFUSED_STREAM_OPTIONS},
  {NULL, 400, "Only one completion choice is allowed", 0, REFUSED_N},
  {NULL, 400, "Unrecognized request argument supplied: logprobs", 0, REFUSED_LOGPROBS},
  {NULL, 400, NULL, 0, 0},
};

static void
refusals_are_understood(void **state)
{
  struct teacher_request request = rich_request(), poor = TEACHER_REQUEST_INIT;

  (void)state;
  poor.messages = HELLO;
  for (size_t i = 0; i < N_OF(refusals); i++) {
    struct teacher_spec spec = spec_of(refusals[i].dialect, "https://h");
    const struct dialect *d = dialect_find(refusals[i].dialect);

    if (dialect_refusal(d, &spec, &request, refusals[i].refused, refusals[i].status, refusals[i].words) !=
        refusals[i].then)
      fail_msg("%zu: %s", i, refusals[i].words);
    /* who did not send it cannot leave it out */
    assert_int_equal(dialect_refusal(d, &spec, &poor, 0, refusals[i].status, refusals[i].words), 0);
  }
}

/* ---- what replies say ---- */

static const struct {
  const char *body, *content, *error, *finish;
  int64_t in, out;
  int status;
  bool answered;
} replies[] = {
  {"{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\"},"
   "{\"type\":\"text\",\"text\":\"Hello \"},{\"type\":\"text\",\"text\":\"you\"}],\"stop_reason\":\"end_turn\","
   "\"usage\":{\"input_tokens\":5,\"cache_creation_input_tokens\":100,\"cache_read_input_tokens\":20,"
   "\"output_tokens\":7}}", "Hello you", NULL, "stop", 125, 7, 0, true},
  {"{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"I shall use it\"},{\"type\":\"tool_use\",\"name\":"
   "\"reply\",\"input\":{\"texts\":[\"a\",\"b\"]}}],\"stop_reason\":\"tool_use\",\"usage\":{\"input_tokens\":5,"
   "\"output_tokens\":7}}", "{\"texts\":[\"a\",\"b\"]}", NULL, "stop", 5, 7, 0, true},
  {"{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"cut o\"}],\"stop_reason\":\"max_tokens\"}",
   "cut o", NULL, "length", -1, -1, 0, true},
  {"{\"type\":\"message\",\"content\":[],\"stop_reason\":\"max_tokens\",\"usage\":{\"input_tokens\":5,"
   "\"output_tokens\":7}}", NULL, "the reply holds no text (it reached max_tokens)", "length", 5, 7, 0, true},
  {"{\"type\":\"message\",\"content\":[],\"stop_reason\":\"refusal\"}", NULL, "the teacher refused: ",
   "content_filter", -1, -1, 0, true},
  {"{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}", NULL,
   "the teacher answered: Overloaded", NULL, -1, -1, 529, false},
  {"[{\"error\":{\"code\":400,\"message\":\"Invalid value\",\"status\":\"INVALID_ARGUMENT\"}}]", NULL,
   "the teacher answered: Invalid value", NULL, -1, -1, 400, false},
  {"{\"object\":\"error\",\"message\":{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"seed\"],\"msg\":"
   "\"Extra inputs are not permitted\",\"input\":3}]},\"code\":null}", NULL,
   "the teacher answered: seed: Extra inputs are not permitted", NULL, -1, -1, 0, false},
  {"{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Your credit balance is too low to "
   "access the Anthropic API.\"}}", NULL, "the teacher answered: Your credit balance is too low", NULL, -1, -1, 402,
   false},
  {"{\"choices\":[{\"error\":{\"code\":502,\"message\":\"Upstream broke\"},\"finish_reason\":\"error\",\"message\":"
   "{\"content\":\"half\"}}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}", NULL,
   "the teacher answered: Upstream broke", NULL, 3, 4, 502, false},
  {"{\"detail\":[{\"loc\":[\"body\",\"n\"],\"msg\":\"too many\"},{\"msg\":\"second\"}]}", NULL,
   "the teacher answered: n: too many; second", NULL, -1, -1, 0, false},
  {"{\"error\":{\"message\":\"It is unsupported\",\"param\":\"stream\",\"code\":\"unsupported_value\"}}", NULL,
   "the teacher answered: It is unsupported (stream)", NULL, -1, -1, 0, false},
};

static void
replies_are_read(void **state)
{
  (void)state;
  for (size_t i = 0; i < N_OF(replies); i++) {
    struct chat_reply r;
    struct err e = {0};
    int result = chat_parse(replies[i].body, strlen(replies[i].body), &r, &e);

    if (result != (replies[i].content ? 0 : -1) ||
        (replies[i].error && strncmp(e.message, replies[i].error, strlen(replies[i].error)) != 0))
      fail_msg("%zu: %s", i, e.message);
    if (replies[i].content)
      assert_string_equal(r.content, replies[i].content);
    if (replies[i].finish)
      assert_string_equal(r.finish_reason, replies[i].finish);
    assert_int_equal(r.tokens_in, replies[i].in);
    assert_int_equal(r.tokens_out, replies[i].out);
    assert_int_equal(r.error_status, replies[i].status);
    assert_int_equal(r.answered, replies[i].answered);
    chat_reply_release(&r);
  }
}

static void
logprobs_are_read(void **state)
{
  const char *body =
    "{\"choices\":[{\"message\":{\"content\":\"yes!\"},\"logprobs\":{\"content\":["
    "{\"token\":\"yes\",\"logprob\":-0.5,\"top_logprobs\":[{\"token\":\"no\",\"logprob\":-2},{\"token\":\"yes\","
    "\"logprob\":-0.5},{\"token\":7}]},{\"logprob\":-1},{\"token\":\"!\",\"logprob\":-0.25,\"top_logprobs\":[]}]}},"
    "{\"message\":{\"content\":\"second\"}}]}";
  struct chat_reply r;
  struct buf many = BUF_INIT;

  (void)state;
  assert_int_equal(chat_parse(body, strlen(body), &r, NULL), 0);
  assert_int_equal(r.n_choices, 2);
  assert_int_equal(r.n_tokens, 2);
  assert_string_equal(r.tokens[0].text, "yes");
  assert_int_equal(r.tokens[0].n_others, 2);
  assert_string_equal(r.tokens[0].others[0].text, "yes");
  assert_float_equal(r.tokens[0].others[1].logprob, -2, 0);
  assert_string_equal(r.tokens[1].text, "!");
  assert_int_equal(r.tokens[1].n_others, 0);
  chat_reply_release(&r);
  /* no more than is of use, whatever comes */
  buf_adds(&many, "{\"choices\":[{\"message\":{\"content\":\"x\"},\"logprobs\":{\"content\":[{\"token\":\"x\","
                  "\"logprob\":-1,\"top_logprobs\":[");
  for (int i = 0; i < 1000; i++)
    buf_addf(&many, "%s{\"token\":\"%d\",\"logprob\":-%d}", i ? "," : "", i, i);
  buf_adds(&many, "]}]}}]}");
  assert_int_equal(chat_parse(many.s, many.n, &r, NULL), 0);
  assert_int_equal(r.tokens[0].n_others, CHAT_ALTERNATIVES_MAX);
  chat_reply_release(&r);
  buf_release(&many);
}

/* Every reply, cut at every byte and with bytes changed: it is read, or refused with a word. */
static void
broken_replies_do_no_harm(void **state)
{
  struct rng rng;

  (void)state;
  rng_seed(&rng, 7);
  for (size_t i = 0; i < N_OF(replies); i++) {
    size_t n = strlen(replies[i].body);

    for (size_t k = 0; k < n; k++) {
      char *body = xstrdup(replies[i].body);
      struct chat_reply r;
      struct err e = {0};

      assert_true(chat_parse(body, k, &r, &e) < 0 || r.content);
      assert_true(r.content || *e.message);
      chat_reply_release(&r);
      body[k] = (char)rng_below(&rng, 256);
      body[rng_below(&rng, n)] = "{}[]\",:0x"[rng_below(&rng, 9)];
      err_clear(&e);
      assert_true(chat_parse(body, n, &r, &e) < 0 || r.content);
      assert_true(r.content || *e.message);
      chat_reply_release(&r);
      free(body);
    }
  }
}

/* ---- over HTTP ---- */

static struct teacher_reply *
ask_for(struct teacher *t, const struct teacher_request *request)
{
  struct teacher_reply *r;

  teacher_start(t, 1, request);
  r = teacher_take(t, 20000);
  assert_non_null(r);
  assert_null(strstr(r->error, KEY));
  assert_null(strstr(r->body, KEY));
  return r;
}

static const char *
url_at(const char *path)
{
  static char url[200];

  snprintf(url, sizeof url, "http://127.0.0.1:%d%s", server->port, path);
  return url;
}

static void
anthropic_answers(void **state)
{
  struct teacher_spec spec = spec_of("anthropic", url_at(""));
  struct teacher_request request = rich_request();
  struct err e = {0};
  struct teacher *t = teacher_open(&spec, &e);
  struct teacher_reply *r;

  (void)state;
  server_clear(server);
  request.stream = false;
  request.schema = "{\"type\":\"object\",\"properties\":{\"word\":{\"type\":\"string\"}}}";
  r = ask_for(t, &request);
  assert_string_equal(r->error, "");
  assert_true(r->ok && server->log[0].had_key && !server->log[0].elsewhere);
  assert_string_equal(r->content, "{\"word\":\"hello\"}");
  assert_string_equal(r->finish_reason, "stop");
  assert_float_equal(r->cost_usd, ((double)r->tokens_in + 2 * (double)r->tokens_out) / 1e6, 1e-12);
  teacher_reply_free(r);
  request.messages = "[{\"role\":\"user\",\"content\":\"[[401]]\"}]";
  r = ask_for(t, &request);
  assert_int_equal(r->fault, TEACHER_FAULT_TEACHER);
  assert_non_null(strstr(r->error, "Incorrect API key provided: ****"));
  teacher_reply_free(r);
  request.messages = "[{\"role\":\"user\",\"content\":\"[[529*1]]\"}]";
  r = ask_for(t, &request);
  assert_true(r->ok);
  assert_int_equal(r->tries, 2);
  teacher_reply_free(r);
  /* where no tool can be forced, the answer is text */
  request.messages = "[{\"role\":\"user\",\"content\":\"[[no-tools]]\"}]";
  r = ask_for(t, &request);
  assert_true(r->ok && *r->content == '[');
  assert_int_equal(r->tries, 1);
  teacher_reply_free(r);
  teacher_close(t);
}

static void
azure_answers(void **state)
{
  static const char *const bases[] = {"", "/openai", "/openai/v1"};

  (void)state;
  for (size_t i = 0; i < N_OF(bases); i++) {
    struct teacher_spec spec = spec_of("azure", url_at(bases[i]));
    struct teacher_request request = rich_request();
    struct teacher *t = teacher_open(&spec, NULL);
    struct teacher_reply *r;

    server_clear(server);
    request.stream = false;
    r = ask_for(t, &request);
    assert_true(r->ok && server->log[0].had_key && !server->log[0].elsewhere);
    teacher_reply_free(r);
    teacher_close(t);
  }
}

static void
refusals_are_learned_once(void **state)
{
  struct teacher_spec spec = spec_of("openai", url_at("/able/v1"));
  struct teacher_request request = rich_request();
  struct teacher *t = teacher_open(&spec, NULL);
  struct teacher_reply *r;

  (void)state;
  server_clear(server);
  request.stream = false;
  atomic_store(&server->refuses, SERVER_SCHEMA | SERVER_LOGPROBS | SERVER_N | SERVER_MAX_TOKENS | SERVER_TEMPERATURE |
                                 SERVER_SEED);
  for (int i = 0; i < 3; i++) {
    r = ask_for(t, &request);
    assert_string_equal(r->error, "");
    assert_true(r->ok);
    assert_int_equal(r->tries, 1);
    teacher_reply_free(r);
  }
  assert_int_equal(server_count(server, 400), 6);
  assert_int_equal(server_count(server, 200), 3);
  teacher_close(t);
  /* where tries are counted, so are those that are refused; what is learned is kept */
  server_clear(server);
  atomic_store(&server->refuses, SERVER_SCHEMA | SERVER_LOGPROBS | SERVER_N);
  request.tries_max = 2;
  t = teacher_open(&spec, NULL);
  r = ask_for(t, &request);
  assert_true(!r->ok && r->transient);
  assert_int_equal(r->tries, 2);
  assert_int_equal(server_count(server, -1), 2);
  teacher_reply_free(r);
  r = ask_for(t, &request);
  assert_true(r->ok);
  assert_int_equal(r->tries, 2);
  assert_int_equal(server_count(server, -1), 4);
  teacher_reply_free(r);
  teacher_close(t);
  request.tries_max = 0;
  /* what is known beforehand is not even tried */
  server_clear(server);
  atomic_store(&server->refuses, SERVER_SCHEMA | SERVER_TEMPERATURE);
  spec.refused = REFUSED_SCHEMA | REFUSED_TEMPERATURE;
  t = teacher_open(&spec, NULL);
  r = ask_for(t, &request);
  assert_true(r->ok);
  assert_int_equal(server_count(server, 400), 0);
  teacher_reply_free(r);
  teacher_close(t);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(urls_are_made),
    cmocka_unit_test(neighbours_are_found),
    cmocka_unit_test(headers_carry_the_key),
    cmocka_unit_test(bodies_are_written),
    cmocka_unit_test(anthropic_needs_some_things),
    cmocka_unit_test(a_stream_has_the_key_of_the_whole),
    cmocka_unit_test(refusals_are_understood),
    cmocka_unit_test(replies_are_read),
    cmocka_unit_test(logprobs_are_read),
    cmocka_unit_test(broken_replies_do_no_harm),
    cmocka_unit_test(anthropic_answers),
    cmocka_unit_test(azure_answers),
    cmocka_unit_test(refusals_are_learned_once),
  };

  return cmocka_run_group_tests(tests, server_up, server_down);
}
