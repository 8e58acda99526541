/* The command `teacher`: profiles, what is kept of the options, and what `test` finds out about an endpoint that can do
 * this and not that. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "command/command.h"
#include "generate/recruit.h"
#include "server.h"
#include "store/project.h"
#include "teacher/dialect.h"
#include "teacher/profile.h"

#define KEY "sk-test-0123456789abcdef"

static struct server *server;
static char folder[] = "/tmp/retort-teacher-XXXXXX";
static struct project *project;

/* The status of a line; what it printed, or why not, in static memory. */
static const char *
run(const char *line, int want)
{
  static char said[8000];
  struct command_environment env = {.project = project};
  struct err e = {0};
  char *out = NULL;
  size_t n = 0;
  int status = command_line(&env, line, &out, &n, &e);

  snprintf(said, sizeof said, "%s", status == 0 ? out : e.message);
  if (status != want)
    fail_msg("%s: %d %s", line, status, said);
  assert_null(strstr(said, KEY));
  free(out);
  return said;
}

static void
profiles_are_whole(void **state)
{
  const struct option *o = option_find(command_find("teacher")->options, "profile");
  struct buf names = BUF_INIT;

  (void)state;
  for (const struct profile *p = profiles; p->name; p++) {
    buf_addf(&names, "%s%s", names.n ? "|" : "", p->name);
    assert_ptr_equal(profile_find(p->name), p);
    assert_non_null(dialect_find(p->dialect));
    assert_true(!p->url || strncmp(p->url, "https://", 8) == 0 || p->free);
    assert_true(p->free == !p->key_env);   /* who takes money asks who it is */
    assert_true(*p->note && p->can);
    assert_int_equal((p->can & PROFILE_LOGPROBS) && (p->refused & REFUSED_LOGPROBS), 0);
    assert_true(!(p->can & PROFILE_BATCH) || dialect_batch_path(dialect_find(p->dialect)));
    assert_non_null(strstr(command_find("teacher")->text, p->name));
  }
  assert_string_equal(o->choices, names.s);
  assert_null(profile_find("nobody"));
  assert_null(profile_find(NULL));
  buf_release(&names);
}

/* What became of `add`, as the room teacher sees it. */
static const struct {
  const char *options, *url, *model, *dialect, *key_env;
  double price;
  unsigned refused;
} added[] = {
  {"--profile ollama --model llama3.1", "http://localhost:11434/v1", "llama3.1", "openai", "", 0, 0},
  {"--profile ollama --model m --url http://gpu:1/v1", "http://gpu:1/v1", "m", "openai", "", -1, 0},
  {"--profile llama.cpp", "http://localhost:8080/v1", "default", "openai", "", 0, 0},
  {"--profile openai --model m --key-env MINE --price-in 2 --price-out 3 --no-stream", "https://api.openai.com/v1", "m",
   "openai", "MINE", 2, REFUSED_STREAM},
  {"--profile vllm --model m --price-in 1", "http://localhost:8000/v1", "m", "openai", "", 1, 0},
  {"--profile groq --model m", "https://api.groq.com/openai/v1", "m", "openai", "GROQ_API_KEY", -1,
   REFUSED_LOGPROBS | REFUSED_N},
  {"--profile anthropic --model m", "https://api.anthropic.com", "m", "anthropic", "ANTHROPIC_API_KEY", -1, 0},
  {"--profile azure --model m --url https://r.openai.azure.com", "https://r.openai.azure.com", "m", "azure",
   "AZURE_OPENAI_API_KEY", -1, 0},
  {"--url http://h/v1 --model m", "http://h/v1", "m", NULL, "", -1, 0},
  {"--url http://h/v1 --model m --dialect anthropic", "http://h/v1", "m", "anthropic", "", -1, 0},
};

static void
profiles_fill_in(void **state)
{
  (void)state;
  for (size_t i = 0; i < N_OF(added); i++) {
    char line[300];
    struct recruit r;
    struct err e = {0};

    snprintf(line, sizeof line, "teacher add one %s", added[i].options);
    run(line, 0);
    assert_int_equal(recruit_load(&r, project, "one", &e), 0);
    assert_string_equal(r.spec.url, added[i].url);
    assert_string_equal(r.spec.model, added[i].model);
    assert_string_equal(r.spec.key_env, added[i].key_env);
    if (added[i].dialect)
      assert_string_equal(r.spec.dialect, added[i].dialect);
    else
      assert_null(r.spec.dialect);
    if (added[i].price < 0)
      assert_true(isnan(r.spec.price_in_usd));
    else
      assert_float_equal(r.spec.price_in_usd, added[i].price, 0);
    assert_int_equal(r.spec.refused, added[i].refused);
    recruit_release(&r);
  }
  assert_non_null(strstr(run("teacher add one --profile azure --model m", 2), "needs --url"));
  assert_non_null(strstr(run("teacher add one --profile openai", 2), "needs --model"));
  assert_non_null(strstr(run("teacher add one --url http://h", 2), "or --profile NAME"));
  assert_non_null(strstr(run("teacher add one --profile nobody --model m", 2), "nobody"));
}

/* A key that was meant for the environment does not get into the file, nor into a message. */
static void
keys_are_not_taken(void **state)
{
  static const char *const lines[] = {
    "--url http://h/v1 --key-env sk-test-0123456789abcdef", "--url http://h/v1 --key-env gsk_Abc123def456ghi789jkl",
    "--url http://h/v1 --key-env 0123456789abcdef0123456789abcdef",
    "--url http://h/v1 --key-env a123456789bcdef0123456789abcdef0", "--url http://h/v1?key=AIzaSy0123456789abcdef",
    "--url http://h/v1?a=b&API_KEY=AIzaSy0123456789abcdef", "--url http://me:AIzaSy0123456789abcdef@h/v1",
  };

  (void)state;
  for (size_t i = 0; i < N_OF(lines); i++) {
    char line[300];
    const char *said;

    snprintf(line, sizeof line, "teacher add secret --model m %s", lines[i]);
    said = run(line, 2);
    if (strstr(said, "456789"))
      fail_msg("%s", said);
    assert_non_null(strstr(said, "please (--key-env VARIABLE)") ? said : strstr(said, "not the key itself"));
  }
  assert_null(strstr(run("teacher list --json", 0), "secret"));
  run("teacher add one --model m --url http://h/v1?monkey=1 --key-env MY_OPENAI_API_KEY_2024_PRIVATE", 0);
  run("teacher add one --model m --url http://h/v1 --key-env my_openai_api_key", 0);
}

static void
settings_are_kept(void **state)
{
  struct recruit r;

  (void)state;
  run("teacher add one --url http://h/v1 --model m --rpm 60 --tpm 90000 --connect-timeout 3 --first-byte-timeout 4 "
      "--timeout 5 --api-version v7 --no-schema --temperature 0.5 --max-tokens 7", 0);
  assert_int_equal(recruit_load(&r, project, "one", NULL), 0);
  assert_int_equal(r.spec.requests_per_minute, 60);
  assert_int_equal(r.spec.tokens_per_minute, 90000);
  assert_int_equal(r.spec.connect_timeout_ms, 3000);
  assert_int_equal(r.spec.first_byte_timeout_ms, 4000);
  assert_int_equal(r.spec.timeout_ms, 5000);
  assert_string_equal(r.spec.api_version, "v7");
  assert_true(r.spec.no_schema);
  /* what is learned is added, and nothing else is touched */
  assert_int_equal(recruit_learn(project, r.row.id, REFUSED_N | REFUSED_SEED, NULL), 0);
  recruit_release(&r);
  assert_int_equal(recruit_load(&r, project, "one", NULL), 0);
  assert_int_equal(r.spec.refused, REFUSED_N | REFUSED_SEED);
  assert_int_equal(r.spec.requests_per_minute, 60);
  assert_true(r.spec.no_schema);
  recruit_release(&r);
}

static void
the_list_keeps_its_contract(void **state)
{
  const char *said;

  (void)state;
  run("teacher add one --profile groq --model m --price-in 0.1 --price-out 0.2", 0);
  said = run("teacher list --json", 0);
  assert_string_equal(said, "{\"teachers\":[{\"name\":\"one\",\"kind\":\"http\","
                            "\"url\":\"https://api.groq.com/openai/v1\","
                            "\"model\":\"m\",\"key_env\":\"GROQ_API_KEY\",\"price_in\":0.1,\"price_out\":0.2,"
                            "\"concurrency\":0,\"replay_bytes\":0,\"profile\":\"groq\",\"dialect\":\"openai\","
                            "\"can\":[\"schema\",\"stream\",\"batch\"],"
                            "\"settings\":{\"profile\":\"groq\"}}]}\n");
  assert_non_null(strstr(run("teacher list", 0), "groq"));
  assert_non_null(strstr(run("teacher profiles", 0), "vllm        openai     -                     schema logprobs "
                         "stream n        http://localhost:8000/v1\n"));
  assert_non_null(strstr(run("teacher profiles --json", 0), "{\"name\":\"azure\",\"url\":null,\"dialect\":\"azure\","
                         "\"key_env\":\"AZURE_OPENAI_API_KEY\",\"can\":[\"schema\",\"logprobs\",\"stream\",\"n\","
                         "\"batch\"],\"note\":\""));
  run("teacher add one --profile openai --model m --no-stream", 0);
  assert_non_null(strstr(run("teacher list --json", 0), "\"can\":[\"schema\",\"logprobs\",\"n\",\"batch\"]"));
}

/* ---- test ---- */

static const struct {
  const char *path, *options;
  int refuses, ignores;
  const char *abilities;         /* of the JSON */
  const char *limits, *refused;
  int requests, paid;            /* that the server saw, and that it answered */
} endpoints[] = {
  {"/able/v1", "", 0, 0, "{\"schema\":\"yes\",\"logprobs\":\"yes\",\"stream\":\"yes\",\"n\":\"yes\",\"usage\":\"yes\"}",
   "{\"requests\":500,\"tokens\":200000}", "[]", 1, 1},
  {"/able/v1", "", 0, ~0,
   "{\"schema\":\"ignored\",\"logprobs\":\"ignored\",\"stream\":\"ignored\",\"n\":\"ignored\",\"usage\":\"ignored\"}",
   "null", "[]", 1, 1},
  {"/able/v1", "", SERVER_SCHEMA | SERVER_LOGPROBS | SERVER_N | SERVER_STREAM | SERVER_MAX_TOKENS, 0,
   "{\"schema\":\"refused\",\"logprobs\":\"refused\",\"stream\":\"refused\",\"n\":\"refused\",\"usage\":\"yes\"}",
   "{\"requests\":500,\"tokens\":200000}", "[\"response_format\",\"max_tokens\",\"logprobs\",\"n\",\"stream\"]", 6, 1},
  {"/able/v1", "--temperature 0.5", SERVER_STREAM_OPTIONS | SERVER_TEMPERATURE, SERVER_N,
   "{\"schema\":\"yes\",\"logprobs\":\"yes\",\"stream\":\"yes\",\"n\":\"ignored\",\"usage\":\"ignored\"}",
   "{\"requests\":500,\"tokens\":200000}", "[\"temperature\",\"stream_options\"]", 3, 1},
  {"/able/v1", "--no-schema --no-stream", 0, SERVER_LIMITS,
   "{\"schema\":\"no\",\"logprobs\":\"yes\",\"stream\":\"no\",\"n\":\"yes\",\"usage\":\"yes\"}", "null", "[]", 1, 1},
  {"", "--dialect anthropic", 0, 0,
   "{\"schema\":\"yes\",\"logprobs\":\"no\",\"stream\":\"yes\",\"n\":\"no\",\"usage\":\"yes\"}", "null", "[]", 1, 1},
};

static void
one_request_tells_much(void **state)
{
  (void)state;
  for (size_t i = 0; i < N_OF(endpoints); i++) {
    char line[300], want[600];
    const char *said;

    server_clear(server);
    snprintf(line, sizeof line, "teacher add one --url http://127.0.0.1:%d%s --model m --key-env RETORT_TEST_KEY "
             "--price-in 1 --price-out 2 %s", server->port, endpoints[i].path, endpoints[i].options);
    run(line, 0);
    atomic_store(&server->refuses, endpoints[i].refuses);
    atomic_store(&server->ignores, endpoints[i].ignores);
    said = run("teacher test one --json", 0);
    snprintf(want, sizeof want, "\"requests\":%d,\"abilities\":%s,\"limits\":%s,\"refused\":%s}\n",
             endpoints[i].requests, endpoints[i].abilities, endpoints[i].limits, endpoints[i].refused);
    if (!strstr(said, want) || strncmp(said, "{\"ok\":true,\"reply\":\"", 20) != 0)
      fail_msg("%zu: %s\n%s", i, said, want);
    assert_int_equal(server_count(server, -1), endpoints[i].requests);
    assert_int_equal(server_answered(server), endpoints[i].paid);
    /* what it refused is not asked a second time */
    run("teacher test one --json", 0);
    assert_int_equal(server_count(server, -1), endpoints[i].requests + 1);
  }
}

static void
it_is_said_in_words(void **state)
{
  char line[300];
  const char *said;

  (void)state;
  server_clear(server);
  snprintf(line, sizeof line, "teacher add one --url http://127.0.0.1:%d/able/v1 --model m --price-in 1 --price-out 2",
           server->port);
  run(line, 0);
  atomic_store(&server->refuses, SERVER_LOGPROBS | SERVER_MAX_TOKENS);
  atomic_store(&server->ignores, SERVER_N);
  said = run("teacher test one", 0);
  assert_non_null(strstr(said, "answer      after "));
  assert_non_null(strstr(said, "schema      yes\n"));
  assert_non_null(strstr(said, "logprobs    no: it refuses it\n"));
  assert_non_null(strstr(said, "n           no: it ignores it\n"));
  assert_non_null(strstr(said, "limits      500 requests, 200000 tokens\n"));
  assert_non_null(strstr(said, "max_tokens  refused: max_completion_tokens is sent instead\n"));
  assert_non_null(strstr(said, "sent        3 requests (what is refused costs nothing)\n"));
}

/* One that says no to the whole without a reason is asked once more, for nothing but an answer. */
static void
what_does_not_answer_is_said(void **state)
{
  char line[300];

  (void)state;
  server_clear(server);
  run("teacher add one --url http://127.0.0.1:1/v1 --model m", 0);
  assert_non_null(strstr(run("teacher test one", 2), "cannot reach 'http://127.0.0.1:1'"));
  run("teacher add one --url http://127.0.0.1:1/v1 --model m --key-env RETORT_NO_SUCH_KEY", 0);
  assert_non_null(strstr(run("teacher test one", 2), "the variable 'RETORT_NO_SUCH_KEY' is not set"));
  snprintf(line, sizeof line, "teacher add one --url http://127.0.0.1:%d/nothing --model m", server->port);
  run(line, 0);
  assert_non_null(strstr(run("teacher test one", 2), "no such model or URL: HTTP 404"));
  snprintf(line, sizeof line, "teacher add one --url http://127.0.0.1:%d/able/v1 --model m", server->port);
  run(line, 0);
  atomic_store(&server->refuses, SERVER_WHOLE);
  assert_non_null(strstr(run("teacher test one --json", 0), "\"requests\":2,\"abilities\":{\"schema\":\"unknown\","
                         "\"logprobs\":\"unknown\",\"stream\":\"unknown\",\"n\":\"unknown\",\"usage\":\"yes\"}"));
}

static int
up(void **state)
{
  char path[100];
  struct err e = {0};

  (void)state;
  setenv("RETORT_TEST_KEY", KEY, 1);
  unsetenv("RETORT_NO_SUCH_KEY");
  server = server_start();
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/p.retort", folder);
  assert_int_equal(project_create(path, TASK_CLASSIFY, NULL, 0, &e), 0);
  project = project_open(path, PROJECT_WRITE, &e);
  assert_non_null(project);
  return 0;
}

static int
down(void **state)
{
  char line[100];

  (void)state;
  project_close(project, NULL);
  server_stop(server);
  snprintf(line, sizeof line, "rm -r %s", folder);
  return system(line);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(profiles_are_whole),
    cmocka_unit_test(profiles_fill_in),
    cmocka_unit_test(keys_are_not_taken),
    cmocka_unit_test(settings_are_kept),
    cmocka_unit_test(the_list_keeps_its_contract),
    cmocka_unit_test(one_request_tells_much),
    cmocka_unit_test(it_is_said_in_words),
    cmocka_unit_test(what_does_not_answer_is_said),
  };

  return cmocka_run_group_tests(tests, up, down);
}
