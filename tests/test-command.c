/* command: lines split into words, words into calls, tables that keep their promises, completion, the workbench's lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/call.h"
#include "command/diff.h"
#include "command/page.h"
#include "command/words.h"
#include "store/project.h"

/* "[a] [b c]", or "!message". */
static char *
split(const char *line)
{
  struct buf out = BUF_INIT;
  struct err e = {0};
  struct words w;
  int r = words_split(&w, line, strlen(line), &e);

  for (size_t i = 0; i < w.n && r == 0; i++)
    buf_addf(&out, "%s[%s]", i ? " " : "", w.v[i].text);
  if (r < 0)
    buf_addf(&out, "!%s", e.message);
  words_release(&w);
  return buf_take(&out);
}

static void
check_split(const char *line, const char *want)
{
  char *got = split(line);

  assert_string_equal(got, want);
  free(got);
}

static void
test_words(void **state)
{
  (void)state;
  check_split("", "");
  check_split("  list   --limit 3 ", "[list] [--limit] [3]");
  check_split("a 'b c' \"d \\\"e\\\"\"", "[a] [b c] [d \"e\"]");
  check_split("x'y'\"z\"w", "[xyzw]");
  check_split("''", "[]");
  check_split("a\\ b \\'", "[a b] [']");
  check_split("'\\n' \"\\n\" \\n", "[\\n] [\\n] [n]");
  check_split("list 'open", "!column 6: the quote ' is not closed");
  check_split("x \\", "!column 3: nothing follows the backslash");
}

static void
test_quote(void **state)
{
  static const char *const words[] = {"plain", "", "two words", "it's", "a\"b", "back\\slash", "'\"\\ all", "täglich", "tab\there"};

  (void)state;
  for (size_t i = 0; i < N_OF(words); i++) {
    struct buf line = BUF_INIT;
    struct words w;
    struct err e;

    words_quote(&line, words[i]);
    assert_int_equal(words_split(&w, buf_str(&line), line.n, &e), 0);
    assert_int_equal(w.n, 1);
    assert_string_equal(w.v[0].text, words[i]);
    words_release(&w);
    buf_release(&line);
  }
}

static void
test_arity(void **state)
{
  static const struct { const char *arguments; size_t min, max; } cases[] = {
    {"", 0, 0}, {"PROJECT", 1, 1}, {"PROJECT FILE...", 2, SIZE_MAX}, {"[N...]", 0, SIZE_MAX}, {"[NAME] FILE", 1, 2},
    {"[NAME] [OLD] [NEW]", 0, 3},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++) {
    size_t min, max;

    call_arity(cases[i].arguments, &min, &max);
    assert_int_equal(min, cases[i].min);
    assert_int_equal(max, cases[i].max);
  }
}

/* ---- calls */

struct parsed {
  struct call c;
  struct words w;
  const char **words;
  struct err e;
  int r;
};

static void
parse(struct parsed *p, const char *line, bool workbench)
{
  memset(p, 0, sizeof *p);
  assert_int_equal(words_split(&p->w, line, strlen(line), &p->e), 0);
  p->words = xcalloc(p->w.n, sizeof *p->words);
  for (size_t i = 1; i < p->w.n; i++)
    p->words[i - 1] = p->w.v[i].text;
  call_init(&p->c, command_find(p->w.v[0].text));
  assert_non_null(p->c.command);
  p->c.workbench = workbench;
  p->r = call_parse(&p->c, p->words, p->w.n - 1, &p->e);
}

static void
parse_done(struct parsed *p)
{
  call_release(&p->c);
  words_release(&p->w);
  free(p->words);
}

static void
check_refused(const char *line, const char *why)
{
  struct parsed p;

  parse(&p, line, false);
  assert_int_equal(p.r, -1);
  assert_int_equal(p.e.code, ERR_INPUT);
  if (!strstr(p.e.message, why))
    fail_msg("%s: '%s' does not say '%s'", line, p.e.message, why);
  parse_done(&p);
}

static void
test_calls(void **state)
{
  struct parsed p;

  (void)state;
  parse(&p, "list x.retort --filter 'label:a b' --limit=3 --json", false);
  assert_int_equal(p.r, 0);
  assert_string_equal(p.c.path, "x.retort");
  assert_string_equal(call_text(&p.c, "filter"), "label:a b");
  assert_true(call_number(&p.c, "limit") == 3);
  assert_true(p.c.json);
  assert_null(call_text(&p.c, "sort"));
  parse_done(&p);

  parse(&p, "accept --id 3 4 5 --id 6", true);
  assert_int_equal(p.r, 0);
  assert_null(p.c.path);
  assert_int_equal(call_count(&p.c, "id"), 2);
  assert_string_equal(call_each(&p.c, "id", 1), "6");
  assert_int_equal(p.c.n_args, 2);
  parse_done(&p);

  parse(&p, "template x.retort show -- --odd", false);
  assert_int_equal(p.r, 0);
  assert_string_equal(p.c.verb->name, "show");
  assert_string_equal(p.c.args[0], "--odd");
  parse_done(&p);

  parse(&p, "export x.retort -o - -q", false);
  assert_int_equal(p.r, 0);
  assert_string_equal(call_text(&p.c, "output"), "-");
  assert_true(p.c.quiet);
  parse_done(&p);

  parse(&p, "list --nonsense --help", false);
  assert_int_equal(p.r, -1);
  parse_done(&p);
  parse(&p, "list --help", false);
  assert_int_equal(p.r, 0);
  assert_true(p.c.help);
  parse_done(&p);
}

static void
test_refusals(void **state)
{
  (void)state;
  check_refused("list", "needs a project (usage: retort list PROJECT [options])");
  check_refused("list x y", "does not take 'y'");
  check_refused("list x --fliter y", "did you mean '--filter'?");
  check_refused("list x --zzzzzz y", "see 'retort help list'");
  check_refused("list x --limit", "needs a value: N");
  check_refused("list x --filter --json", "needs a value: QUERY");
  check_refused("list x --limit x", "is not a number");
  check_refused("list x --limit 2.5", "is not a whole number");
  check_refused("list x --json=1", "takes no value");
  check_refused("list x -z", "has no option '-z'");
  check_refused("split x --to trian", "(allowed: train|valid|test|pool)");
  check_refused("template x shwo", "did you mean 'show'?");
  check_refused("template x", "needs more words");
  check_refused("template x rm", "needs more words");
  check_refused("help --json", "has no option '--json'");
}

/* ---- the table */

/* Each row says what it is, is found, makes a page, and its defaults and examples are what they should be. */
static void
test_table(void **state)
{
  (void)state;
  for (size_t i = 0; commands[i]; i++) {
    const struct command *c = commands[i];
    struct buf roff = BUF_INIT;
    struct page page;

    assert_ptr_equal(command_find(c->name), c);
    assert_true(c->summary && *c->summary && c->text && strlen(c->text) > 40 && c->examples && c->examples[0].line);
    assert_true(!c->run == !!c->verbs);
    for (const struct command_verb *v = c->verbs; v && v->name; v++)
      assert_non_null(v->run);
    assert_true(c->summary[strlen(c->summary) - 1] != '.');
    for (const struct option *o = c->options; o && o->name; o++) {
      assert_true(o->summary && *o->summary);
      assert_true(o->type == OPTION_FLAG || o->argument);
      if (o->fallback)
        assert_int_equal(option_check(o, o->fallback, NULL, NULL), 0);
      for (const struct option *other = o + 1; other->name; other++)
        assert_string_not_equal(o->name, other->name);
      assert_null(option_find(command_common_options, o->name));
    }
    page_of_command(&page, c);
    page_roff(&page, &roff);
    assert_non_null(strstr(buf_str(&roff), ".SH EXAMPLES"));
    page_release(&page);
    buf_release(&roff);
    for (size_t k = i + 1; commands[k]; k++)
      assert_string_not_equal(c->name, commands[k]->name);
  }
}

static void
test_help(void **state)
{
  struct buf out = BUF_INIT;
  struct err e;

  (void)state;
  assert_int_equal(command_help(NULL, 80, &out, &e), 0);
  assert_non_null(strstr(buf_str(&out), "experiment"));
  buf_clear(&out);
  assert_int_equal(command_help("train", 60, &out, &e), 0);
  for (const char *s = buf_str(&out); *s; s += strcspn(s, "\n"), s += *s == '\n')
    if (strcspn(s, "\n") > 60 && memchr(s, ' ', strcspn(s, "\n")) && strncmp(s, "  retort", 8) != 0)
      fail_msg("wider than 60 columns: %.*s", (int)strcspn(s, "\n"), s);
  assert_int_equal(command_help("trian", 80, &out, &e), -1);
  assert_non_null(strstr(e.message, "did you mean 'train'?"));
  buf_release(&out);
}

/* ---- a project, lines and completion */

static struct project *
open_project(char *path, size_t size)
{
  const struct project_label labels[] = {{"good", "pleased"}, {"not good", NULL}};
  struct project *p;
  struct change *ch;
  struct err e;

  snprintf(path, size, "test-command.%ld.retort", (long)getpid());
  unlink(path);
  if (project_create(path, TASK_CLASSIFY, labels, N_OF(labels), &e) < 0 || !(p = project_open(path, PROJECT_WRITE, &e)))
    fail_msg("%s", e.message);
  ch = change_new(CHANGE_INSERT, "test", "insert");
  for (int i = 0; i < 3; i++)
    change_add_sample(ch, &(struct sample){.text = "a text", .n_text = 6, .labels = (uint16_t[]){0}, .n_labels = 1});
  assert_int_equal(project_insert(p, ch, NULL, &e), 0);
  change_free(ch);
  return p;
}

static void
close_project(struct project *p, const char *path)
{
  struct err e;

  assert_int_equal(project_close(p, &e), 0);
  unlink(path);
}

static void
run_line(struct project *p, const char *line, int status, const char *holds)
{
  const struct command_environment env = {.project = p};
  struct err e;
  char *output;
  size_t n;
  int got = command_line(&env, line, &output, &n, &e);

  if (got != status || !strstr(got ? e.message : output, holds))
    fail_msg("%s: status %d, '%s', '%s'", line, got, output, e.message);
  free(output);
}

static void
test_lines(void **state)
{
  char path[64];
  struct project *p = open_project(path, sizeof path);
  struct sample s;
  struct err e;

  (void)state;
  run_line(p, "list --filter label:good --json", 0, "{\"id\":3,");
  run_line(p, "relabel 2 --to 'not good'", 0, "changed 1 sample");
  assert_true(corpus_get(project_corpus(p), 2, &s));
  assert_int_equal(sample_label(&s), 1);
  run_line(p, "undo", 0, "relabel 1 sample to not good");
  run_line(p, "reject --filter ''", 0, "changed 3 samples");
  run_line(p, "stats --json", 0, "\"rejected\":3");
  run_line(p, "lsit", 2, "did you mean 'list'?");
  run_line(p, "", 2, "no command");
  run_line(p, "list --filter 'x", 2, "not closed");
  run_line(p, "new x.retort", 2, "shell only");
  run_line(p, "predict", 2, "needs a file here");
  run_line(p, "list --help", 0, "retort-list");
  run_line(p, "undo --count 2", 0, "undid");
  assert_ptr_equal(command_of_line("train --lr 1", &e), command_find("train"));
  assert_null(command_of_line("nothing", &e));
  close_project(p, path);
}

/* The candidates, joined: "from:a,b". */
static void
check_complete(struct project *p, const char *line, const char *want)
{
  struct completion c;
  struct buf got = BUF_INIT;

  command_complete(p, NULL, line, strlen(line), &c);
  buf_addf(&got, "%zu:", c.from);
  for (size_t i = 0; i < c.n; i++)
    buf_addf(&got, "%s%s", i ? "," : "", c.items[i].text);
  assert_string_equal(buf_str(&got), want);
  buf_release(&got);
  completion_release(&c);
}

static void
test_completion(void **state)
{
  char path[64];
  struct project *p = open_project(path, sizeof path);

  (void)state;
  check_complete(p, "re", "0:redo,reject,relabel,reparse,report,reset,restore");
  check_complete(p, "list --s", "5:--sort");
  check_complete(p, "relabel 3 --to g", "15:good");
  check_complete(p, "relabel 3 --to ", "15:'not good',good");
  check_complete(p, "relabel 3 --to 'n", "15:'not good'");
  check_complete(p, "relabel --to=g", "13:good");
  check_complete(p, "split --to t", "11:test,train");
  check_complete(p, "template sh", "9:show");
  check_complete(p, "train --student l", "16:linear");
  check_complete(p, "train --cos", "6:--cost");
  check_complete(p, "help genera", "5:generate");
  check_complete(p, "list --limit ", "13:");
  check_complete(p, "nonsense x", "9:");
  run_line(p, "preset save small --epochs 2", 0, "saved");
  check_complete(p, "train --preset s", "15:small");
  check_complete(p, "preset rm ", "10:small");
  check_complete(p, "sweep cos", "6:cost=");
  run_line(p, "filter save short words<3", 0, "saved");
  check_complete(p, "filter s", "7:save,show");
  check_complete(p, "filter show s", "12:short");
  check_complete(p, "filter save x 'words>2 lab", "23:label:,labels");
  close_project(p, path);
}

static void
test_diff(void **state)
{
  struct buf out = BUF_INIT;

  (void)state;
  diff_lines("a\nb\nc\nd\n", "a\nx\nc\nd\ne\n", &out);
  assert_string_equal(buf_str(&out), " a\n-b\n+x\n c\n d\n+e\n");
  buf_clear(&out);
  diff_lines("", "new\n", &out);
  assert_string_equal(buf_str(&out), "+new\n");
  buf_clear(&out);
  diff_lines("same\n", "same\n", &out);
  assert_string_equal(buf_str(&out), " same\n");
  buf_release(&out);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_words), cmocka_unit_test(test_quote), cmocka_unit_test(test_arity), cmocka_unit_test(test_calls),
    cmocka_unit_test(test_refusals), cmocka_unit_test(test_table), cmocka_unit_test(test_help), cmocka_unit_test(test_lines),
    cmocka_unit_test(test_completion), cmocka_unit_test(test_diff),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
