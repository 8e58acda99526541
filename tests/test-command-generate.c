/* The commands generate, reparse and template propose, against a server. */
#include "scene.h"

#include "base/json.h"
#include "base/mem.h"
#include "command/command.h"

static struct project *project;
static struct json *said;   /* what the last line printed, where it was JSON */
static char words[20000];

/* Runs a line; what it printed stands in words, and in said. */
static const struct json *
run(const char *line, int want)
{
  struct command_environment env = {.project = project};
  struct err e = {0};
  char *out = NULL;
  size_t n = 0;
  int status = command_line(&env, line, &out, &n, &e);

  snprintf(words, sizeof words, "%s%s", out, status ? e.message : "");
  if (status != want)
    fail_msg("%s: %d %s", line, status, words);
  json_free(said);
  said = json_parse(out, n, NULL, NULL);
  free(out);
  return said;
}

static double
number(const char *a, const char *b)
{
  return json_number(b ? json_path(said, a, b, NULL) : json_get(said, a), -1);
}

static void
open_scene(const char *name, int texts)
{
  server_clear(server);
  atomic_store(&server->texts, texts);
  make_project(name);
  project = open_project(name);
}

static void
close_scene(void)
{
  json_free(said);
  said = NULL;
  close_project(project);
}

static void
probe_then_go_on(void **state)
{
  (void)state;
  open_scene("probe", 10);
  run("generate --per-label 60 --probe --json", 0);
  assert_true(number("probed", NULL) == 5 && number("requests", NULL) == 12 && number("cached", NULL) == 5);
  assert_int_equal(server_count(server, -1), 5);
  run("generate --per-label 60 --probe", 0);   /* once is enough */
  assert_int_equal(server_count(server, -1), 5);
  assert_non_null(strstr(words, "by the lengths of 5 replies"));
  run("generate --per-label 60 --resume --json", 0);
  assert_int_equal(server_count(server, -1), 12);
  assert_true(number("job", NULL) == 1 && number("requests", "ok") == 12);
  run("generate --per-label 60 --probe --json", 0);   /* that job is done: another one, whose answers are in the file */
  assert_int_equal(number("job", NULL), 2);
  assert_int_equal(server_count(server, -1), 12);
  close_scene();
}

static void
topped_up_and_read_again(void **state)
{
  (void)state;
  open_scene("commands", 6);
  /* what is asked differs from round to round, as with a real template */
  put_template(project, "---\ncount: 10\nattributes:\n  topic: [a, b, c, d, e, f, g, h]\n  style: [i, j, k, l, m]\n"
                        "---\nuser:\n{{ label }} {{ topic }} {{ style }} {{ avoid | tojson }}\n");
  run("generate --per-label 30 --top-up --json", 0);
  assert_true(number("kept", NULL) >= 60 && json_size(json_get(said, "rounds")) >= 2);
  run("generate --per-label 60 --top-up --waste 1 --seed 2 --json", 3);
  assert_non_null(strstr(words, "texts of 'billing' are kept"));
  run("generate --per-label 60 --resume --seed 2 --top-up", 0);
  assert_non_null(strstr(words, "rounds    "));
  run("reparse --json", 0);
  assert_int_equal(number("kept", NULL), 0);
  assert_int_equal(number("jobs", NULL), 2);
  close_scene();
}

static void
proposed(void **state)
{
  const struct json *attributes;

  (void)state;
  open_scene("proposed", 10);
  run("template propose notes --dry-run", 0);
  assert_non_null(strstr(words, "+  tone_of_voice:\n"));
  assert_non_null(strstr(words, "the prompt does not mention tone_of_voice, length yet"));
  run("template propose notes --json", 0);
  assert_true(number("version", NULL) == 2 && json_is_true(json_get(said, "cached")) && number("cost_usd", NULL) == 0);
  attributes = json_get(said, "attributes");
  assert_int_equal(json_size(attributes), 2);
  assert_string_equal(json_string(json_at(json_get(json_at(attributes, 1), "values"), 0)), "one sentence");
  assert_int_equal(server_count(server, -1), 1);
  run("template show notes@2", 0);
  assert_non_null(strstr(words, "  style: [hurried, careful, angry]\n  tone_of_voice:\n  - polite\n"));
  run("template show notes@1", 0);
  assert_string_equal(words, template);
  run("generate --count 10 --dry-run --json", 0);
  close_scene();
}

static size_t
samples_of_teacher(uint32_t teacher)
{
  const struct corpus *c = project_corpus(project);
  struct sample s;
  size_t n = 0;

  for (uint32_t id = 1; id <= corpus_count(c); id++)
    n += corpus_get(c, id, &s) && s.teacher_id == teacher;
  return n;
}

/* Shares, stand-ins, and a teacher of whom nobody knows the price. */
static void
several_teachers(void **state)
{
  char line[300];

  (void)state;
  open_scene("several", 10);
  snprintf(line, sizeof line, "teacher add llama:8 --url %s --model other", server->url);
  run(line, 0);
  run("generate --count 120 --teacher remote:2 --teacher llama:8 --json", 0);
  assert_true(number("kept", NULL) == 120 && samples_of_teacher(1) == 80 && samples_of_teacher(2) == 40);
  run("generate --count 30 --teacher llama:8:3 --seed 2 --dry-run --json", 0);
  assert_true(number("requests", NULL) == 3 && number("cost_usd", NULL) == -1 && number("tokens", "out") > 50);
  run("generate --count 30 --teacher llama:8 --seed 2 --dry-run", 0);
  assert_non_null(strstr(words, "cost      unknown: the teacher has no price"));
  run("generate --count 30 --teacher llama:8 --seed 2 --budget 1", 2);
  assert_non_null(strstr(words, "no price is known of teacher 'llama:8'"));
  run("generate --count 300 --teacher llama:8 --seed 2 --budget-requests 1", 3);
  assert_non_null(strstr(words, "the limit of 1 requests is reached"));
  run("teacher add gone --url http://127.0.0.1:1/v1 --model m", 0);
  run("generate --count 30 --set topic=gifts --teacher gone --teacher remote --fallback --json", 0);
  assert_int_equal(number("kept", NULL), 30);
  run("generate --probe --batch --teacher remote", 2);
  close_scene();
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(probe_then_go_on),
    cmocka_unit_test(topped_up_and_read_again),
    cmocka_unit_test(proposed),
    cmocka_unit_test(several_teachers),
  };

  return cmocka_run_group_tests(tests, scene_up, scene_down);
}
