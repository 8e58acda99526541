/* Train: runs laid over one another, zoom, axes, crosshair, changes, the queue, sweeps, the form; live from the board. Made-up
 * points, so that the screens hang on no training. */
#include "ui-stage.h"
#include "ui/state.h"

#include <math.h>

#include "base/mem.h"
#include "store/run_live_store.h"
#include "ui/confusion.h"
#include "ui/trace.h"

static const struct project_label labels[] = {{"billing", ""}, {"shipping", ""}, {"returns", ""}, {"account", ""}};

static void
add_samples(struct project *p)
{
  struct change *ch = change_new(CHANGE_INSERT, "import", "import");
  struct err e = {0};

  for (int i = 0; i < 12; i++) {
    uint16_t label = (uint16_t)(i % 4);
    char text[40];
    int n = snprintf(text, sizeof text, "text %d of label %d", i, i % 4);

    change_add_sample(ch, &(struct sample){.text = text, .n_text = (uint32_t)n, .labels = &label, .n_labels = 1,
                                           .split = SPLIT_TRAIN, .origin = ORIGIN_SEED, .status = STATUS_ACCEPTED,
                                           .attributes = ""});
  }
  assert_int_equal(project_insert(p, ch, NULL, &e), 0);
  change_free(ch);
}

static void
make(struct stage *s, const char *name)
{
  stage_project(s, name, TASK_CLASSIFY, labels, N_OF(labels));
  add_samples(s->project);
}

/* A point of a run that gets better the faster, the greater `speed`. */
static struct train_point
point(int i, int n, int epoch_steps, double speed)
{
  bool end = (i + 1) % epoch_steps == 0;
  double x = speed * (i + 1) / n;

  return (struct train_point){.epoch = i / epoch_steps + 1, .step = i + 1, .n_steps = n, .epoch_end = end,
                              .train_loss = 1.6 / (1 + 8 * x), .train_accuracy = 1 - .75 / (1 + 8 * x),
                              .valid_loss = end ? 1.6 / (1 + 4 * x) : NAN, .valid_accuracy = end ? .95 - .7 / (1 + 6 * x) : NAN,
                              .valid_f1 = end ? .93 - .7 / (1 + 6 * x) : NAN, .samples_per_s = 4210, .seconds = (i + 1) / 20.};
}

static uint32_t
add_run(struct stage *s, const char *name, int n, int epoch_steps, double speed, uint32_t sweep, uint32_t trial,
        const char *params, enum run_state state)
{
  struct train_point *points = xcalloc((size_t)n, sizeof *points);
  struct run_row row = {.name = (char *)name, .student = "cnn", .params = (char *)params, .data = "", .metrics = "{}",
                        .message = "", .arm = "", .options = "{}", .n_train = 12, .seed = 1, .sweep = sweep, .trial = trial};
  char metrics[100];
  struct err e = {0};
  uint32_t id;

  for (int i = 0; i < n; i++)
    points[i] = point(i, n, epoch_steps, speed);
  if (run_store_add(s->project, &row, &id, NULL, &e) < 0)
    fail_msg("%s", e.message);
  row.id = id;
  row.state = state;
  row.best_epoch = (uint32_t)(n / epoch_steps);
  row.seconds = n / 20.;
  snprintf(metrics, sizeof metrics, "{\"valid_accuracy\":%.3f,\"epochs\":%d}", points[n - 1].valid_accuracy, n / epoch_steps);
  row.metrics = metrics;
  if (run_store_finish(s->project, &row, "model", 5, points, (size_t)n, &e) < 0)
    fail_msg("%s", e.message);
  free(points);
  return id;
}

#define PARAMS "{\"lr\":0.001,\"dropout\":0.3,\"batch\":32,\"epochs\":6}"

static void
make_runs(struct stage *s, const char *name)
{
  make(s, name);
  add_run(s, "slow", 60, 10, .5, 0, 0, PARAMS, RUN_DONE);
  add_run(s, "fast", 60, 10, 2, 0, 0, PARAMS, RUN_DONE);
  add_run(s, "long", 120, 20, 1, 0, 0, PARAMS, RUN_STOPPED);
}

static void
assert_ascii(struct stage *s)
{
  for (int i = 0; i < s->canvas.rows * s->canvas.cols; i++)
    assert_in_range(s->canvas.cells[i].c, ' ', '~');
}

static void
runs_are_laid_over(void **state)
{
  struct stage s;

  (void)state;
  make_runs(&s, "over");
  stage_open(&s, 30, 100);
  stage_keys(&s, "F4 j Space j Space k k");
  stage_screen(&s, "train-over");
  stage_keys(&s, "Left Left Left Left");
  stage_screen(&s, "train-over-cross");
  stage_keys(&s, "Esc j");             /* a marked run that is selected is drawn as the selected one */
  stage_assert_shows(&s, "b slow");
  assert_false(stage_shows(&s, "a fast"));
  stage_keys(&s, "O");
  assert_false(stage_shows(&s, "b slow"));
  stage_leave(&s);
  stage_open(&s, 16, 60);
  stage_keys(&s, "F4 j o j o k k");
  stage_screen(&s, "train-over-60x16");
  stage_keys(&s, "Tab Tab Tab Tab");   /* where there is no room for the list it is one of the panes */
  stage_assert_shows(&s, "a✓ fast");
  s.canvas.ascii = true;
  stage_draw(&s);
  canvas_to_ascii(&s.canvas);
  assert_ascii(&s);
  stage_close(&s);
}

static void
charts_zoom_and_turn(void **state)
{
  struct stage s;

  (void)state;
  make_runs(&s, "zoom");
  stage_open(&s, 24, 80);
  stage_keys(&s, "F4 t");
  stage_assert_shows(&s, "charts over epochs");
  stage_keys(&s, "Left + + +");
  stage_screen(&s, "train-zoom");
  stage_keys(&s, "0");
  assert_false(stage_shows(&s, "zoomed"));
  stage_keys(&s, "t");
  stage_assert_shows(&s, "charts over seconds");
  stage_keys(&s, "= = =");
  stage_assert_shows(&s, "training curves not smoothed");
  stage_close(&s);
}

/* ---- live ---- */

static void
a_run_is_changed_while_it_runs(void **state)
{
  static const uint32_t counts[16] = {5, 1, 0, 0, 0, 6, 0, 0, 2, 0, 4, 0, 0, 0, 0, 6};
  struct run_row row = {.name = "live", .student = "cnn", .params = PARAMS, .data = "", .metrics = "{}", .message = "", .arm = "",
                        .options = "{}", .n_train = 612, .seed = 1, .state = RUN_RUNNING};
  struct board *b;
  struct stage s;
  struct err e = {0};
  uint32_t run, id;
  char param[24];
  double to;

  (void)state;
  make(&s, "live");
  b = project_board(s.project);
  assert_int_equal(run_store_add(s.project, &row, &run, NULL, &e), 0);
  id = board_begin(b, ACTIVITY_RUN, run, "live");
  board_values(b, id, (struct board_value[]){{"lr", .001}, {"dropout", .3}}, 2);
  board_progress(b, id, 30, 100, 1);
  for (int i = 0; i < 30; i++) {
    struct train_point p = point(i, 100, 10, 2);

    board_point(b, id, &p);
  }
  board_confusion(b, id, 4, counts);
  stage_open(&s, 30, 100);
  stage_keys(&s, "F4 [");
  assert_true(board_take_set(b, id, param, sizeof param, &to));
  assert_string_equal(param, "lr");
  assert_true(fabs(to - .0005) < 1e-12);
  stage_keys(&s, "[");                 /* before the first one holds: half of what was wished */
  assert_true(board_take_set(b, id, param, sizeof param, &to));
  assert_true(fabs(to - .00025) < 1e-12);
  board_changed(b, id, &(struct board_change){20, 2, "lr", .001, .00025});
  board_values(b, id, (struct board_value[]){{"lr", .00025}, {"dropout", .3}}, 2);
  stage_keys(&s, "j");
  stage_screen(&s, "train-live");
  stage_keys(&s, "Tab Tab");
  stage_assert_shows(&s, "validation, epoch 3");
  stage_keys(&s, "Tab");
  stage_assert_shows(&s, "recall");
  stage_keys(&s, "d C-u Esc d");
  stage_assert_shows(&s, "dropout       0.3");
  stage_keys(&s, "Esc Space");
  assert_true(board_paused(b, id));
  stage_assert_shows(&s, "PAUSED");
  stage_keys(&s, "Space x");
  assert_true(stop_wanted(board_stop_flag(b, id)));
  board_end(b, id, ACTIVITY_STOPPED, NULL);
  stage_keys(&s, "Esc");
  stage_close(&s);
}

static void
runs_wait_for_their_turn(void **state)
{
  struct run_row row = {.name = "next", .student = "cnn", .params = PARAMS, .data = "", .metrics = "{}", .message = "", .arm = "",
                        .options = "{}", .n_train = 12, .seed = 1, .state = RUN_QUEUED};
  struct stage s;
  struct err e = {0};
  uint32_t run, first, id;

  (void)state;
  make_runs(&s, "queue");
  assert_int_equal(run_store_add(s.project, &row, &run, NULL, &e), 0);
  first = board_begin(project_board(s.project), ACTIVITY_OTHER, 0, "first");
  board_queue(project_board(s.project), first);
  id = board_begin(project_board(s.project), ACTIVITY_RUN, run, "next");
  board_stop(project_board(s.project), id);  /* so that board_queue does not wait here */
  assert_false(board_queue(project_board(s.project), id));
  stage_open(&s, 24, 80);
  stage_keys(&s, "F4");
  stage_assert_shows(&s, "next          queue");
  stage_assert_shows(&s, "waits for its turn");
  stage_keys(&s, "x");
  stage_assert_shows(&s, "taken out of the queue");
  assert_int_equal(board_stops(project_board(s.project), id), 2);
  board_end(project_board(s.project), id, ACTIVITY_STOPPED, NULL);
  board_end(project_board(s.project), first, ACTIVITY_DONE, NULL);
  stage_close(&s);
}

/* ---- a sweep ---- */

static void
a_sweep_is_a_table(void **state)
{
  struct stage s;
  struct err e = {0};
  uint32_t sweep;

  (void)state;
  make_runs(&s, "sweep");
  stage_open(&s, 24, 80);
  stage_keys(&s, "F4 w");
  stage_assert_shows(&s, "no sweep was made yet");
  stage_keys(&s, "Esc");
  assert_int_equal(sweep_store_add(s.project, "{\"student\":\"cnn\",\"method\":\"random\",\"trials\":3,\"seeds\":2,"
                                   "\"ranges\":[\"lr=1e-4..1e-2:log\",\"dropout=.1,.3\"]}", &sweep, &e), 0);
  add_run(&s, "s#1a", 40, 10, .5, sweep, 1, "{\"lr\":0.001,\"dropout\":0.1}", RUN_DONE);
  add_run(&s, "s#1b", 40, 10, .6, sweep, 1, "{\"lr\":0.001,\"dropout\":0.1}", RUN_DONE);
  add_run(&s, "s#2a", 40, 10, 3, sweep, 2, "{\"lr\":0.004,\"dropout\":0.3}", RUN_DONE);
  add_run(&s, "s#2b", 40, 10, 4, sweep, 2, "{\"lr\":0.004,\"dropout\":0.3}", RUN_DONE);
  add_run(&s, "s#3a", 20, 10, .2, sweep, 3, "{\"lr\":0.0002,\"dropout\":0.3}", RUN_STOPPED);
  assert_int_equal(sweep_store_update(s.project, &(struct sweep_row){.id = sweep, .state = RUN_DONE, .message = "",
                                      .result = "{}"}, &e), 0);
  stage_keys(&s, "w");
  stage_screen(&s, "sweep");
  stage_keys(&s, "b");
  stage_assert_shows(&s, "lr            0.004");
  stage_keys(&s, "Esc G Enter");       /* the last row: its only run lies over the charts, and is turned to */
  stage_assert_shows(&s, ">a● s#3a");
  stage_assert_shows(&s, "s#3a");
  stage_keys(&s, "O");
  assert_false(stage_shows(&s, "s#3a  lr"));
  stage_keys(&s, "w s s s s");
  stage_assert_shows(&s, "lr↓");
  stage_leave(&s);
  stage_open(&s, 16, 60);
  stage_keys(&s, "F4 w");
  stage_screen(&s, "sweep-60x16");
  stage_close(&s);
}

/* ---- the form ---- */

static void
the_form_has_groups_and_presets(void **state)
{
  struct stage s;
  struct err e = {0};

  (void)state;
  make(&s, "form");
  assert_int_equal(run_set_put(s.project, &(struct run_set){"quick", "cnn", "{\"epochs\":2,\"lr\":0.005}", 0}, &e), 0);
  stage_open(&s, 30, 100);
  stage_keys(&s, "F4 n");
  stage_assert_shows(&s, "preset of cnn");
  stage_keys(&s, "<quick> Enter");
  stage_assert_shows(&s, "epochs        2");
  stage_assert_shows(&s, "lr            0.005");
  stage_assert_shows(&s, "further parameters and options");
  assert_false(stage_shows(&s, "warmup"));
  stage_keys(&s, "Up Space");          /* the fold is the last row */
  stage_assert_shows(&s, "how it learns");
  for (int i = 0; i < 90 && !stage_shows(&s, "soft labels, noisy"); i++)
    stage_keys(&s, "Down");
  stage_assert_shows(&s, "soft labels, noisy");
  stage_keys(&s, "C-u <x> Tab Tab");
  stage_keys(&s, "Esc");
  stage_close(&s);
}

/* ---- the parts ---- */

/* The few points of a trace draw what all points draw. */
static void
traces_are_thin_and_true(void **state)
{
  struct curve c = {.run = 1, .n = 100000, .last_valid = SIZE_MAX, .epoch_steps = 1000};
  struct trace t = {0};
  struct trace_want want = {.from = 0, .to = 100000, .columns = 100};
  double most = 0, spike = 0;

  (void)state;
  c.points = xcalloc(c.n, sizeof *c.points);
  for (size_t i = 0; i < c.n; i++)
    c.points[i] = (struct train_point){.step = (int)i + 1, .n_steps = (int)c.n, .train_loss = 2 + sin((double)i / 50),
                                       .valid_loss = NAN};
  c.points[54321].train_loss = 9;
  trace_update(&t, &c, &want);
  assert_in_range(t.n, 200, 400);
  for (size_t i = 0; i < t.n; i++) {
    most = fmax(most, t.y[i]);
    assert_true(!i || t.x[i] >= t.x[i - 1]);
  }
  assert_true(most >= 9 && most <= 9);
  want.from = 54000;         /* of a part: what is seen of it, and a point on either side */
  want.to = 55000;
  trace_update(&t, &c, &want);
  assert_true(t.x[0] < 54000 && t.x[1] >= 54000 && t.x[t.n - 1] > 55000 && t.x[t.n - 2] <= 55000);
  want.smoothing = SMOOTH_WELL;
  trace_update(&t, &c, &want);
  for (size_t i = 0; i < t.n; i++)
    spike = fmax(spike, t.y[i]);
  assert_true(spike < 3);
  trace_release(&t);
  free(c.points);
}

static void
confusion_is_counted(void **state)
{
  static const uint32_t counts[9] = {5, 1, 0, 3, 2, 1, 0, 0, 0};
  struct confusion c = {0};

  (void)state;
  confusion_count(&c, 3, counts);
  assert_int_equal(c.n_pairs, 3);
  assert_int_equal(c.pairs[0].truth, 1);
  assert_int_equal(c.pairs[0].said, 0);
  assert_int_equal(c.pairs[0].count, 3);
  assert_true(fabs(c.accuracy - 7 / 12.) < 1e-9);
  assert_true(fabs(c.labels[0].precision - 5 / 8.) < 1e-9 && fabs(c.labels[0].recall - 5 / 6.) < 1e-9);
  assert_true(fabs(c.labels[0].f1 - 10 / 14.) < 1e-9);
  assert_true(fabs(c.macro_f1 - (10 / 14. + 4 / 9. + 0) / 3) < 1e-9);
  confusion_sort(&c, true);
  assert_int_equal(c.labels[0].label, 2);
  assert_true(confusion_read(&c, "{\"accuracy\":0.5,\"macro_f1\":0.25,\"per_label\":[{\"precision\":1,\"recall\":0.5,\"f1\":0.6,"
                                 "\"support\":4}]}"));
  assert_int_equal(c.n, 1);
  assert_null(c.counts);
  assert_false(confusion_read(&c, "{}"));
  confusion_release(&c);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(runs_are_laid_over),
    cmocka_unit_test(charts_zoom_and_turn),
    cmocka_unit_test(a_run_is_changed_while_it_runs),
    cmocka_unit_test(runs_wait_for_their_turn),
    cmocka_unit_test(a_sweep_is_a_table),
    cmocka_unit_test(the_form_has_groups_and_presets),
    cmocka_unit_test(traces_are_thin_and_true),
    cmocka_unit_test(confusion_is_counted),
  };

  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, stage_folder_make, stage_folder_remove);
}
