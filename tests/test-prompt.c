/* The room prompt: messages of mistakes with their place, .prompty files, plans, messages, spans. How templates
 * render is in jinja-cases. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "prompt/jinja.h"
#include "prompt/plan.h"
#include "prompt/prompty.h"
#include "prompt/spans.h"

static const struct prompt_label labels[] = {{"billing", "money"}, {"shipping", "parcels"}, {"returns", NULL}};

/* The message of what a template with a small scope makes, or its text. */
static char *
result_of(const char *source)
{
  struct buf out = BUF_INIT;
  struct arena a;
  struct value scope;
  struct jinja *t;
  struct err e;
  char *text;

  arena_init(&a);
  err_clear(&e);
  scope = value_dict(&a);
  value_set(&a, scope, "label", value_str(&a, "billing"));
  value_set(&a, scope, "count", value_int(10));
  t = jinja_parse(&a, source, strlen(source), "t.prompty", 11, &e);
  if (t && jinja_render(t, scope, &out, &e) == 0) {
    text = buf_take(&out);
  } else {
    assert_int_equal(e.code, ERR_INPUT);
    assert_int_equal(out.n, 0);
    text = xstrdup(e.message);
  }
  buf_release(&out);
  arena_release(&a);
  return text;
}

static void
mistakes_have_a_place_and_a_hint(void **state)
{
  static const struct { const char *source, *message; } cases[] = {
    {"{{ lable }}", "t.prompty:11:4: unknown variable 'lable' (did you mean 'label'?)"},
    {"a\nb {{ label | uper }}", "t.prompty:12:14: unknown filter 'uper' (did you mean 'upper'?)"},
    {"é {{ label is defned }}", "t.prompty:11:15: unknown test 'defned' (did you mean 'defined'?)"},
    {"x\n\n  {{ label", "t.prompty:13:3: unclosed tag: '{{' without '}}'"},
    {"{% if label }}\n{% endif %}", "t.prompty:11:13: unexpected '}'"},
    {"{% if label %}\nx", "t.prompty:11:4: unclosed tag: 'if' without 'endif'"},
    {"{% for x in [1] %}{% endif %}", "t.prompty:11:22: unexpected tag 'endif', expected 'endfor'"},
    {"{% endif %}", "t.prompty:11:4: unexpected tag 'endif': nothing is open here"},
    {"{% fro x in y %}", "t.prompty:11:4: unknown tag 'fro' (did you mean 'for'?)"},
    {"{% include 'secret' %}", "t.prompty:11:4: the tag 'include' is not in this subset of Jinja"},
    {"{# x", "t.prompty:11:1: unclosed comment: '{#' without '#}'"},
    {"{{ label + 1 }}", "t.prompty:11:10: '+' does not work on 'str' and 'int'"},
    {"{{ label.nme }}", "t.prompty:11:10: 'str' has no member 'nme'"},
    {"{{ label | truncate(lenght=3) }}", "t.prompty:11:12: truncate: there is no argument 'lenght'"},
    {"{{ label | replace('a') }}", "t.prompty:11:12: replace: needs the argument 'new'"},
    {"{{ count // 0 }}", "t.prompty:11:10: division by zero"},
    {"{{ 'x' * 99999999999 }}", "t.prompty:11:8: a repetition grows too long"},
    {"{{ 'abc }}", "t.prompty:11:4: unclosed string"},
    {"{{ label }", "t.prompty:11:10: unexpected '}'"},
    {"{{ a\x01 }}", "t.prompty:11:5: unexpected character '?'"},
    {"{{ [1, 2 }}", "t.prompty:11:10: unexpected '}', expected ']'"},
    {"a\xff", "t.prompty:11:2: invalid UTF-8"},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++) {
    char *message = result_of(cases[i].source);

    assert_string_equal(message, cases[i].message);
    free(message);
  }
}

static void
a_place_is_read_back(void **state)
{
  struct err e;
  int line = 0, column = 0;

  (void)state;
  err_set(&e, ERR_INPUT, "a:b 3.prompty:14:8: unknown variable 'x:1:2: y'");
  assert_true(jinja_place(&e, &line, &column));
  assert_int_equal(line, 14);
  assert_int_equal(column, 8);
  err_set(&e, ERR_INPUT, "a.prompty: too long: 12");
  assert_false(jinja_place(&e, &line, &column));
}

/* Each of these would run for ever or fill the memory. */
static void
nothing_runs_away(void **state)
{
  static const char *const sources[] = {
    "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}",
    "{% set n = namespace(s='xxxxxxxx') %}{% for i in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
    "{% set n = namespace(s=[1]) %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}",
    "{% set n = namespace(s=[]) %}{% for i in range(9999) %}{% set n.s = [n.s] %}{% endfor %}",
    "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% for i in range(99999) %}{{ 'x' * 8000 }}{% endfor %}",
    "{% set a = 'x' * 8000000 %}{% for i in range(99999) %}{{ a.rfind('y' * 4000) }}{% endfor %}",
    "{% set a = range(99999) | list %}{{ a | unique | list | length }}",
    "{% for i in range(99999) %}{{ nothing_of_this_name is defined }}{% for j in range(99999) %}{{ x is defined }}{% endfor %}{% endfor %}",
    "{{ range(1000000000) }}", "{{ '%999999999d' % 1 }}", "{{ 'x'.center(9999999999) }}",
    "{{ 'x' | indent(99999999999) }}",
    "{{ ('x' * 5000000) | replace('x', 'yyyyyyyy') }}", "{{ ('x' * 5000000) | tojson(2) | list | length }}",
  };

  (void)state;
  for (size_t i = 0; i < N_OF(sources); i++) {
    char *message = result_of(sources[i]);

    assert_memory_equal(message, "t.prompty:11:", 13);
    free(message);
  }
}

/* A tree as deep as its source allows is refused, not followed until the stack ends. */
static void
deep_sources_are_refused(void **state)
{
  static const char *const shapes[][3] = {
    {"(", "1", ")"}, {"[", "1", "]"}, {"{1:", "1", "}"}, {"not ", "1", ""}, {"-", "1", ""}, {"x.", "y", ""},
    {"1+", "1", ""},
    {"a[", "1", "]"}, {"f(", "1", ")"}, {"1 if ", "1", ""}, {"x is eq ", "1", ""}, {"", "1", "|abs"}, {"", "x", "()"},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(shapes); i++) {
    struct buf b = BUF_INIT;
    char *message;

    buf_adds(&b, "{{ ");
    for (int k = 0; k < 20000; k++)
      buf_adds(&b, shapes[i][0]);
    buf_adds(&b, shapes[i][1]);
    for (int k = 0; k < 20000; k++)
      buf_adds(&b, shapes[i][2]);
    buf_adds(&b, " }}");
    message = result_of(buf_str(&b));
    assert_memory_equal(message, "t.prompty:11:", 13);
    free(message);
    buf_release(&b);
  }
}

static const char ticket[] =
  "---\n"
  "name: tickets\n"
  "description: messages to a support desk\n"
  "model:\n"
  "  api: chat\n"
  "  parameters:\n"
  "    temperature: 0.7\n"
  "    max_tokens: 900\n"
  "    stop: [a, \"1\"]\n"
  "    response_format: {type: text}\n"
  "count: 4\n"
  "atributes: 3\n"
  "attributes:\n"
  "  topic: [clothes, phones, \"yes\"]\n"
  "  style:\n"
  "  - hurried\n"
  "  - 'a: b'\n"
  "filters:\n"
  "  min_words: 3\n"
  "  near_duplicate: 0.85\n"
  "  drop_label_named: true\n"
  "---\n"
  "system:\n"
  "Be brief.\n"
  "user:   \n"
  "Write {{ count }} on {{ topic }} for {{ label }} ({{ meaning }}).\n"
  "{% for s in seeds %}\n"
  "- {{ s.text }}{{ ' / ' ~ s.text2 if s.text2 }}\n"
  "{% endfor %}\n"
  "{% for l in labels %}{{ l.name }} {% endfor %}\n";

static int
parse(struct prompty *p, const char *source, struct err *e)
{
  err_clear(e);
  return prompty_parse(p, "a/tickets.prompty", source, strlen(source), e);
}

/* The sound source with one line in the place of another. */
static char *
with_line(const char *from, const char *to)
{
  struct buf b = BUF_INIT;
  const char *at = strstr(ticket, from);

  assert_non_null(at);
  buf_add(&b, ticket, (size_t)(at - ticket));
  buf_adds(&b, to);
  buf_adds(&b, at + strlen(from));
  return buf_take(&b);
}

static void
front_matter_is_read(void **state)
{
  struct prompty p;
  struct err e;

  (void)state;
  assert_int_equal(parse(&p, ticket, &e), 0);
  assert_string_equal(p.name, "tickets");
  assert_string_equal(p.description, "messages to a support desk");
  assert_int_equal(p.kind, PROMPTY_GENERATE);
  assert_int_equal(p.count, 4);
  assert_int_equal(p.n_parameters, 4);
  assert_string_equal(p.parameters[0].json, "0.7");
  assert_string_equal(p.parameters[2].json, "[\"a\",\"1\"]");
  assert_string_equal(p.parameters[3].json, "{\"type\":\"text\"}");
  assert_true(prompty_number(&p, "temperature", -1) == 0.7);
  assert_true(prompty_number(&p, "top_p", -1) == -1);
  assert_int_equal(p.n_attributes, 2);
  assert_string_equal(p.attributes[0].values[2], "yes");
  assert_string_equal(p.attributes[1].values[1], "a: b");
  assert_int_equal(p.filters.min_words, 3);
  assert_int_equal(p.filters.max_words, -1);
  assert_int_equal(p.filters.drop_label_named, 1);
  assert_true(p.filters.near_duplicate == 0.85);
  assert_int_equal(p.n_warnings, 1);
  assert_string_equal(p.warnings[0], "a/tickets.prompty:12: unknown key 'atributes' (did you mean 'attributes'?)");
  assert_int_equal(p.n_parts, 2);
  assert_int_equal(p.parts[1].line, 26);
  prompty_release(&p);
}

static void
mistakes_in_a_file_have_its_lines(void **state)
{
  static const struct { const char *from, *to, *message; } cases[] = {
    {"count: 4", "count: 0", "a/tickets.prompty:11:8: 'count' must be a number from 1 to 1000"},
    {"count: 4", "count: 2.5", "a/tickets.prompty:11:8: 'count' must be a whole number"},
    {"count: 4", "kind: paint", "a/tickets.prompty:11:7: unknown kind 'paint' (generate, annotate or rewrite)"},
    {"count: 4", "count: [1", "a/tickets.prompty:12:10: did not find expected ',' or ']'"},
    {"count: 4", "count: *x", "a/tickets.prompty:11:8: aliases are not taken here"},
    {"count: 4", "count: &x 4", "a/tickets.prompty:11:8: anchors and tags are not taken here"},
    {"count: 4", "name: again", "a/tickets.prompty:11:1: the key 'name' is there twice"},
    {"topic:", "label:", "a/tickets.prompty:14: 'label' cannot be the name of an attribute (it has its own meaning)"},
    {"topic:", "a b:", "a/tickets.prompty:14: 'a b' cannot be the name of an attribute (letters, digits and _)"},
    {"phones", "clothes", "a/tickets.prompty:14:20: the value 'clothes' is there twice"},
    {"[clothes, phones, \"yes\"]", "[]", "a/tickets.prompty:14:10: the attribute 'topic' needs a list of values"},
    {"- hurried", "- hurried: no", "a/tickets.prompty:16:5: a value of 'style' must be a text"},
    {"{{ topic }}", "{{ topik }}", "a/tickets.prompty:26:25: unknown variable 'topik' (did you mean 'topic'?)"},
    {"{% endfor %}\n{%", "{%", "a/tickets.prompty:27:4: unclosed tag: 'for' without 'endfor'"},
    {"system:", "sistem:", "a/tickets.prompty:23:1: text before the first role line"},
    {"---\nsystem:", "system:", "a/tickets.prompty:1:1: the front matter has no end (a second line of ---)"},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++) {
    uint32_t values[2] = {0, 0};
    struct prompt_scope scope = {.labels = labels, .n_labels = 3, .label = labels, .values = values};
    char *source = with_line(cases[i].from, cases[i].to);
    struct messages m;
    struct prompty p;
    struct err e;

    messages_init(&m);
    if (parse(&p, source, &e) == 0)
      assert_int_equal(prompty_render(&p, &scope, &m, &e), -1);
    assert_int_equal(e.code, ERR_INPUT);
    if (strcmp(e.message, cases[i].message) != 0)
      fail_msg("%s, not %s", e.message, cases[i].message);
    messages_release(&m);
    prompty_release(&p);
    free(source);
  }
}

static void
a_file_needs_no_front_matter_and_no_roles(void **state)
{
  struct prompt_scope scope = {.label = labels, .task = "classify"};
  struct prompty p;
  struct messages m;
  struct err e;

  (void)state;
  assert_int_equal(parse(&p, "\xef\xbb\xbfWrite on {{ label }}.\r\n", &e), 0);
  assert_string_equal(p.name, "tickets");
  assert_int_equal(p.count, 10);
  assert_int_equal(prompty_render(&p, &scope, &m, &e), 0);
  assert_int_equal(m.n, 1);
  assert_string_equal(m.v[0].role, "user");
  assert_string_equal(m.v[0].content, "Write on billing.");
  messages_release(&m);
  prompty_release(&p);
  assert_int_equal(parse(&p, "---\n---\n\n", &e), -1);
  prompty_release(&p);
  assert_int_equal(parse(&p, "", &e), -1);
  prompty_release(&p);
}

static void
a_prompt_becomes_messages_and_back(void **state)
{
  struct prompt_text seeds[] = {{"one \"x\"", NULL, "billing"}, {"two", "second", "billing"}};
  uint32_t values[2] = {1, 0};
  struct prompt_scope scope = {.labels = labels, .n_labels = 3, .label = &labels[2], .values = values, .seeds = seeds,
                               .n_seeds = 2};
  static const char expected[] =
    "[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"Write 4 on phones for returns ().\\n"
    "- one \\\"x\\\"\\n- two / second\\nbilling shipping returns \"}]";
  struct buf text = BUF_INIT, again = BUF_INIT;
  struct messages m, back;
  struct json *j;
  struct prompty p;
  struct err e;

  (void)state;
  assert_int_equal(parse(&p, ticket, &e), 0);
  assert_int_equal(prompty_render(&p, &scope, &m, &e), 0);
  messages_add_json(&text, &m);
  assert_string_equal(buf_str(&text), expected);
  assert_int_equal(messages_tokens(&m), (9 + 84 + 3) / 4);
  j = json_parse(buf_str(&text), text.n, NULL, &e);
  assert_int_equal(messages_of_json(&back, j, &e), 0);
  messages_add_json(&again, &back);
  assert_string_equal(buf_str(&again), expected);
  json_free(j);
  messages_release(&back);
  messages_release(&m);
  buf_release(&text);
  buf_release(&again);
  prompty_release(&p);
}

/* A template with attributes of 4, 6 and 3 values: 72 cells. */
static void
make_grid_template(struct prompty *p)
{
  struct err e;

  assert_int_equal(parse(p, "---\ncount: 5\nattributes:\n  a: [a0, a1, a2, a3]\n  b: [b0, b1, b2, b3, b4, b5]\n  c: [c0, c1, c2]\n"
                            "---\nuser:\nx\n", &e), 0);
}

static void
a_plan_goes_round_the_grid_evenly(void **state)
{
  struct plan_wish wish = {.per_label = 5 * 72 * 2};
  bool seen[3][72] = {0};
  struct prompty p;
  struct plan plan;
  struct err e;

  (void)state;
  make_grid_template(&p);
  assert_int_equal(plan_make(&plan, &p, labels, 3, &wish, &e), 0);
  assert_int_equal(plan.n, 3 * 72 * 2);
  assert_int_equal(plan.n_cells, 72);
  for (size_t i = 0; i < plan.n; i++) {
    const struct plan_request *q = &plan.requests[i];
    size_t cell = (q->values[0] * 6 + q->values[1]) * 3 + q->values[2];

    assert_int_equal(q->label, i % 3);
    assert_int_equal(q->sample, i / (3 * 72));
    assert_int_equal(seen[q->label][cell], q->sample);
    seen[q->label][cell] = true;
  }
  plan_release(&plan);
  prompty_release(&p);
}

/* Stopped anywhere, no value of an attribute has been used more than its share and two. */
static void
a_plan_stopped_early_is_balanced(void **state)
{
  struct plan_wish wish = {.per_label = 5 * 72};
  size_t used[3][6] = {{0}};
  struct prompty p;
  struct plan plan;
  struct err e;

  (void)state;
  make_grid_template(&p);
  assert_int_equal(plan_make(&plan, &p, labels, 1, &wish, &e), 0);
  for (size_t i = 0; i < plan.n; i++)
    for (size_t a = 0; a < 3; a++) {
      size_t n = p.attributes[a].n;

      used[a][plan.requests[i].values[a]]++;
      for (size_t v = 0; v < n; v++) {
        assert_true(used[a][v] <= (i + 1) / n + 2);
        assert_true(used[a][v] + 2 >= (i + 1) / n);
      }
    }
  plan_release(&plan);
  prompty_release(&p);
}

static void
a_plan_asks_for_no_less_than_wished(void **state)
{
  static const struct plan_restriction only[] = {{"a", "a1"}, {"b", "b0"}, {"b", "b5"}};
  uint32_t wanted[] = {2, 0};
  struct plan_wish wish = {.per_label = 11, .labels = wanted, .n_labels = 2, .restrictions = only, .n_restrictions = 3};
  struct prompt_scope scope = {0};
  struct prompty p;
  struct plan plan;
  struct err e;

  (void)state;
  make_grid_template(&p);
  assert_int_equal(plan_make(&plan, &p, labels, 3, &wish, &e), 0);
  assert_int_equal(plan.n, 2 * 3);
  assert_int_equal(plan.n_cells, 6);
  for (size_t i = 0; i < plan.n; i++) {
    assert_int_equal(plan.requests[i].label, wanted[i % 2]);
    assert_int_equal(plan.requests[i].values[0], 1);
    assert_true(plan.requests[i].values[1] == 0 || plan.requests[i].values[1] == 5);
  }
  plan_scope(&plan, 2, labels, &scope);
  assert_ptr_equal(scope.label, &labels[2]);
  assert_int_equal(scope.count, 5);
  plan_release(&plan);
  wish = (struct plan_wish){.total = 21};
  assert_int_equal(plan_make(&plan, &p, labels, 3, &wish, &e), 0);
  assert_int_equal(plan.n, 5);
  assert_int_equal(plan.requests[4].label, 1);
  plan_release(&plan);
  prompty_release(&p);
}

static void
a_plan_refuses_what_is_not_there(void **state)
{
  static const struct plan_restriction no_attribute[] = {{"tpoic", "x"}}, no_value[] = {{"c", "c9"}};
  static const struct { struct plan_wish wish; const char *message; } cases[] = {
    {{.total = 5, .restrictions = no_attribute, .n_restrictions = 1}, "template 'tickets' has no attribute 'tpoic'"},
    {{.total = 5, .restrictions = no_value, .n_restrictions = 1},
     "template 'tickets' has no 'c' of the value 'c9' (did you mean 'c0'?)"},
    {{0}, "the plan needs a number of texts, for each label or in all"},
    {{.per_label = 1000000000000}, "the plan has more than 1000000 requests"},
  };
  struct prompty p;
  struct plan plan;
  struct err e;

  (void)state;
  make_grid_template(&p);
  for (size_t i = 0; i < N_OF(cases); i++) {
    assert_int_equal(plan_make(&plan, &p, labels, 3, &cases[i].wish, &e), -1);
    assert_int_equal(e.code, ERR_INPUT);
    assert_string_equal(e.message, cases[i].message);
    plan_release(&plan);
  }
  prompty_release(&p);
}

/* Spans as letters, one a byte. */
static char *
paint(const char *source)
{
  static const char letters[] = {
    [SPAN_TEXT] = '.', [SPAN_MARK] = 'm', [SPAN_KEYWORD] = 'k', [SPAN_NAME] = 'n', [SPAN_FILTER] = 'f',
    [SPAN_STRING] = 's',
    [SPAN_NUMBER] = '1', [SPAN_OPERATOR] = 'o', [SPAN_COMMENT] = 'c', [SPAN_ROLE] = 'r', [SPAN_KEY] = 'K',
    [SPAN_YAML] = 'y',
  };
  char *out = xcalloc(strlen(source) + 1, 1);
  struct arena a;
  struct span *spans;
  size_t n, at = 0;

  arena_init(&a);
  spans = prompty_spans(&a, source, strlen(source), &n);
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(spans[i].offset, at);
    memset(out + at, letters[spans[i].class], spans[i].n);
    at += spans[i].n;
  }
  assert_int_equal(at, strlen(source));
  arena_release(&a);
  return out;
}

static void
templates_are_coloured_also_half_written(void **state)
{
  static const struct { const char *source, *letters; } cases[] = {
    {"a {{ x|upper ~ 'y' }} b", "..mmonofffffooosssomm.."},
    {"{%- if x is not odd -%}{# c #}", "mmmokkonokkokkkofffommmccccccc"},
    {"{{ d.k[10] }}\nuser:\nx", "mmonono11oomm.rrrrrr."},
    {"---\na: 1 # c\nb: x\n---\nsystem:\n", "mmmmKyyyyccccKyyyymmmmrrrrrrrr"},
    {"a {{ x\n\nb {{ y }}", "..mmon....mmonomm"},
    {"a {{ x {% if y %}b", "..mmonommokkonomm."},
    {"{{ 'abc\nx }}", "mmossssonomm"},
    {"{% raw %}{{ x }}{% endraw %}", "mmokkkomm.......mmokkkkkkomm"},
    {"{{ {'a': {}} }}", "mmoosssoooooomm"},
    {"{% ", "mmo"}, {"{{", "mm"}, {"{#", "cc"}, {"{", "."}, {"---", "mmm"},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++) {
    char *letters = paint(cases[i].source);

    assert_string_equal(letters, cases[i].letters);
    free(letters);
  }
}

int
main(void)
{
  const struct CMUnitTest all[] = {
    cmocka_unit_test(mistakes_have_a_place_and_a_hint),
    cmocka_unit_test(a_place_is_read_back),
    cmocka_unit_test(nothing_runs_away),
    cmocka_unit_test(deep_sources_are_refused),
    cmocka_unit_test(front_matter_is_read),
    cmocka_unit_test(mistakes_in_a_file_have_its_lines),
    cmocka_unit_test(a_file_needs_no_front_matter_and_no_roles),
    cmocka_unit_test(a_prompt_becomes_messages_and_back),
    cmocka_unit_test(a_plan_goes_round_the_grid_evenly),
    cmocka_unit_test(a_plan_stopped_early_is_balanced),
    cmocka_unit_test(a_plan_asks_for_no_less_than_wished),
    cmocka_unit_test(a_plan_refuses_what_is_not_there),
    cmocka_unit_test(templates_are_coloured_also_half_written),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(all, NULL, NULL);
}
