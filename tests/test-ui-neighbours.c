/* The samples most like the one that is shown, looked up behind the screen. */
#include "ui-stage.h"

#include <locale.h>

#include "base/mem.h"
#include "ui/neighbours.h"

static const struct project_label labels[] = {{"billing", NULL}, {"returns", NULL}};

static const struct { const char *text; uint16_t label; } rows[] = {
  {"I never got my money back for the boots I sent in March", 1},
  {"still waiting for my money back, I sent the boots in March", 0},
  {"the boots that I sent\n\tback are not\x1b[31m in your list", 1},
  {"is this waterproof", LABEL_NONE},
  {"my money back, please", LABEL_NONE},
};

static void
put(struct stage *s)
{
  struct change *ch = change_new(CHANGE_INSERT, "import", "import");
  struct err e = {0};
  uint32_t first;

  for (size_t i = 0; i < N_OF(rows); i++)
    change_add_sample(ch, &(struct sample){
      .text = rows[i].text, .n_text = (uint32_t)strlen(rows[i].text), .labels = &rows[i].label,
      .n_labels = rows[i].label != LABEL_NONE, .attributes = "",
    });
  if (project_insert(s->project, ch, &first, &e) < 0)
    fail_msg("%s", e.message);
  change_free(ch);
}

/* What is shown of a sample. */
static char *
lines_of(struct stage *s, struct neighbours *b, uint32_t id, int cols)
{
  struct pane p;
  struct sample x;
  char *text;

  pane_init(&p);
  corpus_get(workbench_corpus(s->w), id, &x);
  neighbours_add(b, &p, &x, cols);
  text = xstrdup(buf_str(&p.text));
  pane_release(&p);
  return text;
}

static void
assert_lines(struct stage *s, struct neighbours *b, uint32_t id, int cols, const char *wanted)
{
  char *text = lines_of(s, b, id, cols);

  assert_string_equal(text, wanted);
  free(text);
}

static void
nearest_are_shown(void **state)
{
  struct stage s;
  struct neighbours b;
  const struct neighbour *near;

  (void)state;
  stage_project(&s, "neighbours.retort", TASK_CLASSIFY, labels, 2);
  put(&s);
  stage_open(&s, 24, 80);
  neighbours_init(&b, s.w);
  assert_lines(&s, &b, 1, 80, "");
  neighbours_ask(&b, 1);
  assert_int_equal(neighbours_get(&b, 1, &near), 0);
  stage_settle(&s);
  assert_lines(&s, &b, 1, 60,
               "nearest: 2 billing .32 \"still waiting for my money back, I…\"\n"
               "         5 no label .12 \"my money back, please\"\n"
               "         3 returns .11 \"the boots that I sent back are not…\"\n");
  assert_lines(&s, &b, 2, 60, "");
  assert_int_equal(neighbours_get(&b, 1, &near), 3);
  assert_int_equal(near[0].id, 2);
  assert_int_equal(neighbours_get(&b, 2, &near), 0);
  /* Too narrow for texts. */
  assert_lines(&s, &b, 1, 30, "nearest: 2 billing .32\n         5 no label .12\n         3 returns .11\n");
  /* Another label shows at once; what is rejected goes. */
  assert_int_equal(workbench_run(s.w, "relabel --id 5 --to returns"), 0);
  assert_int_equal(workbench_run(s.w, "reject --id 2"), 0);
  stage_settle(&s);
  assert_lines(&s, &b, 1, 30, "nearest: 5 returns .12\n         3 returns .11\n");
  neighbours_release(&b);
  stage_close(&s);
}

static void
another_sample_another_answer(void **state)
{
  struct stage s;
  struct neighbours b;
  const struct neighbour *near;

  (void)state;
  stage_project(&s, "neighbours2.retort", TASK_CLASSIFY, labels, 2);
  put(&s);
  stage_open(&s, 24, 80);
  neighbours_init(&b, s.w);
  neighbours_ask(&b, 1);
  neighbours_ask(&b, 5);         /* before the first has ended */
  stage_settle(&s);
  neighbours_ask(&b, 5);
  stage_settle(&s);
  assert_int_equal(neighbours_get(&b, 5, &near), 3);
  assert_int_equal(near[0].id, 2);
  neighbours_ask(&b, 5);         /* known: nothing runs */
  assert_null(b.lookup);
  assert_int_equal(workbench_run(s.w, "edit --id 5 --text 'is it waterproof'"), 0);
  stage_settle(&s);
  neighbours_ask(&b, 5);
  assert_non_null(b.lookup);
  stage_settle(&s);
  assert_int_equal(neighbours_get(&b, 5, &near), 1);
  assert_int_equal(near[0].id, 4);
  neighbours_ask(&b, 0);
  neighbours_ask(&b, 2);         /* runs while it is released */
  neighbours_release(&b);
  stage_close(&s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nearest_are_shown),
    cmocka_unit_test(another_sample_another_answer),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, stage_folder_make, stage_folder_remove);
}
