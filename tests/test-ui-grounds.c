/* The words that the newest run goes by, looked up behind the screen. */
#include "ui-stage.h"

#include <locale.h>

#include "base/mem.h"
#include "ui/grounds.h"

static const struct project_label labels[] = {{"billing", NULL}, {"returns", NULL}};

static const char *const texts[][2] = {
  {"I want my money back", "the boots do not fit"}, {"my money please", "the boots are too small"},
  {"charged twice, money gone", "boots too large"}, {"where is my money", "send the boots back"},
};

static void
put(struct stage *s)
{
  struct change *ch = change_new(CHANGE_INSERT, "import", "import");
  struct err e = {0};
  uint32_t first;

  for (uint16_t i = 0; i < N_OF(texts); i++)
    for (uint16_t k = 0; k < 2; k++)
      change_add_sample(ch, &(struct sample){.text = texts[i][k], .n_text = (uint32_t)strlen(texts[i][k]), .labels = &k,
                                             .n_labels = 1, .attributes = ""});
  if (project_insert(s->project, ch, &first, &e) < 0)
    fail_msg("%s", e.message);
  change_free(ch);
}

/* What is shown of a sample: its line, and its text with its styles. */
static char *
line_of(struct stage *s, struct grounds *g, uint32_t id)
{
  struct sample x;
  struct pane p;
  char *text;

  pane_init(&p);
  corpus_get(workbench_corpus(s->w), id, &x);
  grounds_line(g, &p, &x);
  text = xstrdup(buf_str(&p.text));
  pane_release(&p);
  return text;
}

static enum style
style_of_word(struct stage *s, struct grounds *g, uint32_t id, const char *word)
{
  enum style style = STYLE_NORMAL;
  struct sample x;
  struct pane p;
  const char *at;

  pane_init(&p);
  corpus_get(workbench_corpus(s->w), id, &x);
  grounds_text(g, &p, &x, false);
  assert_string_equal(buf_str(&p.text), x.text);   /* all of it, and nothing else */
  at = strstr(p.text.s, word);
  assert_non_null(at);
  for (size_t i = 0; i < p.n_spans && p.spans[i].from <= (size_t)(at - p.text.s); i++)
    style = p.spans[i].style;
  pane_release(&p);
  return style;
}

static void
settle_on(struct stage *s, struct grounds *g, uint32_t id)
{
  grounds_ask(g, id);
  stage_settle(s);
}

static void
words_stand_out_with_what_they_say(void **state)
{
  struct stage s;
  struct grounds g;
  char *line;

  (void)state;
  stage_project(&s, "grounds.retort", TASK_CLASSIFY, labels, 2);
  put(&s);
  stage_open(&s, 24, 80);
  grounds_init(&g, s.w);
  settle_on(&s, &g, 1);
  assert_int_equal(g.sample, 0);                     /* it is off: nothing was looked up */
  g.on = true;
  settle_on(&s, &g, 1);
  line = line_of(&s, &g, 1);
  assert_string_equal(line, "no model to say why: train a student first\n");
  free(line);
  workbench_run(s.w, "train --data split:train");
  stage_settle(&s);
  settle_on(&s, &g, 1);
  line = line_of(&s, &g, 1);
  assert_non_null(strstr(line, "linear#1 says billing ."));
  assert_non_null(strstr(line, " because of "));
  assert_non_null(strstr(line, "money"));
  free(line);
  assert_int_equal(style_of_word(&s, &g, 1, "money"), STYLE_WORD_ADDED);
  assert_int_equal(style_of_word(&s, &g, 1, " back"), STYLE_NORMAL);  /* the blank before it */
  line = line_of(&s, &g, 2);                         /* another sample: not known */
  assert_string_equal(line, "");
  free(line);
  settle_on(&s, &g, 2);
  assert_int_equal(style_of_word(&s, &g, 2, "boots"), STYLE_WORD_ADDED);
  settle_on(&s, &g, 2);
  assert_null(g.lookup);                             /* known: nothing runs */
  grounds_ask(&g, 3);                                /* runs while it is released */
  grounds_release(&g);
  stage_close(&s);
}

static void
one_key_in_curate(void **state)
{
  struct stage s;

  (void)state;
  stage_project(&s, "grounds2.retort", TASK_CLASSIFY, labels, 2);
  put(&s);
  stage_open(&s, 24, 100);
  workbench_run(s.w, "train --data split:train");
  stage_settle(&s);
  stage_keys(&s, "F3");
  stage_settle(&s);
  assert_false(stage_shows(&s, "linear#1 says"));
  stage_keys(&s, "w");
  stage_settle(&s);
  stage_assert_shows(&s, "linear#1 says");
  stage_keys(&s, "j");
  stage_settle(&s);
  stage_assert_shows(&s, "linear#1 says");
  stage_keys(&s, "w");
  stage_settle(&s);
  assert_false(stage_shows(&s, "linear#1 says"));
  stage_close(&s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(words_stand_out_with_what_they_say),
    cmocka_unit_test(one_key_in_curate),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, stage_folder_make, stage_folder_remove);
}
