/* Whole screens: keys in, the canvas out, no terminal. Each is compared with tests/screens/NAME.txt, see stage_screen.
 *
 * The project is made here, so that the screens hang on nothing else; a key is pressed only when nothing is under
 * way. */
#include "ui-stage.h"
#include "ui/state.h"

#include <locale.h>
#include <math.h>

#include "base/mem.h"
#include "store/run_store.h"
#include "ui/key.h"

/* ---- the project ---- */

static const struct project_label labels[] = {
  {"billing", "charges"}, {"shipping", "parcels"}, {"returns", "sending back"}, {"account", ""}, {"product", ""},
  {"complaint", ""},
};
static const char *const texts[] = {
  "I was charged twice for order 48213, please refund one of them.",
  "my parcel has not moved since thursday, where is it?",
  "How do I send back the boots? They are too small.", "I cannot log in, the page says my password is wrong",
  "Does the lamp come with a bulb?", "Third time I write. Nobody answers. This is not acceptable!",
  "日本から買えますか？ ships to Tokyo too?", "Caf\xc3\xa9 set: one cup arrived broken, cre\xcc\x80me colour",
  "a text with a bell\a and an escape \033[31m in it",
  ("The invoice has my old company name on it. Could you correct that and send me a new one? "
   "I need it for the accountant by the end of the month, and she is strict about it."),
};
#define N_TEXTS N_OF(texts)

static void
add_samples(struct project *p, size_t n, enum origin origin, enum split split, enum status status)
{
  struct change *ch = change_new(CHANGE_INSERT, "import", "import");
  struct err e = {0};
  uint32_t first;

  for (size_t i = 0; i < n; i++) {
    uint16_t label = (uint16_t)(i % N_OF(labels));
    struct sample s = {.text = texts[i % N_TEXTS], .labels = &label, .n_labels = 1, .origin = origin, .split = split,
                       .status = status,
                       .attributes = origin == ORIGIN_GENERATED ? "topic=clothing\x1fstyle=careful" : ""};

    s.n_text = (uint32_t)strlen(s.text);
    change_add_sample(ch, &s);
  }
  if (project_insert(p, ch, &first, &e) < 0)
    fail_msg("%s", e.message);
  change_free(ch);
}

static void
add_run(struct project *p)
{
  struct run_row row = {.name = "", .student = "linear", .params = "{\"lr\":0.1}", .data = "", .metrics = "{}",
                        .message = "", .arm = "",
                        .n_train = 24, .n_valid = 6, .seed = 1};
  struct train_point points[60];
  struct err e = {0};
  uint32_t id;
  struct evaluation_row evaluation = {.kind = PREDICTOR_RUN, .split = "test", .metrics =
    "{\"n\":24,\"accuracy\":0.75,\"macro_f1\":0.741,"
    "\"confusion\":[[3,0,1,0,0,0],[0,4,0,0,0,0],[1,0,3,0,0,0],[0,0,0,4,0,0],[0,0,1,0,2,1],"
    "[0,1,0,0,1,2]]}"};

  for (int i = 0; i < 60; i++) {
    bool end = i % 10 == 9;
    double x = (i + 1) / 60.;

    points[i] = (struct train_point){.epoch = i / 10 + 1, .step = i + 1, .n_steps = 60, .epoch_end = end,
                                     .train_loss = 1.8 / (1 + 6 * x),
                                     .train_accuracy = 1 - .8 / (1 + 6 * x), .valid_loss = end ? 1.8 / (1 + 3 * x)
                                         : NAN,
                                     .valid_accuracy = end ? .9 - .7 / (1 + 6 * x) : NAN, .valid_f1 = end
                                         ? .88 - .7 / (1 + 6 * x) : NAN,
                                     .samples_per_s = 1000, .seconds = i / 10.};
  }
  if (run_store_add(p, &row, &id, NULL, &e) < 0)
    fail_msg("%s", e.message);
  row.id = id;
  row.state = RUN_DONE;
  row.best_epoch = 6;
  row.seconds = 6;
  row.metrics = "{\"valid_loss\":0.45,\"valid_accuracy\":0.8,\"valid_f1\":0.78}";
  evaluation.predictor_id = id;
  if (run_store_finish(p, &row, "model", 5, points, 60, &e) < 0 || run_store_put_evaluation(p, &evaluation, &e) < 0)
    fail_msg("%s", e.message);
}

static void
make_project(struct stage *s, const char *name, enum task task)
{
  stage_project(s, name, task, labels, N_OF(labels));
}

static void
make_filled(struct stage *s, const char *name)
{
  make_project(s, name, TASK_CLASSIFY);
  add_samples(s->project, 12, ORIGIN_SEED, SPLIT_TRAIN, STATUS_ACCEPTED);
  add_samples(s->project, 24, ORIGIN_GENERATED, SPLIT_TRAIN, STATUS_NEW);
  add_samples(s->project, 6, ORIGIN_IMPORTED, SPLIT_TEST, STATUS_ACCEPTED);
}

static struct sample
sample(struct stage *s, uint32_t id)
{
  struct sample x;

  corpus_get(project_corpus(s->project), id, &x);
  return x;
}

/* ---- Curate ---- */

static void
curate_at_three_sizes(void **state)
{
  static const struct { const char *name; int rows, cols; } sizes[] = {
    {"curate-80x24", 24, 80}, {"curate-100x30", 30, 100}, {"curate-60x16", 16, 60},
  };
  struct stage s;

  (void)state;
  make_filled(&s, "sizes");
  for (size_t i = 0; i < N_OF(sizes); i++) {
    stage_open(&s, sizes[i].rows, sizes[i].cols);
    stage_keys(&s, "j j");
    stage_screen(&s, sizes[i].name);
    stage_leave(&s);
  }
  stage_open(&s, 15, 59);
  stage_screen(&s, "too-small");
  stage_close(&s);
}

static void
curate_decides(void **state)
{
  struct stage s;

  (void)state;
  make_filled(&s, "decide");
  stage_open(&s, 24, 80);
  stage_keys(&s, "/ <status:new> Enter");
  stage_keys(&s, "a x 5");
  stage_assert_shows(&s, "15 relabelled returns → product, u undoes");
  stage_keys(&s, "Enter");
  stage_screen(&s, "curate-decided");
  assert_int_equal(sample(&s, 13).status, STATUS_ACCEPTED);
  assert_int_equal(sample(&s, 14).status, STATUS_REJECTED);
  assert_int_equal(sample(&s, 15).labels[0], 4);
  assert_int_equal(sample(&s, 16).status, STATUS_ACCEPTED);
  stage_keys(&s, "u u u");
  assert_int_equal(sample(&s, 16).status, STATUS_NEW);
  assert_int_equal(sample(&s, 14).status, STATUS_NEW);
  assert_int_equal(sample(&s, 13).status, STATUS_ACCEPTED);
  stage_keys(&s, "C-r");
  assert_int_equal(sample(&s, 14).status, STATUS_REJECTED);
  stage_keys(&s, "R");
  stage_assert_shows(&s, "22 of 42");
  stage_close(&s);
}

static void
curate_undoes_after_a_restart(void **state)
{
  struct stage s;
  struct err e = {0};

  (void)state;
  make_filled(&s, "restart");
  stage_open(&s, 24, 80);
  stage_keys(&s, "x x");
  stage_close(&s);
  s.project = project_open(s.path, PROJECT_WRITE, &e);
  assert_non_null(s.project);
  stage_open(&s, 24, 80);
  assert_int_equal(sample(&s, 2).status, STATUS_REJECTED);
  stage_keys(&s, "u");
  assert_int_equal(sample(&s, 2).status, STATUS_ACCEPTED);
  assert_int_equal(sample(&s, 1).status, STATUS_REJECTED);
  stage_close(&s);
}

static void
curate_marks_and_repeats(void **state)
{
  struct stage s;

  (void)state;
  make_filled(&s, "marks");
  stage_open(&s, 24, 80);
  stage_keys(&s, "Space j j V");
  stage_assert_shows(&s, "4 marked");
  stage_keys(&s, "x");
  for (uint32_t id = 1; id <= 5; id++)
    assert_int_equal(sample(&s, id).status, id <= 4 ? STATUS_REJECTED : STATUS_ACCEPTED);
  stage_assert_shows(&s, "4 samples rejected");
  stage_keys(&s, "u");  /* all of them by one undo */
  for (uint32_t id = 1; id <= 4; id++)
    assert_int_equal(sample(&s, id).status, STATUS_ACCEPTED);
  stage_keys(&s, "g l");
  stage_screen(&s, "curate-menu");
  stage_keys(&s, "<acc> Enter");
  assert_int_equal(sample(&s, 1).labels[0], 3);
  stage_keys(&s, ". .");
  assert_int_equal(sample(&s, 3).labels[0], 3);
  stage_keys(&s, "*");
  stage_assert_shows(&s, "42 marked");
  stage_keys(&s, "Esc");
  assert_false(stage_shows(&s, "42 marked"));
  stage_keys(&s, "D");
  stage_assert_shows(&s, "32 marked");
  stage_close(&s);
}

static void
curate_filters_as_one_types(void **state)
{
  struct stage s;

  (void)state;
  make_filled(&s, "filter");
  stage_open(&s, 24, 80);
  stage_keys(&s, "/ <label:billing>");
  stage_screen(&s, "curate-filter");
  stage_keys(&s, "Esc g j j / <lable:x>");
  stage_screen(&s, "curate-filter-wrong");
  stage_keys(&s, "Esc");
  stage_assert_shows(&s, "42 of 42");
  stage_assert_shows(&s, ">    3 ");  /* what was selected before is again */
  stage_keys(&s, "/ <parcel> Enter");
  stage_assert_shows(&s, "parcel");
  stage_keys(&s, "Esc S-Tab j Enter");  /* a facet */
  stage_assert_shows(&s, "label:shipping");
  stage_keys(&s, "j Enter");
  stage_assert_shows(&s, "label:returns");
  assert_false(stage_shows(&s, "label:shipping"));
  stage_close(&s);
}

static void
curate_edits(void **state)
{
  struct stage s;

  (void)state;
  make_filled(&s, "edit");
  stage_open(&s, 24, 80);
  stage_keys(&s, "j e");
  stage_screen(&s, "curate-edit");
  stage_keys(&s, "C-w C-w < say \"it\" \\ 日本> Enter");
  assert_string_equal(sample(&s, 2).text, "my parcel has not moved since thursday, where  say \"it\" \\ 日本");
  stage_keys(&s, "e <x> Esc");
  assert_string_equal(sample(&s, 2).text, "my parcel has not moved since thursday, where  say \"it\" \\ 日本");
  stage_keys(&s, "u");
  assert_string_equal(sample(&s, 2).text, texts[1]);
  stage_close(&s);
}

static void
several_labels_are_toggled(void **state)
{
  struct stage s;

  (void)state;
  make_project(&s, "several", TASK_MULTILABEL);
  add_samples(s.project, 3, ORIGIN_SEED, SPLIT_TRAIN, STATUS_NEW);
  stage_open(&s, 24, 80);
  stage_keys(&s, "3 6");
  assert_int_equal(sample(&s, 1).n_labels, 3);
  stage_assert_shows(&s, ">    1 ");
  stage_keys(&s, "1 3 6");
  assert_int_equal(sample(&s, 1).n_labels, 0);
  stage_keys(&s, "u");
  assert_int_equal(sample(&s, 1).labels[0], 5);
  stage_close(&s);
}

static void
both_texts_of_a_pair_are_edited(void **state)
{
  struct change *ch = change_new(CHANGE_INSERT, "import", "import");
  struct sample pair = {.text = "premise", .n_text = 7, .text2 = "hypothesis", .n_text2 = 10};
  struct stage s;
  struct err e = {0};
  uint32_t first;

  (void)state;
  make_project(&s, "pair", TASK_PAIR);
  change_add_sample(ch, &pair);
  assert_int_equal(project_insert(s.project, ch, &first, &e), 0);
  change_free(ch);
  stage_open(&s, 24, 80);
  stage_screen(&s, "curate-pair");
  stage_keys(&s, "e <s> Tab <!> Enter");
  assert_string_equal(sample(&s, 1).text, "premises");
  assert_string_equal(sample(&s, 1).text2, "hypothesis!");
  stage_close(&s);
}

static void
click(struct stage *s, enum mouse button, int row, int col)
{
  struct key k = {.code = K_MOUSE, .mouse = button, .row = row, .col = col};

  stage_draw(s);
  workbench_key(s->w, &k);
  stage_settle(s);
}

static void
the_mouse_points_and_scrolls(void **state)
{
  struct stage s;

  (void)state;
  make_filled(&s, "mouse");
  stage_open(&s, 24, 80);
  click(&s, MOUSE_LEFT, 6, 40);
  stage_assert_shows(&s, ">    3 ");
  click(&s, MOUSE_WHEEL_DOWN, 5, 40);
  click(&s, MOUSE_WHEEL_DOWN, 5, 40);
  stage_assert_shows(&s, ">    7 ");          /* scrolled out of sight, so the first row that is left */
  click(&s, MOUSE_LEFT, 3, 5);        /* the facet of shipping */
  stage_assert_shows(&s, "label:shipping");
  click(&s, MOUSE_LEFT, 3, 5);
  stage_assert_shows(&s, "42 of 42");
  click(&s, MOUSE_LEFT, 0, 48);       /* the tab of Train */
  stage_assert_shows(&s, "no runs yet");
  click(&s, MOUSE_LEFT, 23, 79);
  click(&s, MOUSE_RIGHT, 100, 200);
  stage_close(&s);
}

/* The tabs stay where they are when the first cent is spent. */
static void
the_tabs_stay(void **state)
{
  struct stage s;
  char *before, *after;

  (void)state;
  make_filled(&s, "tabs");
  stage_open(&s, 24, 80);
  before = stage_text(&s);
  s.w->cost_usd = 1.25;
  after = stage_text(&s);
  assert_non_null(strstr(after, "$1.25"));
  assert_int_equal(strstr(before, "Train") - before, strstr(after, "Train") - after);
  free(before);
  free(after);
  stage_close(&s);
}

/* The selected sample, and its place on the screen, stay whatever comes from elsewhere. */
static void
the_selected_row_stays(void **state)
{
  struct stage s;
  char here[16] = "";
  int row = 0;

  (void)state;
  make_filled(&s, "stays");
  stage_open(&s, 24, 80);
  stage_keys(&s, "s <words> Enter");
  stage_keys(&s, "G k k k k");
  stage_draw(&s);
  for (uint32_t i = 1; i <= 42; i++) {
    snprintf(here, sizeof here, "> %4u ", i);
    if (stage_shows(&s, here))
      break;
  }
  for (int i = 0; i < s.canvas.rows; i++)
    if (s.canvas.cells[i * s.canvas.cols + 27].c == '>')
      row = i;
  assert_true(row > 0);
  add_samples(s.project, 30, ORIGIN_GENERATED, SPLIT_TRAIN, STATUS_NEW);
  stage_assert_shows(&s, "72 of 72");
  assert_int_equal(s.canvas.cells[row * s.canvas.cols + 27].c, '>');
  stage_assert_shows(&s, here);
  stage_keys(&s, "R");  /* sorted anew: the new ones come in between */
  stage_assert_shows(&s, here);
  stage_close(&s);
}

/* ---- Train ---- */

static void
train_at_three_sizes(void **state)
{
  static const struct { const char *name; int rows, cols; } sizes[] = {
    {"train-80x24", 24, 80}, {"train-100x30", 30, 100}, {"train-60x16", 16, 60}, {"train-160x45", 45, 160},
  };
  struct stage s;

  (void)state;
  make_filled(&s, "train");
  add_run(s.project);
  for (size_t i = 0; i < N_OF(sizes); i++) {
    stage_open(&s, sizes[i].rows, sizes[i].cols);
    stage_keys(&s, "F4");
    stage_screen(&s, sizes[i].name);
    stage_leave(&s);
  }
  stage_open(&s, 24, 80);
  stage_keys(&s, "F4 Left Left Left");
  stage_screen(&s, "train-crosshair");
  stage_assert_shows(&s, "truth down");
  stage_keys(&s, "Tab");
  stage_assert_shows(&s, ">  6");
  stage_keys(&s, "Esc");
  stage_draw(&s);
  canvas_to_ascii(&s.canvas);
  for (int i = 0; i < s.canvas.rows * s.canvas.cols; i++)
    assert_in_range(s.canvas.cells[i].c, ' ', '~');
  stage_keys(&s, "n C-u <many>");
  stage_close(&s);
}

/* A real training, started from the form, watched to its end. */
static void
train_trains(void **state)
{
  struct stage s;
  struct run_row *runs;
  size_t n;
  struct err e = {0};

  (void)state;
  make_filled(&s, "trains");
  stage_open(&s, 30, 100);
  stage_keys(&s, "F4");
  stage_screen(&s, "train-none");
  stage_keys(&s, "n Enter Down <first>");  /* of the students the first one */
  for (int i = 0; i < 40 && !stage_shows(&s, "> epochs"); i++)
    stage_keys(&s, "Down");
  stage_keys(&s, "<0> Enter");  /* refused: the form stays and says why */
  stage_assert_shows(&s, "epochs");
  assert_int_equal(run_store_list(s.project, &runs, &n, &e), 0);
  assert_int_equal(n, 0);
  run_rows_free(runs, n);
  stage_keys(&s, "BS <3> Enter");
  stage_assert_shows(&s, "first");
  stage_assert_shows(&s, "test: truth down");
  assert_int_equal(run_store_list(s.project, &runs, &n, &e), 0);
  assert_int_equal(n, 1);
  assert_int_equal(runs[0].state, RUN_DONE);
  assert_non_null(strstr(runs[0].params, "\"epochs\":3"));
  run_rows_free(runs, n);
  stage_keys(&s, "n Enter");
  for (int i = 0; i < 40 && !stage_shows(&s, "> epochs"); i++)
    stage_keys(&s, "Down");
  stage_assert_shows(&s, "epochs        3");  /* the last values used */
  stage_close(&s);
}

/* ---- the frame ---- */

static void
command_line_and_help(void **state)
{
  struct stage s;

  (void)state;
  make_filled(&s, "frame");
  stage_open(&s, 24, 80);
  stage_keys(&s, ": <re> Tab");
  stage_screen(&s, "completion");
  stage_keys(&s, "C-u <reject --id 3> Enter");
  assert_int_equal(sample(&s, 3).status, STATUS_REJECTED);
  stage_keys(&s, ": Up");
  stage_assert_shows(&s, ":reject --id 3");
  stage_keys(&s, "Esc : <rejekt> Enter");
  stage_screen(&s, "unknown-command");
  stage_keys(&s, "j");
  assert_false(stage_shows(&s, "rejekt"));
  stage_keys(&s, "!");
  stage_assert_shows(&s, "rejekt");
  stage_keys(&s, "q ?");
  stage_screen(&s, "help");
  stage_keys(&s, "/ <Templates> Enter");
  stage_assert_shows(&s, "F1 M-1");
  assert_false(stage_shows(&s, "1 F1"));  /* digits label here */
  stage_keys(&s, "/ C-u <undo> Enter");
  stage_assert_shows(&s, "undo the last change");
  stage_keys(&s, "q : <list --limit 30> Enter");
  stage_assert_shows(&s, "list --limit 30");
  stage_keys(&s, "q : <view train> Enter");
  stage_assert_shows(&s, "no runs yet");
  stage_keys(&s, "q");
  assert_true(workbench_wants_quit(s.w));
  stage_close(&s);
}

static void
an_empty_project_says_what_to_do(void **state)
{
  struct stage s;

  (void)state;
  make_project(&s, "empty", TASK_CLASSIFY);
  stage_open(&s, 24, 80);
  stage_assert_shows(&s, " 1 Templates ");  /* where an empty project begins */
  stage_keys(&s, "F3");
  stage_screen(&s, "curate-empty");
  stage_keys(&s, "a x l Esc 3 e E Space V * . D R n g G Enter");
  stage_assert_shows(&s, "no samples yet");
  stage_close(&s);
}

/* Any keys in any order, on screens of any size: nothing breaks. */
static void
any_keys_do_no_harm(void **state)
{
  static const char *const some[] = {
    "j", "k", "a", "x", "l", "e", "Space", "V", "*", ".", "s", "S", "/", "n", "N", "u", "C-r", "Tab", "S-Tab", "Enter",
    "Esc", "g", "G", "C-d", "C-u", "F3", "F4", "3", "?", ":", "!", "R", "BS", "Del", "Left", "Right", "Up", "Down",
    "PgDn",
    "L", "=", "v", "q", "(", "\"", "é", "本", "C-c", "C-w", "C-y",
  };
  uint64_t seed = 12345;
  struct stage s;

  (void)state;
  make_filled(&s, "any");
  add_run(s.project);
  stage_open(&s, 24, 80);
  for (int i = 0; i < 1500; i++) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    if (i % 50 == 0) {
      canvas_resize(&s.canvas, 1 + (int)((seed >> 40) % 40), 1 + (int)((seed >> 20) % 130));
      workbench_draw(s.w, &s.canvas);
    }
    stage_keys(&s, some[(seed >> 33) % N_OF(some)]);
  }
  stage_close(&s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(curate_at_three_sizes),
    cmocka_unit_test(curate_decides),
    cmocka_unit_test(curate_undoes_after_a_restart),
    cmocka_unit_test(curate_marks_and_repeats),
    cmocka_unit_test(curate_filters_as_one_types),
    cmocka_unit_test(curate_edits),
    cmocka_unit_test(several_labels_are_toggled),
    cmocka_unit_test(both_texts_of_a_pair_are_edited),
    cmocka_unit_test(the_mouse_points_and_scrolls),
    cmocka_unit_test(the_tabs_stay),
    cmocka_unit_test(the_selected_row_stays),
    cmocka_unit_test(train_at_three_sizes),
    cmocka_unit_test(train_trains),
    cmocka_unit_test(command_line_and_help),
    cmocka_unit_test(an_empty_project_says_what_to_do),
    cmocka_unit_test(any_keys_do_no_harm),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, stage_folder_make, stage_folder_remove);
}
