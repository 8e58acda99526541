/* Curate as a person lives in it: the table and its columns, the card, what touches many samples, the student's word,
 * pairs and several labels. The project is made here; what a run said and the signals are put into it, so that the
 * screens hang on no training. */
#include "ui-stage.h"

#include <locale.h>
#include <math.h>
#include <unistd.h>

#include "base/mem.h"
#include "curate/seen.h"
#include "store/run_store.h"
#include "ui/view-curate.h"

static const struct project_label labels[] = {
  {"billing", "charges"}, {"shipping", "parcels"}, {"returns", "sending back"}, {"account", ""},
};
static const char *const texts[] = {
  "why was my card charged twice for order 40213? please refund one of the two charges",
  "I never got my money back for the boots I sent in March. Could you check what happened to the refund?",
  "parcel says delivered but nothing here", "日本から返品できますか？ I would like to send the lamp back",
  "the page does not let me log in\nand the code never comes",
  "a text with a bell\a and an escape \033[31m in it",
};
#define N_SAMPLES 60u

static void
put_samples(struct stage *s, enum task task)
{
  struct change *ch = change_new(CHANGE_INSERT, "import", "import");
  struct err e = {0};
  uint32_t first;

  for (size_t i = 0; i < N_SAMPLES; i++) {
    uint16_t set[2] = {(uint16_t)(i % 3), 3};
    struct sample x = {.text = texts[i % N_OF(texts)], .labels = set, .n_labels = 1, .origin = ORIGIN_GENERATED,
                       .split = SPLIT_TRAIN, .status = i < 6 ? STATUS_ACCEPTED : STATUS_NEW,
                       .attributes = "topic=clothing\x1fstyle=careful"};

    if (task == TASK_MULTILABEL)
      x.n_labels = 1 + i % 2;
    if (task == TASK_PAIR) {
      x.text2 = texts[(i + 1) % N_OF(texts)];
      x.n_text2 = (uint32_t)strlen(x.text2);
    }
    x.n_text = (uint32_t)strlen(x.text);
    change_add_sample(ch, &x);
  }
  if (project_insert(s->project, ch, &first, &e) < 0)
    fail_msg("%s", e.message);
  change_free(ch);
}

/* A run that says of each third sample another label. */
static void
put_run(struct stage *s)
{
  struct run_row row = {.name = "", .student = "linear", .params = "{}", .data = "", .metrics = "{}", .message = "",
                        .arm = "", .state = RUN_DONE};
  struct evaluation_row evaluation = {.kind = PREDICTOR_RUN, .split = "all", .metrics = "{\"n\":60,\"accuracy\":0.5}",
                                      .at_ms = 1000};
  struct prediction said[N_SAMPLES];
  float vectors[N_SAMPLES][N_OF(labels)];
  struct err e = {0};
  uint32_t id;

  for (uint32_t i = 0; i < N_SAMPLES; i++) {
    uint16_t label = (uint16_t)(i % 3), other = i % 3 == 1 ? (uint16_t)0 : label;

    said[i] = (struct prediction){i + 1, other, other == label ? .9f : .6f + (float)i / 200};
    for (size_t k = 0; k < N_OF(labels); k++)
      vectors[i][k] = k == other ? said[i].probability : (1 - said[i].probability) / 3;
  }
  if (run_store_add(s->project, &row, &id, NULL, &e) < 0)
    fail_msg("%s", e.message);
  evaluation.predictor_id = id;
  if (run_store_put_predictions(s->project, PREDICTOR_RUN, id, said, N_SAMPLES, &vectors[0][0], N_OF(labels), &e) < 0
      || run_store_put_evaluation(s->project, &evaluation, &e) < 0)
    fail_msg("%s", e.message);
}

static void
put_signals(struct stage *s)
{
  static float suspect[N_SAMPLES], language[N_SAMPLES], forgetting[N_SAMPLES], leaks[N_SAMPLES];
  struct signal_values of_student[] = {{"suspect", suspect, N_SAMPLES}};
  struct signal_values of_texts[] = {{"leaks", leaks, N_SAMPLES}};
  struct signal_values of_run[] = {{"forgetting", forgetting, N_SAMPLES}};
  struct seen seen;
  struct err e = {0};

  (void)language;
  for (uint32_t i = 0; i < N_SAMPLES; i++) {
    suspect[i] = i == 20 ? NAN : (float)((i * 37) % 100) / 100;
    forgetting[i] = (float)(i % 5);
    leaks[i] = i % 10 == 0;
  }
  seen_take(project_corpus(s->project), &seen);
  if (seen_keep(s->project, SIGNAL_STUDENT, 0, &seen, of_student, 1, "{}", &e) < 0
      || seen_keep(s->project, SIGNAL_DYNAMICS, 0, &seen, of_run, 1, "{}", &e) < 0
      || seen_keep(s->project, SIGNAL_TEXT, 0, &seen, of_texts, 1, "{}", &e) < 0)
    fail_msg("%s", e.message);
  seen_release(&seen);
}

static void
put_with(struct stage *s, const char *name, enum task task, const char *columns, int rows, int cols)
{
  struct err e = {0};

  stage_project(s, name, task, labels, N_OF(labels));
  put_samples(s, task);
  put_run(s);
  put_signals(s);
  if (columns && project_set_setting(s->project, "curate.columns", columns, &e) < 0)
    fail_msg("%s", e.message);
  stage_open(s, rows, cols);
  workbench_go(s->w, 2);
}

static void
put_on(struct stage *s, const char *name, enum task task, int rows, int cols)
{
  put_with(s, name, task, NULL, rows, cols);
}

static struct sample
sample(struct stage *s, uint32_t id)
{
  struct sample x;

  corpus_get(project_corpus(s->project), id, &x);
  return x;
}

static uint32_t
count(struct stage *s, enum status status)
{
  struct corpus_counts counts;

  corpus_counts(project_corpus(s->project), &counts);
  return counts.status[status];
}

/* ---- the screens ---- */

static const struct { const char *name; int rows, cols; } sizes[] = {
  {"60x16", 16, 60}, {"80x24", 24, 80}, {"100x30", 30, 100}, {"200x60", 60, 200},
};

/* The same keys at each size: NAME-60x16, ... */
static void
at_all_sizes(const char *name, enum task task, const char *columns, const char *keys)
{
  struct stage s;

  for (size_t i = 0; i < N_OF(sizes); i++) {
    char *project = xasprintf("%s-%zu", name, i), *screen = xasprintf("%s-%s", name, sizes[i].name);

    put_with(&s, project, task, columns, sizes[i].rows, sizes[i].cols);
    stage_keys(&s, keys);
    stage_screen(&s, screen);
    stage_close(&s);
    free(project);
    free(screen);
  }
}

static void
screens_of_the_table(void **state)
{
  (void)state;
  at_all_sizes("curate-table", TASK_CLASSIFY, NULL, "j");
}

static void
screens_of_signals(void **state)
{
  (void)state;
  at_all_sizes("curate-signals", TASK_CLASSIFY,
               "id status suspect label forgetting leaks attr.style run.wrong text suggestion", "s <suspect> Enter j");
}

static void
screens_of_the_card(void **state)
{
  (void)state;
  at_all_sizes("curate-card", TASK_CLASSIFY, NULL, "j c");
}

static void
screens_of_the_columns(void **state)
{
  (void)state;
  at_all_sizes("curate-columns", TASK_CLASSIFY, NULL, "C j j +");
}

static void
screens_of_a_question(void **state)
{
  (void)state;
  at_all_sizes("curate-bulk", TASK_CLASSIFY, NULL, "* x");
}

static void
screens_of_pairs(void **state)
{
  (void)state;
  at_all_sizes("curate-pairs", TASK_PAIR, NULL, "j");
  at_all_sizes("curate-pairs-card", TASK_PAIR, NULL, "j c");
}

static void
screens_of_several_labels(void **state)
{
  (void)state;
  at_all_sizes("curate-several", TASK_MULTILABEL, NULL, "j");
  at_all_sizes("curate-several-card", TASK_MULTILABEL, NULL, "j c");
}

/* ---- the table ---- */

static void
columns_are_chosen_moved_widened(void **state)
{
  struct stage s;

  (void)state;
  put_on(&s, "chosen", TASK_CLASSIFY, 30, 120);
  stage_keys(&s, "C g j j j j j Space Esc");            /* words, behind the suggestion */
  stage_assert_shows(&s, "suggestion     words");
  stage_assert_shows(&s, ".61 billing");
  stage_keys(&s, "C g j j j j j K K K Esc");            /* before the label's neighbours: id status words label text */
  stage_assert_shows(&s, "words label");
  stage_leave(&s);
  stage_open(&s, 30, 120);                              /* the choice stays with the project */
  workbench_go(s.w, 2);
  stage_assert_shows(&s, "words label");
  stage_keys(&s, "C 0 Esc");
  assert_false(stage_shows(&s, "words label"));
  stage_click(&s, "label    text", false);              /* sorts, and takes the column into the hand */
  stage_assert_shows(&s, "label\xe2\x96\xb2");
  stage_keys(&s, "+ +");
  stage_assert_shows(&s, "label: 10 wide");
  stage_keys(&s, "-");
  stage_assert_shows(&s, "label: 9 wide");
  stage_close(&s);
}

/* A choice is read back as it was written; what is no width, and what is too long, is left out. */
static void
a_choice_is_one_line(void **state)
{
  struct choice k = {0};
  struct buf words = BUF_INIT;

  (void)state;
  choice_set(&k, "id label:14 suspect:-3 id attr.topic:9999 linear#3.loss:x");
  choice_write(&k, &words);
  assert_string_equal(buf_str(&words), "id label:14 suspect attr.topic:120 linear#3.loss");
  assert_non_null(k.columns[2].signal);
  assert_null(k.columns[3].signal);
  choice_move(&k, 0, 1);
  choice_move(&k, 4, 1);
  choice_remove(&k, 2);
  buf_clear(&words);
  choice_write(&k, &words);
  assert_string_equal(buf_str(&words), "label:14 id attr.topic:120 linear#3.loss");
  choice_release(&k);
  buf_release(&words);
}

static void
a_click_on_a_head_sorts(void **state)
{
  struct stage s;

  (void)state;
  put_on(&s, "heads", TASK_CLASSIFY, 24, 100);
  stage_click(&s, "text   ", false);
  stage_assert_shows(&s, "by text");
  stage_assert_shows(&s, "text\xe2\x96\xb2");
  stage_click(&s, "text\xe2\x96\xb2", false);
  stage_assert_shows(&s, "text\xe2\x96\xbc");
  stage_keys(&s, "s <suspect> Enter");
  stage_assert_shows(&s, "by suspect");
  stage_keys(&s, "g j s <words> Enter");
  stage_assert_shows(&s, ">    3 ");                    /* what it puts first is what one wants to see */
  stage_keys(&s, "G S");
  stage_assert_shows(&s, ">    2 ");
  stage_close(&s);
}

/* Sideways to the end of the longest text, and back; sixty columns are only a longer way. */
static void
the_table_scrolls_sideways(void **state)
{
  struct stage s;

  (void)state;
  put_on(&s, "sideways", TASK_CLASSIFY, 24, 60);
  assert_false(stage_shows(&s, "what happened to the refund"));
  for (int i = 0; i < 12; i++)
    stage_keys(&s, i % 2 ? ">" : "Right");
  stage_assert_shows(&s, "to the refund?");
  stage_assert_shows(&s, "  2 ");                       /* the number stays */
  for (int i = 0; i < 12; i++)
    stage_keys(&s, i % 2 ? "<" : "Left");
  stage_assert_shows(&s, "label");
  stage_assert_shows(&s, "I never got");
  stage_close(&s);
}

static void
what_is_looked_for_is_lit(void **state)
{
  static const struct { const char *filter, *words; } rows[] = {
    {"", ""}, {"label:returns", ""}, {"status:new parcel lost", "parcel"}, {"not parcel card", "card"},
    {"label:\"not sure\" \"my card\"", "my card"}, {"(lost or label:returns) x", "lost"}, {"words>3 /re/i -x", ""},
    {"a or b", "a"},
  };
  char words[128];
  struct stage s;

  (void)state;
  for (size_t i = 0; i < N_OF(rows); i++) {
    find_words(rows[i].filter, words, sizeof words);
    assert_string_equal(words, rows[i].words);
  }
  put_on(&s, "lit", TASK_CLASSIFY, 16, 80);
  stage_keys(&s, "/ <CARD> Enter");
  stage_screen(&s, "curate-lit");
  stage_close(&s);
}

static void
all_columns_at_once(void **state)
{
  struct buf all = BUF_INIT;
  bool seen = false;
  struct stage s;

  (void)state;
  buf_adds(&all, "id status");
  for (const struct column_field *f = column_fields; f->name; f++)
    buf_addf(&all, " %s", f->name);
  for (const struct signal_row *r = signal_rows; r->name; r++)
    buf_addf(&all, " %s", r->name);
  for (int i = 0; i < 25; i++)
    buf_addf(&all, " attr.a%d", i);
  buf_adds(&all, " run.wrong run.confidence run.loss attr.topic");
  put_with(&s, "all", TASK_CLASSIFY, buf_str(&all), 24, 80);
  assert_false(stage_shows(&s, "a24"));
  for (int i = 0; i < 100; i++) {
    stage_keys(&s, ">");
    seen |= stage_shows(&s, "a24");
  }
  assert_true(seen);
  stage_assert_shows(&s, "topic");                      /* the last of them */
  for (int i = 0; i < 100; i++)
    stage_keys(&s, "<");
  stage_assert_shows(&s, "label");
  buf_release(&all);
  stage_close(&s);
}

/* ---- the card ---- */

static void
the_card_decides_and_goes_on(void **state)
{
  struct stage s;

  (void)state;
  put_on(&s, "card", TASK_CLASSIFY, 30, 100);
  stage_keys(&s, "n c");
  stage_assert_shows(&s, "done 0");
  stage_assert_shows(&s, "54 left");
  stage_keys(&s, "a x 3");                              /* the same keys: 7 accepted, 8 rejected, 9 is returns now */
  assert_int_equal(sample(&s, 7).status, STATUS_ACCEPTED);
  assert_int_equal(sample(&s, 8).status, STATUS_REJECTED);
  assert_int_equal(sample_label(&(struct sample[]){sample(&s, 9)}[0]), 2);
  stage_assert_shows(&s, "done 3");
  stage_assert_shows(&s, "52 left");
  stage_keys(&s, "c");                                  /* the table stands on the same sample */
  stage_assert_shows(&s, ">   10 ");
  stage_keys(&s, "c k Esc");
  stage_assert_shows(&s, ">    9 ");
  stage_close(&s);
}

static void
breaks_do_not_count(void **state)
{
  struct session s = {0};

  (void)state;
  session_begin(&s, 1000);
  assert_true(session_per_minute(&s) == 0);
  for (int i = 1; i <= 30; i++)
    session_decided(&s, 1000 + i * 2000);
  assert_int_equal(s.done, 30);
  assert_true(fabs(session_per_minute(&s) - 30) < 1e-9);
  session_decided(&s, 1000 + 60000 + SESSION_BREAK_MS + 1);        /* lunch */
  assert_true(fabs(session_per_minute(&s) - 31) < 1e-9);
  assert_true(fabs(session_left_s(&s, 62) - 120) < 1e-9);
}

/* ---- many samples ---- */

static void
many_are_shown_first(void **state)
{
  struct stage s;

  (void)state;
  put_on(&s, "many", TASK_CLASSIFY, 30, 100);
  stage_keys(&s, "* x");
  stage_assert_shows(&s, "60 samples: reject them?");
  stage_assert_shows(&s, "new 54   accepted 6   rejected 0");
  stage_assert_shows(&s, "billing 20");
  stage_keys(&s, "Enter");                              /* not by a key that only means 'on' */
  assert_int_equal(count(&s, STATUS_REJECTED), 0);
  stage_keys(&s, "n");
  assert_int_equal(count(&s, STATUS_REJECTED), 0);
  stage_assert_shows(&s, "60 marked");
  stage_keys(&s, "x y");
  assert_int_equal(count(&s, STATUS_REJECTED), 60);
  stage_assert_shows(&s, "60 samples changed, u undoes it");
  assert_false(stage_shows(&s, "marked"));
  stage_keys(&s, "u");                                  /* one change */
  assert_int_equal(count(&s, STATUS_REJECTED), 0);
  assert_int_equal(count(&s, STATUS_ACCEPTED), 6);
  stage_keys(&s, "* m Down Down Enter y");              /* a menu, then the question */
  assert_int_equal(sample(&s, 60).split, SPLIT_TEST);
  stage_close(&s);
}

/* ---- find and replace, filters with names ---- */

static void
screens_of_a_replacement(void **state)
{
  (void)state;
  at_all_sizes("curate-replace", TASK_CLASSIFY, NULL, "r <(twice|never)> Down <<$1>> Enter");
}

static void
texts_are_replaced(void **state)
{
  struct stage s;

  (void)state;
  put_on(&s, "replaced", TASK_CLASSIFY, 30, 100);
  stage_keys(&s, "j Space r");
  stage_assert_shows(&s, "find and replace in 1 marked sample");
  stage_keys(&s, "<(boots|lamp)> Down <red $1> Enter");
  stage_assert_shows(&s, "1 sample would change");
  assert_non_null(strstr(sample(&s, 2).text, "the boots"));
  stage_keys(&s, "Esc");
  assert_non_null(strstr(sample(&s, 2).text, "the boots"));
  stage_keys(&s, "Esc r Enter");                        /* what was typed is there again; the whole list now */
  stage_assert_shows(&s, "20 samples would change");
  stage_keys(&s, "Enter");
  stage_assert_shows(&s, "20 samples changed, u undoes it");
  assert_non_null(strstr(sample(&s, 2).text, "the red boots"));
  stage_keys(&s, "u");
  assert_non_null(strstr(sample(&s, 2).text, "the boots"));
  stage_keys(&s, "r C-u <zebra> Down C-u <x> Enter");
  stage_assert_shows(&s, "nothing to replace there");
  stage_keys(&s, "r C-u <(> Enter");
  assert_false(stage_shows(&s, "would change"));        /* what is wrong is said, nothing is done */
  stage_close(&s);
}

static void
filters_have_names(void **state)
{
  struct stage s;
  char *path;

  (void)state;
  put_on(&s, "names", TASK_CLASSIFY, 30, 100);
  stage_keys(&s, "f");
  stage_assert_shows(&s, "no filter is saved yet");
  stage_keys(&s, "F");
  stage_assert_shows(&s, "there is no filter to save");
  stage_keys(&s, "/ <label:returns parcel> Enter F <lost> Enter");
  stage_assert_shows(&s, "saved");
  stage_keys(&s, "Esc");
  stage_assert_shows(&s, "60 of 60");
  stage_keys(&s, "/ Up");                               /* what was typed is kept, apart from the commands */
  stage_assert_shows(&s, "/label:returns parcel");
  path = xasprintf("%s/retort/searches", stage_folder());
  assert_int_equal(access(path, R_OK), 0);
  free(path);
  stage_keys(&s, "Esc f");
  stage_screen(&s, "curate-saved");
  stage_keys(&s, "1");
  stage_assert_shows(&s, "10 of 60");
  stage_close(&s);
}

/* ---- the student ---- */

static void
the_students_word_is_taken(void **state)
{
  struct stage s;

  (void)state;
  put_on(&s, "student", TASK_CLASSIFY, 30, 100);
  stage_assert_shows(&s, "\xe2\x9a\x91 .61 billing");
  stage_keys(&s, "j");
  stage_assert_shows(&s, "person shipping   student \xe2\x89\xa0 billing .61");
  stage_keys(&s, "t");
  assert_int_equal(sample_label(&(struct sample[]){sample(&s, 2)}[0]), 0);
  stage_assert_shows(&s, ">    3 ");
  stage_keys(&s, "t");                                  /* it agrees here: nothing happens */
  stage_assert_shows(&s, "the student says returns, too");
  stage_assert_shows(&s, ">    3 ");
  stage_close(&s);
}

static void
an_order_that_is_not_there_is_offered(void **state)
{
  struct stage s;

  (void)state;
  put_on(&s, "offered", TASK_CLASSIFY, 30, 100);
  stage_keys(&s, "s <useful> Enter");
  stage_assert_shows(&s, "compute them now");
  stage_keys(&s, "n");
  assert_false(stage_shows(&s, "by useful"));
  stage_close(&s);
}

/* ---- pairs, several labels ---- */

static void
labels_are_toggled_on_the_card(void **state)
{
  struct stage s;

  (void)state;
  put_on(&s, "toggle", TASK_MULTILABEL, 30, 100);
  stage_keys(&s, "c 2 3");
  assert_int_equal(sample(&s, 1).n_labels, 3);
  stage_assert_shows(&s, "1 \xe2\x9c\x93 billing");
  stage_assert_shows(&s, "3 \xe2\x9c\x93 returns");
  stage_keys(&s, "1 2 3");
  assert_int_equal(sample(&s, 1).n_labels, 0);
  stage_keys(&s, "l <acc> Enter");
  assert_int_equal(sample(&s, 1).n_labels, 1);
  stage_keys(&s, "c j .");                              /* the same label, whatever others the next one has */
  assert_int_equal(sample(&s, 2).n_labels, 2);
  assert_true(sample_has_label(&(struct sample[]){sample(&s, 2)}[0], 3));
  stage_keys(&s, "g Space Space Space 1");              /* of marked ones: all get it */
  for (uint32_t id = 1; id <= 3; id++)
    assert_true(sample_has_label(&(struct sample[]){sample(&s, id)}[0], 0));
  stage_keys(&s, "1");                                  /* all have it: all lose it; the marks stay for more labels */
  for (uint32_t id = 1; id <= 3; id++)
    assert_false(sample_has_label(&(struct sample[]){sample(&s, id)}[0], 0));
  stage_keys(&s, "Esc * 1");
  stage_assert_shows(&s, "60 samples: relabel them to +billing?");
  stage_keys(&s, "y");
  assert_true(sample_has_label(&(struct sample[]){sample(&s, 60)}[0], 0));
  stage_close(&s);
}

/* ---- the second look ---- */

static void
decisions_are_judged_again(void **state)
{
  struct stage s;

  (void)state;
  put_on(&s, "audit", TASK_CLASSIFY, 30, 100);
  stage_keys(&s, "A");
  stage_assert_shows(&s, "nothing was decided one by one yet");
  stage_keys(&s, "G k k k k k k k k k k k k k k k k k k k k k k k k k k k k k");   /* from sample 31 on */
  for (int i = 0; i < 29; i++)
    stage_keys(&s, i % 3 == 0 ? "x" : i % 3 == 1 ? "a" : "4 k a");
  stage_keys(&s, "A");
  stage_screen(&s, "curate-audit");
  stage_assert_shows(&s, "judge again  1 of 2");
  stage_keys(&s, "x Esc");                              /* what was answered stays answered */
  stage_assert_shows(&s, "what was answered is kept");
  stage_keys(&s, "A");
  stage_assert_shows(&s, "judge again  1 of 1");
  stage_keys(&s, "2");
  stage_assert_shows(&s, "how far you agree with yourself");
  stage_assert_shows(&s, "2 judged twice");
  stage_keys(&s, "q");
  assert_int_equal(sample_label(&(struct sample[]){sample(&s, 33)}[0]), 3);    /* no sample is changed by it */
  stage_close(&s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(screens_of_the_table),
    cmocka_unit_test(screens_of_signals),
    cmocka_unit_test(screens_of_the_card),
    cmocka_unit_test(screens_of_the_columns),
    cmocka_unit_test(screens_of_a_question),
    cmocka_unit_test(screens_of_pairs),
    cmocka_unit_test(screens_of_several_labels),
    cmocka_unit_test(columns_are_chosen_moved_widened),
    cmocka_unit_test(a_choice_is_one_line),
    cmocka_unit_test(a_click_on_a_head_sorts),
    cmocka_unit_test(the_table_scrolls_sideways),
    cmocka_unit_test(what_is_looked_for_is_lit),
    cmocka_unit_test(all_columns_at_once),
    cmocka_unit_test(the_card_decides_and_goes_on),
    cmocka_unit_test(breaks_do_not_count),
    cmocka_unit_test(many_are_shown_first),
    cmocka_unit_test(screens_of_a_replacement),
    cmocka_unit_test(texts_are_replaced),
    cmocka_unit_test(filters_have_names),
    cmocka_unit_test(the_students_word_is_taken),
    cmocka_unit_test(an_order_that_is_not_there_is_offered),
    cmocka_unit_test(labels_are_toggled_on_the_card),
    cmocka_unit_test(decisions_are_judged_again),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, stage_folder_make, stage_folder_remove);
}
