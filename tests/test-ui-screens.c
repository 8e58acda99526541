/* Whole screens: keys in, the canvas out, no terminal. Each is compared with tests/screens/NAME.txt; with
 * RETORT_UPDATE_SCREENS=1 in the environment the files are written anew instead (then look at the diff).
 *
 * The project is made here, so that the screens hang on nothing else; a key is pressed only when nothing is under
 * way. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "store/project.h"
#include "store/run_store.h"
#include "ui/canvas.h"
#include "ui/key.h"
#include "ui/workbench.h"

static char folder[] = "/tmp/retort-ui-XXXXXX";

struct stage {
  struct project *project;
  struct workbench *w;
  struct canvas canvas;
  char path[64];
};

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

/* ---- the stage ---- */

static void
open_task(struct stage *s, const char *name, enum task task)
{
  struct err e = {0};

  snprintf(s->path, sizeof s->path, "%s/%s.retort", folder, name);
  if (project_create(s->path, task, labels, N_OF(labels), &e) < 0)
    fail_msg("%s", e.message);
  s->project = project_open(s->path, PROJECT_WRITE, &e);
  if (!s->project)
    fail_msg("%s", e.message);
}

static void
open_stage(struct stage *s, const char *name, bool filled)
{
  open_task(s, name, TASK_CLASSIFY);
  if (filled) {
    add_samples(s->project, 12, ORIGIN_SEED, SPLIT_TRAIN, STATUS_ACCEPTED);
    add_samples(s->project, 24, ORIGIN_GENERATED, SPLIT_TRAIN, STATUS_NEW);
    add_samples(s->project, 6, ORIGIN_IMPORTED, SPLIT_TEST, STATUS_ACCEPTED);
  }
}

static void
settle(struct stage *s)
{
  int64_t until = clock_ms() + 30000;

  while (workbench_step(s->w) || workbench_busy(s->w)) {
    if (clock_ms() > until)
      fail_msg("the workbench does not come to rest");
    clock_sleep_ms(1);
  }
}

static void
raise_curtain(struct stage *s, int rows, int cols)
{
  s->w = workbench_new(s->project);
  canvas_init(&s->canvas, rows, cols);
  settle(s);
}

static void
close_stage(struct stage *s)
{
  struct err e = {0};

  workbench_free(s->w);
  canvas_release(&s->canvas);
  if (project_close(s->project, &e) < 0)
    fail_msg("%s", e.message);
}

static void
draw(struct stage *s)
{
  settle(s);
  workbench_draw(s->w, &s->canvas);
}

static void
type_text(struct stage *s, const char *text)
{
  size_t len;

  for (size_t n = strlen(text); n; text += len, n -= len) {
    struct key k = {.code = utf8_decode(text, n, &len)};

    workbench_key(s->w, &k);
    settle(s);
  }
}

/* Keys by name, separated by blanks; <words> are typed. */
static void
keys(struct stage *s, const char *script)
{
  for (const char *at = script; *at; at += *at == ' ') {
    char word[200];
    size_t n = *at == '<' ? strcspn(at, ">") + 1 : strcspn(at, " ");
    struct key k;

    assert_true(n < sizeof word);
    memcpy(word, at, n);
    word[n] = '\0';
    at += n;
    draw(s);  /* widgets know their size from being drawn */
    if (word[0] == '<' && n > 1) {
      word[n - 1] = '\0';
      type_text(s, word + 1);
      continue;
    }
    if (!key_parse(word, &k))
      fail_msg("'%s' is no key", word);
    workbench_key(s->w, &k);
    settle(s);
  }
}

static void
screen(struct stage *s, const char *name)
{
  const char *src = getenv("srcdir");
  char *path = xasprintf("%s/tests/screens/%s.txt", src ? src : ".", name), *expected = NULL;
  struct buf b = BUF_INIT;
  struct err e = {0};
  size_t n;

  draw(s);
  canvas_dump(&s->canvas, true, &b);
  if (getenv("RETORT_UPDATE_SCREENS")) {
    if (io_write_file(path, buf_str(&b), b.n, &e) < 0)
      fail_msg("%s", e.message);
  } else {
    if (io_read_file(path, 1 << 20, &expected, &n, &e) < 0)
      fail_msg("%s", e.message);
    if (strcmp(buf_str(&b), expected))
      fail_msg("the screen '%s' is another:\n%s\nit should be:\n%s", name, buf_str(&b), expected);
  }
  free(expected);
  free(path);
  buf_release(&b);
}

/* True if that text stands on the screen. */
static bool
shows(struct stage *s, const char *text)
{
  struct buf b = BUF_INIT;
  bool found;

  draw(s);
  canvas_dump(&s->canvas, false, &b);
  found = strstr(buf_str(&b), text) != NULL;
  buf_release(&b);
  return found;
}

static void
assert_shows(struct stage *s, const char *text)
{
  if (!shows(s, text)) {
    struct buf b = BUF_INIT;

    canvas_dump(&s->canvas, false, &b);
    fail_msg("'%s' is not on the screen:\n%s", text, buf_str(&b));
  }
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
  open_stage(&s, "sizes", true);
  for (size_t i = 0; i < N_OF(sizes); i++) {
    raise_curtain(&s, sizes[i].rows, sizes[i].cols);
    keys(&s, "j j");
    screen(&s, sizes[i].name);
    workbench_free(s.w);
    canvas_release(&s.canvas);
  }
  raise_curtain(&s, 15, 59);
  screen(&s, "too-small");
  close_stage(&s);
}

static void
curate_decides(void **state)
{
  struct stage s;

  (void)state;
  open_stage(&s, "decide", true);
  raise_curtain(&s, 24, 80);
  keys(&s, "/ <status:new> Enter");
  keys(&s, "a x 5");
  assert_shows(&s, "15 relabelled returns → product, u undoes");
  keys(&s, "Enter");
  screen(&s, "curate-decided");
  assert_int_equal(sample(&s, 13).status, STATUS_ACCEPTED);
  assert_int_equal(sample(&s, 14).status, STATUS_REJECTED);
  assert_int_equal(sample(&s, 15).labels[0], 4);
  assert_int_equal(sample(&s, 16).status, STATUS_ACCEPTED);
  keys(&s, "u u u");
  assert_int_equal(sample(&s, 16).status, STATUS_NEW);
  assert_int_equal(sample(&s, 14).status, STATUS_NEW);
  assert_int_equal(sample(&s, 13).status, STATUS_ACCEPTED);
  keys(&s, "C-r");
  assert_int_equal(sample(&s, 14).status, STATUS_REJECTED);
  keys(&s, "R");
  assert_shows(&s, "22 of 42");
  close_stage(&s);
}

static void
curate_undoes_after_a_restart(void **state)
{
  struct stage s;
  struct err e = {0};

  (void)state;
  open_stage(&s, "restart", true);
  raise_curtain(&s, 24, 80);
  keys(&s, "x x");
  close_stage(&s);
  s.project = project_open(s.path, PROJECT_WRITE, &e);
  assert_non_null(s.project);
  raise_curtain(&s, 24, 80);
  assert_int_equal(sample(&s, 2).status, STATUS_REJECTED);
  keys(&s, "u");
  assert_int_equal(sample(&s, 2).status, STATUS_ACCEPTED);
  assert_int_equal(sample(&s, 1).status, STATUS_REJECTED);
  close_stage(&s);
}

static void
curate_marks_and_repeats(void **state)
{
  struct stage s;

  (void)state;
  open_stage(&s, "marks", true);
  raise_curtain(&s, 24, 80);
  keys(&s, "Space j j V");
  assert_shows(&s, "4 marked");
  keys(&s, "x");
  for (uint32_t id = 1; id <= 5; id++)
    assert_int_equal(sample(&s, id).status, id <= 4 ? STATUS_REJECTED : STATUS_ACCEPTED);
  assert_shows(&s, "4 samples rejected");
  keys(&s, "u");  /* all of them by one undo */
  for (uint32_t id = 1; id <= 4; id++)
    assert_int_equal(sample(&s, id).status, STATUS_ACCEPTED);
  keys(&s, "g l");
  screen(&s, "curate-menu");
  keys(&s, "<acc> Enter");
  assert_int_equal(sample(&s, 1).labels[0], 3);
  keys(&s, ". .");
  assert_int_equal(sample(&s, 3).labels[0], 3);
  keys(&s, "*");
  assert_shows(&s, "42 marked");
  keys(&s, "Esc");
  assert_false(shows(&s, "42 marked"));
  keys(&s, "D");
  assert_shows(&s, "32 marked");
  close_stage(&s);
}

static void
curate_filters_as_one_types(void **state)
{
  struct stage s;

  (void)state;
  open_stage(&s, "filter", true);
  raise_curtain(&s, 24, 80);
  keys(&s, "/ <label:billing>");
  screen(&s, "curate-filter");
  keys(&s, "Esc g j j / <lable:x>");
  screen(&s, "curate-filter-wrong");
  keys(&s, "Esc");
  assert_shows(&s, "42 of 42");
  assert_shows(&s, ">    3 ");  /* what was selected before is again */
  keys(&s, "/ <parcel> Enter");
  assert_shows(&s, "parcel");
  keys(&s, "Esc S-Tab j Enter");  /* a facet */
  assert_shows(&s, "label:shipping");
  keys(&s, "j Enter");
  assert_shows(&s, "label:returns");
  assert_false(shows(&s, "label:shipping"));
  close_stage(&s);
}

static void
curate_edits(void **state)
{
  struct stage s;

  (void)state;
  open_stage(&s, "edit", true);
  raise_curtain(&s, 24, 80);
  keys(&s, "j e");
  screen(&s, "curate-edit");
  keys(&s, "C-w C-w < say \"it\" \\ 日本> Enter");
  assert_string_equal(sample(&s, 2).text, "my parcel has not moved since thursday, where  say \"it\" \\ 日本");
  keys(&s, "e <x> Esc");
  assert_string_equal(sample(&s, 2).text, "my parcel has not moved since thursday, where  say \"it\" \\ 日本");
  keys(&s, "u");
  assert_string_equal(sample(&s, 2).text, texts[1]);
  close_stage(&s);
}

static void
several_labels_are_toggled(void **state)
{
  struct stage s;

  (void)state;
  open_task(&s, "several", TASK_MULTILABEL);
  add_samples(s.project, 3, ORIGIN_SEED, SPLIT_TRAIN, STATUS_NEW);
  raise_curtain(&s, 24, 80);
  keys(&s, "3 6");
  assert_int_equal(sample(&s, 1).n_labels, 3);
  assert_shows(&s, ">    1 ");
  keys(&s, "1 3 6");
  assert_int_equal(sample(&s, 1).n_labels, 0);
  keys(&s, "u");
  assert_int_equal(sample(&s, 1).labels[0], 5);
  close_stage(&s);
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
  open_task(&s, "pair", TASK_PAIR);
  change_add_sample(ch, &pair);
  assert_int_equal(project_insert(s.project, ch, &first, &e), 0);
  change_free(ch);
  raise_curtain(&s, 24, 80);
  screen(&s, "curate-pair");
  keys(&s, "e <s> Tab <!> Enter");
  assert_string_equal(sample(&s, 1).text, "premises");
  assert_string_equal(sample(&s, 1).text2, "hypothesis!");
  close_stage(&s);
}

static void
click(struct stage *s, enum mouse button, int row, int col)
{
  struct key k = {.code = K_MOUSE, .mouse = button, .row = row, .col = col};

  draw(s);
  workbench_key(s->w, &k);
  settle(s);
}

static void
the_mouse_points_and_scrolls(void **state)
{
  struct stage s;

  (void)state;
  open_stage(&s, "mouse", true);
  raise_curtain(&s, 24, 80);
  click(&s, MOUSE_LEFT, 5, 40);
  assert_shows(&s, ">    3 ");
  click(&s, MOUSE_WHEEL_DOWN, 5, 40);
  click(&s, MOUSE_WHEEL_DOWN, 5, 40);
  assert_shows(&s, ">    7 ");          /* scrolled out of sight, so the first row that is left */
  click(&s, MOUSE_LEFT, 3, 5);        /* the facet of shipping */
  assert_shows(&s, "label:shipping");
  click(&s, MOUSE_LEFT, 3, 5);
  assert_shows(&s, "42 of 42");
  click(&s, MOUSE_LEFT, 0, 58);       /* the tab of Train */
  assert_shows(&s, "no runs yet");
  click(&s, MOUSE_LEFT, 23, 79);
  click(&s, MOUSE_RIGHT, 100, 200);
  close_stage(&s);
}

/* The selected sample, and its place on the screen, stay whatever comes from elsewhere. */
static void
the_selected_row_stays(void **state)
{
  struct stage s;
  char here[16] = "";
  int row = 0;

  (void)state;
  open_stage(&s, "stays", true);
  raise_curtain(&s, 24, 80);
  keys(&s, "s <words> Enter");
  keys(&s, "G k k k k");
  draw(&s);
  for (uint32_t i = 1; i <= 42; i++) {
    snprintf(here, sizeof here, "> %4u ", i);
    if (shows(&s, here))
      break;
  }
  for (int i = 0; i < s.canvas.rows; i++)
    if (s.canvas.cells[i * s.canvas.cols + 27].c == '>')
      row = i;
  assert_true(row > 0);
  add_samples(s.project, 30, ORIGIN_GENERATED, SPLIT_TRAIN, STATUS_NEW);
  assert_shows(&s, "72 of 72");
  assert_int_equal(s.canvas.cells[row * s.canvas.cols + 27].c, '>');
  assert_shows(&s, here);
  keys(&s, "R");  /* sorted anew: the new ones come in between */
  assert_shows(&s, here);
  close_stage(&s);
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
  open_stage(&s, "train", true);
  add_run(s.project);
  for (size_t i = 0; i < N_OF(sizes); i++) {
    raise_curtain(&s, sizes[i].rows, sizes[i].cols);
    keys(&s, "F4");
    screen(&s, sizes[i].name);
    workbench_free(s.w);
    canvas_release(&s.canvas);
  }
  raise_curtain(&s, 24, 80);
  keys(&s, "F4 Left Left Left");
  screen(&s, "train-crosshair");
  assert_shows(&s, "truth down");
  keys(&s, "Tab");
  assert_shows(&s, ">  6");
  keys(&s, "Esc");
  draw(&s);
  canvas_to_ascii(&s.canvas);
  for (int i = 0; i < s.canvas.rows * s.canvas.cols; i++)
    assert_in_range(s.canvas.cells[i].c, ' ', '~');
  keys(&s, "n C-u <many>");
  close_stage(&s);
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
  open_stage(&s, "trains", true);
  raise_curtain(&s, 30, 100);
  keys(&s, "F4");
  screen(&s, "train-none");
  keys(&s, "n Down <first>");
  for (int i = 0; i < 40 && !shows(&s, "> epochs"); i++)
    keys(&s, "Down");
  keys(&s, "<0> Enter");  /* refused: the form stays and says why */
  assert_shows(&s, "epochs");
  assert_int_equal(run_store_list(s.project, &runs, &n, &e), 0);
  assert_int_equal(n, 0);
  run_rows_free(runs, n);
  keys(&s, "BS <3> Enter");
  assert_shows(&s, "first");
  assert_shows(&s, "test: truth down");
  assert_int_equal(run_store_list(s.project, &runs, &n, &e), 0);
  assert_int_equal(n, 1);
  assert_int_equal(runs[0].state, RUN_DONE);
  assert_non_null(strstr(runs[0].params, "\"epochs\":3"));
  run_rows_free(runs, n);
  keys(&s, "n");
  for (int i = 0; i < 40 && !shows(&s, "> epochs"); i++)
    keys(&s, "Down");
  assert_shows(&s, "epochs        3");  /* the last values used */
  close_stage(&s);
}

/* ---- the frame ---- */

static void
command_line_and_help(void **state)
{
  struct stage s;

  (void)state;
  open_stage(&s, "frame", true);
  raise_curtain(&s, 24, 80);
  keys(&s, ": <re> Tab");
  screen(&s, "completion");
  keys(&s, "C-u <reject --id 3> Enter");
  assert_int_equal(sample(&s, 3).status, STATUS_REJECTED);
  keys(&s, ": Up");
  assert_shows(&s, ":reject --id 3");
  keys(&s, "Esc : <rejekt> Enter");
  screen(&s, "unknown-command");
  keys(&s, "j");
  assert_false(shows(&s, "rejekt"));
  keys(&s, "!");
  assert_shows(&s, "rejekt");
  keys(&s, "q ?");
  screen(&s, "help");
  keys(&s, "/ <Templates> Enter");
  assert_shows(&s, "F1 M-1");
  assert_false(shows(&s, "1 F1"));  /* digits label here */
  keys(&s, "/ C-u <undo> Enter");
  assert_shows(&s, "undo the last change");
  keys(&s, "q : <list --limit 30> Enter");
  assert_shows(&s, "list --limit 30");
  keys(&s, "q : <view train> Enter");
  assert_shows(&s, "no runs yet");
  keys(&s, "q");
  assert_true(workbench_wants_quit(s.w));
  close_stage(&s);
}

static void
an_empty_project_says_what_to_do(void **state)
{
  struct stage s;

  (void)state;
  open_stage(&s, "empty", false);
  raise_curtain(&s, 24, 80);
  assert_shows(&s, " 1 Templates ");  /* where an empty project begins */
  keys(&s, "F3");
  screen(&s, "curate-empty");
  keys(&s, "a x l Esc 3 e E Space V * . D R n g G Enter");
  assert_shows(&s, "no samples yet");
  close_stage(&s);
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
  open_stage(&s, "any", true);
  add_run(s.project);
  raise_curtain(&s, 24, 80);
  for (int i = 0; i < 1500; i++) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    if (i % 50 == 0) {
      canvas_resize(&s.canvas, 1 + (int)((seed >> 40) % 40), 1 + (int)((seed >> 20) % 130));
      workbench_draw(s.w, &s.canvas);
    }
    keys(&s, some[(seed >> 33) % N_OF(some)]);
  }
  close_stage(&s);
}

static int
make_folder(void **state)
{
  (void)state;
  setenv("TERM", "dumb", 1);
  setenv("INPUTRC", "/dev/null", 1);
  if (!mkdtemp(folder))
    return -1;
  setenv("XDG_STATE_HOME", folder, 1);
  return 0;
}

static int
remove_folder(void **state)
{
  char *line = xasprintf("rm -rf %s", folder);
  int r = system(line);

  (void)state;
  free(line);
  return r;
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
    cmocka_unit_test(the_selected_row_stays),
    cmocka_unit_test(train_at_three_sizes),
    cmocka_unit_test(train_trains),
    cmocka_unit_test(command_line_and_help),
    cmocka_unit_test(an_empty_project_says_what_to_do),
    cmocka_unit_test(any_keys_do_no_harm),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
