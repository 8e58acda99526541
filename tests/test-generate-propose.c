/* Attributes from a teacher: the reply read, the template amended and otherwise untouched, nothing paid twice. */
#include "scene.h"

#include "base/mem.h"
#include "generate/propose.h"
#include "prompt/amend.h"

/* ---- the front matter ---- */

static const char *const tone_values[] = {"polite", "rude: very", "no"};
static const char *const size_values[] = {"one sentence", "3 lines"};
static const struct prompty_attribute added[] = {{"tone", (const char **)(uintptr_t)tone_values, 3},
                                                 {"size", (const char **)(uintptr_t)size_values, 2}};

#define BLOCK "  tone:\n  - polite\n  - \"rude: very\"\n  - \"no\"\n  size:\n  - one sentence\n  - \"3 lines\"\n"
#define FLOW "tone: [polite, \"rude: very\", \"no\"], size: [one sentence, \"3 lines\"]"
#define BODY "---\nsystem:\nBe good. # no comment\nuser:\nWrite {{ label }}\n---\nattributes:\n"

static void
front_matter_is_amended(void **state)
{
  static const struct {
    const char *before, *after;
  } cases[] = {
    {"user:\nhi\n", "---\nattributes:\n" BLOCK "---\nuser:\nhi\n"},
    {"---\n" BODY, "---\nattributes:\n" BLOCK BODY},
    {"---\nname: x # a name\n" BODY, "---\nname: x # a name\nattributes:\n" BLOCK BODY},
    {"---\nattributes:\n" BODY, "---\nattributes:\n" BLOCK BODY},
    {"---\nattributes: # none\n\ncount: 3\n" BODY, "---\nattributes: # none\n" BLOCK "\ncount: 3\n" BODY},
    {"---\nattributes:\n  # here\n  topic:\n  - a\n  # there\n  - b # last\n  # behind\n\n# on top\ncount: 3\n" BODY,
     "---\nattributes:\n  # here\n  topic:\n  - a\n  # there\n  - b # last\n" BLOCK "  # behind\n\n# on top\n"
     "count: 3\n" BODY},
    {"---\nattributes:\n    topic: [a, b]\n" BODY,
     "---\nattributes:\n    topic: [a, b]\n    tone:\n    - polite\n    - \"rude: very\"\n    - \"no\"\n    size:\n"
     "    - one sentence\n    - \"3 lines\"\n" BODY},
    {"---\nattributes: {}\n" BODY, "---\nattributes: {" FLOW "}\n" BODY},
    {"---\nattributes: {topic: [\"}\", 'it''s {', c]} # so\n" BODY,
     "---\nattributes: {topic: [\"}\", 'it''s {', c], " FLOW "} # so\n" BODY},
    {"---\nattributes:\n  {topic: [a, b], # one }\n   style: [c],\n  }\n" BODY,
     "---\nattributes:\n  {topic: [a, b], # one }\n   style: [c], " FLOW "\n  }\n" BODY},
    {"---\r\ncount: 3\r\n---\r\nuser:\r\nhi\r\n",
     "---\r\ncount: 3\r\nattributes:\r\n  tone:\r\n  - polite\r\n  - \"rude: very\"\r\n  - \"no\"\r\n  size:\r\n"
     "  - one sentence\r\n  - \"3 lines\"\r\n---\r\nuser:\r\nhi\r\n"},
    {"\xef\xbb\xbf---\ncount: 3\n---\nuser:\nhi", "\xef\xbb\xbf---\ncount: 3\nattributes:\n" BLOCK "---\nuser:\nhi"},
  };
  struct buf out = BUF_INIT;
  struct err e = {0};

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++) {
    if (amend_attributes(cases[i].before, added, N_OF(added), &out, &e) < 0)
      fail_msg("case %zu: %s\n%s", i, e.message, buf_str(&out));
    assert_string_equal(out.s, cases[i].after);
  }
  assert_int_equal(amend_attributes("---\n{count: 3}\n---\nuser:\nhi\n", added, 2, &out, &e), -1);
  assert_non_null(strstr(e.message, "nothing can be added to the front matter as it is written"));
  assert_int_equal(amend_attributes("---\ncount: x\n---\nuser:\nhi\n", added, 2, &out, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  buf_release(&out);
}

/* ---- the reply ---- */

/* "tone: a, b; size: c, d" */
static char *
read_as_words(const char *content)
{
  struct proposal x = {0};
  struct prompty known = {0};
  struct prompty_attribute topic = {.name = "topic"};
  struct buf b = BUF_INIT;
  struct err e = {0};

  known.attributes = &topic;
  known.n_attributes = 1;
  arena_init(&x.arena);
  if (propose_read(content, &known, 3, 4, &x, &e) < 0)
    buf_addf(&b, "%.27s", e.message);
  for (size_t i = 0; i < x.n; i++) {
    buf_addf(&b, "%s%s:", i ? "; " : "", x.attributes[i].name);
    for (size_t v = 0; v < x.attributes[i].n; v++)
      buf_addf(&b, "%s %s", v ? "," : "", x.attributes[i].values[v]);
  }
  proposal_release(&x);
  return buf_take(&b);
}

static void
replies_are_read(void **state)
{
  static const struct {
    const char *reply, *gives;
  } cases[] = {
    {"{\"attributes\":[{\"name\":\"tone\",\"values\":[\"a\",\"b\"]}]}", "tone: a, b"},
    {"Sure [really]:\n```json\n[{\"attribute\": \"Customer's mood\", \"options\": [\"a\", \" b\\n c \", \"A\", 3]}]\n"
     "```",
     "customer_s_mood: a, b  c, 3"},
    {"{\"tone\":[\"a\",\"b\",\"c\",\"d\",\"e\"],\"size\":{\"values\":[\"s\",\"l\"]}}", "tone: a, b, c, d; size: s, l"},
    {"{\"attributes\":{\"tone\":[\"a\",\"b\"]}}", "tone: a, b"},
    {"{\"name\":\"x\",\"values\":[\"a\",\"b\"]}\n{\"name\":\"y\",\"values\":[\"c\",\"d\"]}", "x: a, b; y: c, d"},
    {"{\"attributes\":[{\"name\":\"x\",\"values\":[\"a\",\"b\"]},{\"name\":\"y\",\"values\":[\"c\",", "x: a, b"},
    /* known, twice, of one value, its own meaning, no letters, too many */
    {"{\"topic\":[\"a\",\"b\"],\"x\":[\"a\",\"a\"],\"label\":[\"a\",\"b\"],\"?!\":[\"a\",\"b\"],\"1st\":[\"a\",\"b\"],"
     "\"p\":[\"a\",\"b\"],\"P\":[\"c\",\"d\"],\"q\":[\"a\",\"b\"],\"r\":[\"a\",\"b\"],\"s\":[\"a\",\"b\"]}",
     "p: a, b; q: a, b; r: a, b"},
    {"I'm sorry, but no.", "the reply names no attribut"},
    {"[\"a\",\"b\"]", "the reply names no attribut"},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++) {
    char *words = read_as_words(cases[i].reply);

    assert_string_equal(words, cases[i].gives);
    free(words);
  }
}

/* ---- all of it ---- */

/* A word of the prompt is no use of an attribute, even if it is its name. */
static void
what_no_tag_names_is_unused(void **state)
{
  struct propose_options o = {.template_name = "notes", .teacher = "remote"};
  char *source = xasprintf("%sVary their length{# and {{ style }} #}.\n", template);
  struct project *p;
  struct proposal x;
  struct err e = {0};

  (void)state;
  p = fresh_project("words");
  put_template(p, source);
  if (propose(p, &o, &x, &e) < 0)
    fail_msg("%s", e.message);
  assert_string_equal(x.unused, "tone_of_voice, length");
  proposal_release(&x);
  free(source);
  close_project(p);
}

static void
a_teacher_proposes(void **state)
{
  struct propose_options o = {.template_name = "notes", .teacher = "remote"};
  struct project *p;
  struct proposal x;
  struct request_row row;
  struct job_row job;
  struct err e = {0};

  (void)state;
  server_clear(server);
  p = fresh_project("proposed");
  if (propose(p, &o, &x, &e) < 0)
    fail_msg("%s", e.message);
  assert_true(x.n == 2 && !x.cached && x.cost_usd > 0 && x.tokens_in > 50 && x.template.version == 1);
  assert_string_equal(x.attributes[0].name, "tone_of_voice");   /* topic is there already */
  assert_int_equal(x.attributes[0].n, 3);
  assert_string_equal(x.unused, "tone_of_voice, length");
  assert_non_null(strstr(x.source, "  style: [hurried, careful, angry]\n  tone_of_voice:\n  - polite\n"
                                   "  - \"rude: very\"\n"));
  assert_int_equal(job_store_get(p, x.job_id, &job, &e), 0);
  assert_string_equal(job.kind, "propose");
  assert_int_equal(job.state, JOB_DONE);
  job_row_release(&job);
  assert_int_equal(job_store_request(p, 1, &row, &e), 0);
  assert_int_equal(row.state, REQUEST_PARSED);
  assert_non_null(strstr(row.messages, "- billing: about money"));
  assert_non_null(strstr(row.messages, "Name 4 attributes"));
  assert_non_null(strstr(row.messages, "- style: hurried, careful, angry"));
  request_row_release(&row);
  proposal_release(&x);
  assert_int_equal(propose(p, &o, &x, &e), 0);   /* the same question: from the file */
  assert_true(x.cached && x.n == 2 && x.cost_usd == 0 && x.job_id == 1);
  assert_int_equal(server_count(server, -1), 1);
  assert_int_equal(template_store_put(p, "notes", x.source, NULL, &e), 0);
  proposal_release(&x);
  o.n_attributes = 2;
  assert_int_equal(propose(p, &o, &x, &e), -1);  /* of the new version all are known */
  assert_int_equal(server_count(server, -1), 2);
  proposal_release(&x);
  close_project(p);
}

/* A reply that names none is kept, and does not stand in the way of another try; nor does a failure. */
static void
a_bad_reply_is_asked_again(void **state)
{
  struct propose_options o = {.template_name = "notes", .teacher = "remote"};
  struct project *p;
  struct proposal x;
  struct dropped_row *rows;
  struct err e = {0};
  size_t n;

  (void)state;
  server_clear(server);
  p = fresh_project("again");
  put_template(p, "---\ndescription: \"[[refusal*1]][[401*1]]\"\n---\nuser:\n{{ label }}\n");
  for (int i = 0; i < 4; i++) {
    if (propose(p, &o, &x, &e) == 0)
      break;
    proposal_release(&x);
  }
  assert_int_equal(x.n, 3);
  assert_true(server_count(server, -1) >= 2);
  proposal_release(&x);
  assert_int_equal(job_store_dropped(p, 0, "parse", &rows, &n, &e), 0);
  assert_true(n >= 1);
  assert_true(rows[0].label == LABEL_NONE && !rows[0].text);
  dropped_rows_free(rows, n);
  o.template_name = "none";
  assert_int_equal(propose(p, &o, &x, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  proposal_release(&x);
  close_project(p);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(front_matter_is_amended),
    cmocka_unit_test(replies_are_read),
    cmocka_unit_test(what_no_tag_names_is_unused),
    cmocka_unit_test(a_teacher_proposes),
    cmocka_unit_test(a_bad_reply_is_asked_again),
  };

  return cmocka_run_group_tests(tests, scene_up, scene_down);
}
