/* The screen's thread never waits for the disk: whatever keys come, in every view, neither a key nor a frame reads the
 * project's file or waits for the store's thread. */
#include "compare-scene.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "corpus/change.h"
#include "store/run_live_store.h"
#include "ui/key.h"
#include "ui/view.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
void __sanitizer_print_stack_trace(void);
#define show_stack() __sanitizer_print_stack_trace()
#else
#define show_stack() ((void)0)
#endif

static const char *doing;
static unsigned waits;

static void
told(void)
{
  if (waits++ == 0 || getenv("RETORT_ALL_WAITS")) {
    fprintf(stderr, "the screen's thread waits for the disk at '%s'\n", doing);
    show_stack();
  }
}

static void
settle(struct stage *s)
{
  int64_t until = clock_ms() + 60000;

  while (workbench_step(s->w) || workbench_busy(s->w)) {
    assert_true(clock_ms() < until);
    clock_sleep_ms(1);
  }
  workbench_draw(s->w, &s->canvas);
}

/* As stage_keys, with an eye on the disk. */
static void
keys(struct stage *s, const char *script)
{
  project_watch_waits(told);
  for (const char *at = script; *at; at += *at == ' ') {
    char word[200];
    size_t n = *at == '<' ? strcspn(at, ">") + 1 : strcspn(at, " ");

    assert_true(n < sizeof word);
    memcpy(word, at, n);
    word[n] = '\0';
    at += n;
    doing = word;
    if (word[0] == '<' && n > 1) {
      for (char *c = word + 1; *c != '>'; c++) {
        workbench_key(s->w, &(struct key){.code = (unsigned char)*c});
        settle(s);
      }
    } else {
      struct key k;

      assert_true(key_parse(word, &k));
      workbench_key(s->w, &k);
      settle(s);
    }
  }
  project_watch_waits(NULL);
}

static void
fill_with(struct stage *s, const char *name, int n_samples)
{
  static const struct project_label labels[] = {{"billing", ""}, {"shipping", ""}};
  struct change *ch = change_new(CHANGE_INSERT, "person", "test");
  struct err e = {0};

  stage_project(s, name, TASK_CLASSIFY, labels, N_OF(labels));
  for (int i = 0; i < n_samples; i++) {
    uint16_t label = (uint16_t)(i % 2);
    char text[60];
    int n = snprintf(text, sizeof text, "text %d of a parcel that is late", i);

    change_add_sample(ch, &(struct sample){.text = text, .n_text = (uint32_t)n, .labels = &label, .n_labels = 1,
                                           .split = SPLIT_TRAIN, .origin = ORIGIN_GENERATED,
                                             .attributes = "topic=shoes"});
  }
  assert_int_equal(project_insert(s->project, ch, NULL, &e), 0);
  change_free(ch);
  stage_open(s, 30, 100);
}

static void
fill(struct stage *s, const char *name)
{
  fill_with(s, name, 60);
}

/* A run with points and an evaluation, and a trial of a sweep. */
static void
add_runs(struct stage *s)
{
  struct train_point points[40];
  struct err e = {0};
  uint32_t id, sweep;
  struct run_row row = {.name = "", .student = "cnn", .params = "{\"lr\":0.001}", .data = "", .metrics = "{}",
                        .message = "",
                        .arm = "", .options = "{}", .n_train = 30, .seed = 1};

  assert_int_equal(sweep_store_add(s->project, "{\"student\":\"cnn\",\"ranges\":[\"lr=1e-4..1e-2:log\"],\"seeds\":1}",
                                   &sweep, &e), 0);
  for (int i = 0; i < 40; i++)
    points[i] = (struct train_point){.epoch = i / 10 + 1, .step = i + 1, .n_steps = 40, .epoch_end = i % 10 == 9,
                                     .train_loss = 1, .train_accuracy = .5, .valid_loss = 1, .valid_accuracy = .5};
  for (int k = 0; k < 4; k++) {
    row.sweep = k == 3 ? sweep : 0;
    row.trial = k == 3;
    row.state = RUN_RUNNING;
    assert_int_equal(run_store_add(s->project, &row, &id, NULL, &e), 0);
    row.id = id;
    row.state = RUN_DONE;
    assert_int_equal(run_store_finish(s->project, &row, "model", 5, points, 40, &e), 0);
    row.id = 0;
  }
}

static void
train(void **state)
{
  struct stage s;

  (void)state;
  fill(&s, "trains");
  add_runs(&s);
  settle(&s);
  waits = 0;
  keys(&s, "F4 j Space j Space o k O T t t t + + - 0 + < > Left Left Right = L Tab j Tab j Tab s j Tab Esc Esc Enter "
           "q");
  keys(&s, "w s S Space b Esc w Enter O w n Esc Esc d [ ] p x c Esc");
  keys(&s, "n Down Enter Down <named> Down <1> Enter v");
  assert_int_equal(waits, 0);
  stage_close(&s);
}

/* What changes very many samples is done beside the screen's thread. */
static void
many(void **state)
{
  struct corpus_counts counts;
  struct stage s;

  (void)state;
  fill_with(&s, "many", 20001);
  waits = 0;
  keys(&s, "F3");
  assert_int_equal(workbench_run(s.w, "accept --filter label:billing"), 0);
  assert_true(workbench_running(s.w, "accept"));
  settle(&s);
  stage_assert_shows(&s, "accept: changed 10001 samples");
  corpus_counts(project_corpus(s.project), &counts);
  assert_int_equal(counts.status[STATUS_ACCEPTED], 10001);
  keys(&s, "u");
  corpus_counts(project_corpus(s.project), &counts);
  assert_int_equal(counts.status[STATUS_ACCEPTED], 0);
  assert_int_equal(waits, 0);
  stage_close(&s);
}

static void
curate(void **state)
{
  struct stage s;

  (void)state;
  fill(&s, "curate");
  waits = 0;
  keys(&s, "F3 j j PgDn G g a x 1 2 Space Space V x * Esc . u C-r R n N S p");
  keys(&s, "/ <label:bill> Tab < words> Enter / C-u <suspect> Enter / C-u <dup> Enter / C-u <run.wrong> Enter / C-u "
           "Enter");
  keys(&s, "s <words> Enter S s <suspect> Enter s <none> Enter Tab Tab Enter j Space - Enter Tab c a x c");
  keys(&s, "e <more> Enter C Esc f Esc ? Esc ! Esc : <accept --id 4> Enter : <list --id 4> Enter q : <runs> Enter q"
       " : <screenshot /dev/null.svg> Enter");
  assert_int_equal(waits, 0);
  stage_close(&s);
}

static void
other_views(void **state)
{
  struct stage s;

  (void)state;
  fill(&s, "views");
  waits = 0;
  keys(&s, "F1 j k Tab F2 j k Tab Tab f F4 j k Tab = L F5 j k Tab F3 H j k Esc M Esc F3");
  assert_int_equal(waits, 0);
  stage_close(&s);
}

/* Every page of Compare, with an experiment and a run. */
static void
compare(void **state)
{
  struct stage s;

  (void)state;
  compare_scene_project(&s, "compares", TASK_CLASSIFY);
  compare_scene_experiment(&s);
  stage_open(&s, 30, 100);
  add_runs(&s);
  settle(&s);
  waits = 0;
  keys(&s, "F5 g j m j Space a x a v Left Left Down x r r j Enter F5 l l x j x Enter F5 c c j Enter F5 d d j w w "
           "Enter ] [ j c F5 i i "
           "Right o o x x x");
  keys(&s, "Tab Tab S-Tab Esc g Enter Esc G Enter Esc b z z s <cost> Enter S M [ ] C R Esc n Esc q");
  assert_int_equal(waits, 0);
  stage_close(&s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(curate),
    cmocka_unit_test(other_views),
    cmocka_unit_test(train),
    cmocka_unit_test(many),
    cmocka_unit_test(compare),
  };

  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, stage_folder_make, stage_folder_remove);
}
