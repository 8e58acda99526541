/* The view Compare: keys in, screens out, on the experiment of findings-fixture.h and on runs made here. */
#include "compare-scene.h"

#include <locale.h>

#include "base/mem.h"
#include "evaluate/changed.h"
#include "store/run_store.h"
#include "ui/testimony.h"

/* Keys, and what is looked up for the page that they bring. */
static void
keys(struct stage *s, const char *script)
{
  stage_keys(s, script);
  stage_draw(s);
  stage_settle(s);
}

/* Where on the screen it stands is returned. */
static int
assert_selected(struct stage *s, const char *text)
{
  const struct canvas *c = &s->canvas;
  struct buf line = BUF_INIT;
  int row;

  stage_draw(s);
  for (row = 0; row < c->rows; row++) {
    const struct cell *cells = &c->cells[(size_t)row * (size_t)c->cols];

    for (int col = 0; col < c->cols && cells[2].lit; col++)
      buf_addc(&line, (char)(cells[col].c < 0x7f ? cells[col].c : '?'));
    if (line.n)
      break;
  }
  if (!strstr(buf_str(&line), text))
    fail_msg("selected is '%s', not '%s'", buf_str(&line), text);
  buf_release(&line);
  return row;
}

/* ---- runs ---- */

/* Evaluated: right on the test texts i with i % 10 < tenths. */
static void
put_run(struct stage *s, const char *name, uint32_t n_train, unsigned tenths)
{
  struct run_row row = {.name = (char *)name, .student = (char *)"linear", .state = RUN_DONE, .params = (char *)"{}",
                        .data = (char *)"", .metrics = (char *)"{\"parameters\":37000,\"size_bytes\":111000}",
                        .message = (char *)"", .arm = (char *)"", .n_train = n_train, .seconds = 2.5, .seed = 1};
  char metrics[400];
  struct evaluation_row evaluation = {.kind = PREDICTOR_RUN, .split = (char *)"test", .metrics = metrics};
  struct prediction said[FIXTURE_TEST];
  struct err e = {0};
  struct sample x;

  assert_int_equal(run_store_add(s->project, &row, &evaluation.predictor_id, NULL, &e), 0);
  if (tenths > 10)
    return;
  for (uint32_t i = 0; i < FIXTURE_TEST; i++) {
    assert_true(corpus_get(project_corpus(s->project), 61 + i, &x));
    said[i] = (struct prediction){61 + i, (uint16_t)(i % 10 < tenths ? x.labels[0] : (x.labels[0] + 1) % 6), .8f};
  }
  snprintf(metrics, sizeof metrics,
           "{\"n\":240,\"accuracy\":%.1f,\"macro_f1\":%.1f,\"accuracy_ci95\":[%.2f,%.2f],\"per_label\":["
           "{\"label\":\"billing\",\"precision\":0.5,\"recall\":0.5,\"f1\":0.%u,\"support\":40},"
           "{\"label\":\"shipping\",\"precision\":0.667,\"recall\":1,\"f1\":0.8,\"support\":40}]}",
           tenths / 10., tenths / 10., tenths / 10. - .06, tenths / 10. + .06, tenths);
  assert_int_equal(run_store_put_predictions(s->project, PREDICTOR_RUN, evaluation.predictor_id, said, FIXTURE_TEST,
                                             NULL, 0,
                                             &e), 0);
  assert_int_equal(run_store_put_evaluation(s->project, &evaluation, &e), 0);
}

static void
put_runs(struct stage *s)
{
  put_run(s, "seeds", 3, 5);
  put_run(s, "both", 13, 8);
  put_run(s, "untested", 13, 11);
}

/* Compare on runs alone. */
static void
on_runs(struct stage *s, const char *name, int rows, int cols)
{
  compare_scene_project(s, name, TASK_CLASSIFY);
  stage_open(s, rows, cols);
  workbench_go(s->w, SCENE_COMPARE);
  stage_settle(s);
}

static void
runs_stand_side_by_side(void **state)
{
  struct stage s;

  (void)state;
  on_runs(&s, "runs", 30, 100);
  stage_screen(&s, "compare-none");
  put_runs(&s);
  stage_settle(&s);
  keys(&s, "g j");
  stage_screen(&s, "compare-runs");
  stage_assert_shows(&s, "+30.0 p <.001");
  keys(&s, "b");                                   /* now it is the baseline */
  stage_assert_shows(&s, "\xe2\x88\x92" "30.0");
  keys(&s, "c");
  stage_assert_shows(&s, "bill ship retu acco prod comp");
  keys(&s, "c g Enter");                           /* the texts of a mistake, in Curate */
  stage_assert_shows(&s, "id:");
  stage_close(&s);
}

static void
two_runs_differ(void **state)
{
  struct stage s;

  (void)state;
  on_runs(&s, "differ", 24, 80);
  put_runs(&s);
  stage_settle(&s);
  keys(&s, "g j d");
  stage_assert_shows(&s, "fixed 72  broken 0");
  keys(&s, "w");                                   /* why? these runs have no model */
  stage_draw(&s);
  stage_settle(&s);
  stage_assert_shows(&s, "no model to say why");
  keys(&s, "w");
  assert_false(stage_shows(&s, "no model to say why"));
  keys(&s, "m k");                                 /* against one that was not evaluated */
  stage_assert_shows(&s, "Two rows with answers are needed");
  stage_close(&s);
}

/* ---- an experiment ---- */

static void
an_experiment_at_four_sizes(void **state)
{
  struct stage s;

  (void)state;
  compare_scene(&s, "sizes", 30, 100);
  stage_assert_shows(&s, "240 test texts can show differences above 5.8 points");
  keys(&s, "g j j");
  stage_screen(&s, "compare-100x30");
  compare_scene_resize(&s, 24, 80);
  stage_screen(&s, "compare-80x24");
  compare_scene_resize(&s, 16, 60);
  stage_screen(&s, "compare-60x16");
  compare_scene_resize(&s, 60, 200);
  stage_screen(&s, "compare-200x60");
  stage_close(&s);
}

static void
pages_of_an_experiment(void **state)
{
  static const struct { const char *keys, *screen; } pages[] = {
    {"x", "compare-differences"}, {"x v Left Left", "compare-curve"}, {"r", "compare-sources"}, {"l", "compare-labels"},
    {"x", "compare-labels-worst"},    {"c", "compare-confusion"}, {"d", "compare-differ"}, {"i", "compare-alike"}, {"o",
      "compare-cost"},
  };
  struct stage s;

  (void)state;
  compare_scene(&s, "pages", 30, 100);
  keys(&s, "g j j");
  for (size_t i = 0; i < N_OF(pages); i++) {
    keys(&s, pages[i].keys);
    stage_settle(&s);
    stage_screen(&s, pages[i].screen);
  }
  compare_scene_resize(&s, 16, 60);
  stage_screen(&s, "compare-cost-60x16");
  s.canvas.ascii = true;                                 /* charts without Braille */
  compare_scene_resize(&s, 30, 100);
  keys(&s, "v x");
  stage_screen(&s, "compare-curve-ascii");
  stage_close(&s);
}

/* From a text that was fixed to what explains it, and on to Curate. */
static void
a_text_is_opened(void **state)
{
  struct stage s;
  char *before, *after;

  (void)state;
  compare_scene(&s, "text", 30, 100);
  keys(&s, "g j j d d j");
  keys(&s, "Enter");
  stage_screen(&s, "compare-text");
  before = stage_text(&s);
  keys(&s, "]");
  after = stage_text(&s);
  assert_string_not_equal(before, after);
  free(before);
  free(after);
  keys(&s, "[");
  keys(&s, "c");
  stage_assert_shows(&s, "id:");
  stage_assert_shows(&s, "17 of 360");                   /* the text and the 16 nearest */
  workbench_go(s.w, SCENE_COMPARE);
  keys(&s, "Enter");
  keys(&s, "Enter");
  stage_assert_shows(&s, "1 of 360");
  stage_close(&s);
}

/* From what a page says of many texts to these texts. */
static void
pages_lead_to_curate(void **state)
{
  struct stage s;

  (void)state;
  compare_scene(&s, "lead", 30, 100);
  keys(&s, "g j j r r j j Enter");
  stage_assert_shows(&s, "attr.style:\"a hurried message");
  workbench_go(s.w, SCENE_COMPARE);
  keys(&s, "l");
  keys(&s, "l Enter");
  stage_assert_shows(&s, "id:");
  stage_assert_shows(&s, "billing   ");
  assert_false(stage_shows(&s, "0 of 360"));
  workbench_go(s.w, SCENE_COMPARE);
  keys(&s, "o o g j Enter");
  keys(&s, "S-Tab S-Tab Esc");
  assert_selected(&s, "generated");
  stage_close(&s);
}

/* The counts are those of evaluate/changed.h, which knows arms alone. */
static void
differences_are_those_of_changed(void **state)
{
  struct stage s;
  struct findings f;
  struct testimony a, b;
  struct difference d;
  struct changed c;
  struct err e = {0};

  (void)state;
  compare_scene_project(&s, "changed", TASK_CLASSIFY);
  compare_scene_experiment(&s);
  findings_fixture(&f);
  for (size_t after = 1; after < f.n_rows; after++) {
    assert_int_equal(testimony_of_row(s.project, &f, 0, &a, &e), 0);
    assert_int_equal(testimony_of_row(s.project, &f, after, &b, &e), 0);
    difference_find(&a, &b, &d);
    assert_int_equal(changed_find(s.project, &f, 0, after, &c, &e), 0);
    assert_int_equal(d.n, c.n);
    for (int kind = 0; kind < N_CHANGED_KINDS; kind++)
      assert_int_equal(d.count[kind], c.count[kind]);
    for (size_t i = 0, k; i < d.n; i++) {
      for (k = 0; k < c.n && c.texts[k].id != d.texts[i].id; k++)
        ;
      assert_true(k < c.n);
      assert_int_equal(a.rows[d.texts[i].before].n_right, c.texts[k].right_before);
      assert_int_equal(b.labels[b.rows[d.texts[i].after].from], c.texts[k].said_after);
    }
    changed_release(&c);
    difference_release(&d);
    testimony_release(&a);
    testimony_release(&b);
  }
  findings_release(&f);
  assert_int_equal(project_close(s.project, &e), 0);
}

/* Where texts may have several labels. */
static void
several_labels(void **state)
{
  struct stage s;

  (void)state;
  compare_scene_project(&s, "several", TASK_MULTILABEL);
  compare_scene_experiment(&s);
  stage_open(&s, 30, 100);
  workbench_go(s.w, SCENE_COMPARE);
  stage_settle(&s);
  keys(&s, "g j j d");
  stage_assert_shows(&s, "fixed 84");
  stage_screen(&s, "compare-several");
  keys(&s, "c");
  stage_assert_shows(&s, "It is of one label a text");
  stage_close(&s);
}

/* As they were stored before there were names, fits and most of the numbers. */
static void
an_old_experiment(void **state)
{
  static const char result[] =
    "{\"arms\":[{\"name\":\"seed\",\"student\":\"linear\",\"n\":60,"
    "\"accuracy\":{\"mean\":0.56,\"ci95\":[0.5,0.62],\"seeds\":[0.56]},"
    "\"macro_f1\":{\"mean\":0.55,\"ci95\":[0.5,0.6],\"seeds\":[0.55]},\"difference\":null,\"cost_usd\":0},"
    "{\"n\":1500,\"accuracy\":{\"mean\":0.832,\"ci95\":[0.785,0.879],\"seeds\":[0.83]},"
    "\"difference\":{\"accuracy\":0.272,\"ci95\":[0.2,0.34],\"p\":0.0002},\"cost_usd\":0.41}],\"seeds\":5,\"test\":240,"
    "\"sources\":[{}],\"teachers\":[{}],\"curves\":[{\"points\":[{},{}]}],\"agreement\":{},\"verdict\":\"it helped\"}";
  static const char *const script[] = {"x", "x", "v", "Left", "Left", "r", "r", "Enter", "l", "c", "d", "i", "o", "x",
    "x"};
  struct stage s;
  struct err e = {0};

  (void)state;
  compare_scene_project(&s, "old", TASK_CLASSIFY);
  assert_int_equal(experiment_store_put(s.project, NULL, "{}", result, NULL, NULL, &e), 0);
  stage_open(&s, 30, 100);
  workbench_go(s.w, SCENE_COMPARE);
  stage_settle(&s);
  keys(&s, "g j");
  stage_assert_shows(&s, "240 test texts can show differences above \xe2\x80\x93 points");
  stage_assert_shows(&s, "+27.2 p <.001");
  for (size_t i = 0; i < N_OF(script); i++) {
    keys(&s, script[i]);
    workbench_go(s.w, SCENE_COMPARE);
    stage_draw(&s);
  }
  stage_close(&s);
}

/* ---- nothing jumps ---- */

static void
the_selected_row_stays(void **state)
{
  struct stage s;

  (void)state;
  compare_scene(&s, "stays", 40, 100);
  keys(&s, "g j j j j j j");                       /* both, cnn */
  assert_selected(&s, "+41.4");
  put_runs(&s);
  stage_settle(&s);
  assert_selected(&s, "+41.4");
  keys(&s, "s <accuracy> Enter");
  assert_selected(&s, "+41.4");
  keys(&s, "S m");
  assert_selected(&s, "+41.4");
  stage_assert_shows(&s, "* both");
  put_run(&s, "late", 9, 6);
  stage_settle(&s);
  assert_selected(&s, "+41.4");
  stage_assert_shows(&s, "* both");
  keys(&s, "M");
  assert_false(stage_shows(&s, "* both"));
  stage_close(&s);
}

/* The rows of an experiment come above a run that is selected: it stays where it is on the screen. */
static void
the_selected_row_keeps_its_height(void **state)
{
  struct stage s;
  int row;

  (void)state;
  on_runs(&s, "height", 24, 80);
  for (unsigned i = 0; i < 12; i++) {
    char name[16];

    snprintf(name, sizeof name, "run-%u", i);
    put_run(&s, name, i, 5);
  }
  stage_settle(&s);
  keys(&s, "g j j");
  row = assert_selected(&s, "run-9");
  compare_scene_experiment(&s);
  stage_settle(&s);
  /* two lines on the experiment stand above the table now */
  assert_int_equal(assert_selected(&s, "run-9"), row + 2);
  stage_close(&s);
}

static void
the_mouse_points(void **state)
{
  struct stage s;

  (void)state;
  compare_scene(&s, "mouse", 40, 100);
  stage_click(&s, "macro F1", false);
  stage_click(&s, "accepted", false);                    /* the best one stands first now */
  assert_selected(&s, ".851");
  stage_click(&s, "macro F1", false);                    /* the other way round: it stays selected */
  assert_selected(&s, ".851");
  stage_click(&s, "confusion", false);
  keys(&s, "");
  stage_assert_shows(&s, "bill ship retu");
  stage_click(&s, "curve", false);
  stage_click(&s, "1 of 2: j k", false);
  keys(&s, "j");
  stage_assert_shows(&s, "2 of 2: j k");
  stage_assert_shows(&s, "three points are too few");
  stage_close(&s);
}

/* ---- running ---- */

static void
an_experiment_that_has_not_ended(void **state)
{
  struct stage s;
  struct err e = {0};
  struct board *b;
  uint32_t id;

  (void)state;
  compare_scene_project(&s, "half", TASK_CLASSIFY);
  compare_scene_experiment(&s);
  assert_int_equal(experiment_store_put(s.project, "more", "{\"arms\":[\"seed\",\"both\"],\"seeds\":5}", "", &id, NULL,
                                        &e), 0);
  assert_int_equal(experiment_store_put_fit(s.project, &(struct fit_row){.key = (char *)"f1", .experiment = id,
                                                                         .said = (char *)"",
                                            .right = (char *)"", .measured = (char *)"{}"}, &e), 0);
  stage_open(&s, 30, 100);
  workbench_go(s.w, SCENE_COMPARE);
  stage_settle(&s);
  stage_assert_shows(&s, "1 of 10 trainings are kept, and will not be made again.");
  b = project_board(s.project);
  id = board_begin(b, ACTIVITY_EXPERIMENT, 2, "experiment");
  board_progress(b, id, 4, 15, 0);
  board_message(b, id, "both, linear, seed 2 of 5: .831");
  stage_assert_shows(&s, "experiment running 27 %");
  stage_assert_shows(&s, "both, linear, seed 2 of 5");
  stage_screen(&s, "compare-running");
  keys(&s, "n");
  stage_assert_shows(&s, "an experiment is running");
  keys(&s, "Space");
  assert_true(board_paused(b, id));
  keys(&s, "X");
  stage_assert_shows(&s, "its finished trainings are kept, and C goes on with it");
  assert_true(stop_wanted(board_stop_flag(b, id)));
  board_end(b, id, ACTIVITY_STOPPED, "");
  assert_false(stage_shows(&s, "experiment running"));
  keys(&s, "[");                                   /* the one before */
  stage_assert_shows(&s, "experiment#1  1 of 2");
  keys(&s, "R");
  stage_assert_shows(&s, "report --experiment \"experiment#1\" -o \"experiment#1.html\"");
  keys(&s, "Esc n");
  stage_assert_shows(&s, "seed,generated,both");
  stage_close(&s);
}

/* From the keys of this view to a real experiment and back. */
static void
an_experiment_is_run(void **state)
{
  struct stage s;

  (void)state;
  on_runs(&s, "whole", 40, 100);
  keys(&s, "n Down Down <1> Enter");
  stage_assert_shows(&s, "experiment#1  linear   1 seed");
  stage_assert_shows(&s, "240 test texts can show differences above");
  stage_assert_shows(&s, "generated");
  keys(&s, "g j j d");
  stage_assert_shows(&s, "linear both against linear seed");
  stage_close(&s);
}

/* A walk over every key leaves the workbench standing, at the least size and on any page. */
static void
any_keys_do_no_harm(void **state)
{
  static const char *const script[] = {
    "Tab", "S-Tab", "j", "k", "G", "g", "PgDn", "PgUp", "C-d", "C-u", "Enter", "Esc", "Left", "Right", "a", "v", "Left",
    "Left", "x", "r", "G", "l", "c", "Enter", "Esc", "d", "w", "Enter", "Esc", "w", "i", "Right", "o", "x", "x", "x",
      "x",
    "x", "s", "Esc", "S", "m", "M", "b", "[", "]", "z", "R", "Esc", "n", "Esc", "Esc", "Tab",
  };
  struct stage s;

  (void)state;
  compare_scene(&s, "harm", 16, 60);
  put_runs(&s);
  for (int round = 0; round < 3; round++)
    for (size_t i = 0; i < N_OF(script); i++) {
      keys(&s, script[i]);
      stage_settle(&s);
      workbench_go(s.w, SCENE_COMPARE);
      stage_draw(&s);
    }
  stage_close(&s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(runs_stand_side_by_side),
    cmocka_unit_test(two_runs_differ),
    cmocka_unit_test(an_experiment_at_four_sizes),
    cmocka_unit_test(pages_of_an_experiment),
    cmocka_unit_test(a_text_is_opened),
    cmocka_unit_test(pages_lead_to_curate),
    cmocka_unit_test(differences_are_those_of_changed),
    cmocka_unit_test(several_labels),
    cmocka_unit_test(an_old_experiment),
    cmocka_unit_test(the_selected_row_stays),
    cmocka_unit_test(the_selected_row_keeps_its_height),
    cmocka_unit_test(the_mouse_points),
    cmocka_unit_test(an_experiment_that_has_not_ended),
    cmocka_unit_test(an_experiment_is_run),
    cmocka_unit_test(any_keys_do_no_harm),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, stage_folder_make, stage_folder_remove);
}
