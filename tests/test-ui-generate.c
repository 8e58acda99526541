/* The view Generate: keys in, screens out. */
#include "tests/recorded-scene.h"

#include <locale.h>
#include <math.h>

#include "base/mem.h"
#include "store/job_store.h"
#include "store/template_store.h"
#include "ui/view-generate.h"

static void
a_job_from_form_to_funnel(void **state)
{
  struct stage s;

  (void)state;
  recorded_open(&s, "job", 30, 100, 1);
  stage_screen(&s, "generate-none");
  stage_keys(&s, "n");
  stage_assert_shows(&s, "per-label");
  stage_assert_shows(&s, "recorded");
  stage_keys(&s, "Enter");
  stage_screen(&s, "generate-estimate");
  stage_assert_shows(&s, "18 texts in 6 requests");
  assert_int_equal(corpus_count(project_corpus(s.project)), 9);   /* nothing was sent yet */
  stage_keys(&s, "Enter");
  assert_int_equal(corpus_count(project_corpus(s.project)), 9 + 10);
  stage_screen(&s, "generate-100x30");
  stage_assert_shows(&s, "+ shipping");
  stage_assert_shows(&s, "~ billing");
  stage_keys(&s, "w");
  stage_screen(&s, "generate-funnel");
  stage_keys(&s, "G Enter");
  stage_assert_shows(&s, "double of 1");
  stage_keys(&s, "Esc c Right Right Down");
  stage_screen(&s, "generate-coverage");
  stage_keys(&s, "d");
  stage_screen(&s, "generate-diversity");
  stage_keys(&s, "Esc f");
  stage_assert_shows(&s, "no recording");
  stage_keys(&s, "o");
  stage_screen(&s, "generate-jobs");
  recorded_resize(&s, 24, 80);
  stage_keys(&s, "t");
  stage_screen(&s, "generate-80x24");
  recorded_resize(&s, 16, 60);
  stage_screen(&s, "generate-60x16");
  stage_keys(&s, "g Enter");
  stage_assert_shows(&s, "request    1 of job 1");
  stage_close(&s);
}

/* A probe sends the first requests of the job that then goes on: nothing is asked twice. */
static void
a_probe_goes_before_a_job(void **state)
{
  struct stage s;
  struct job_row *jobs;
  struct err e = {0};
  size_t n;

  (void)state;
  recorded_open(&s, "probe", 30, 100, 1);
  stage_keys(&s, "n Enter p");
  stage_screen(&s, "generate-probed");
  stage_keys(&s, "Enter");
  stage_assert_shows(&s, "5 of 6");
  if (job_store_list(s.project, &jobs, &n, &e) < 0)
    fail_msg("%s", e.message);
  assert_int_equal(n, 1);
  job_rows_free(jobs, n);
  stage_close(&s);
}

/* Several teachers are named in one field. */
static void
teachers_share_a_job(void **state)
{
  struct stage s;

  (void)state;
  recorded_open(&s, "shared", 30, 100, 1);
  recorded_teacher(&s, "second");
  stage_keys(&s, "n Down C-u <recorded,second:2> Enter");
  stage_assert_shows(&s, "--teacher recorded --teacher second:2");
  stage_close(&s);
}

/* The form of a new job, all figures of a job at work and the pages of the lower half, where there is little and much
 * room. */
static void
generate_at_other_sizes(void **state)
{
  struct stage s;

  (void)state;
  recorded_open(&s, "sizes", 16, 60, 1);
  stage_keys(&s, "n");
  stage_screen(&s, "generate-form-60x16");
  recorded_resize(&s, 24, 80);
  stage_screen(&s, "generate-form-80x24");
  stage_keys(&s, "Enter");
  recorded_resize(&s, 16, 60);
  stage_screen(&s, "generate-estimate-60x16");
  stage_keys(&s, "Enter d");
  stage_screen(&s, "generate-diversity-60x16");
  stage_keys(&s, "w G Enter");
  stage_screen(&s, "generate-reason-60x16");
  recorded_resize(&s, 60, 200);
  stage_keys(&s, "d");
  stage_screen(&s, "generate-diversity-200x60");
  stage_keys(&s, "c");
  stage_screen(&s, "generate-coverage-200x60");
  recorded_resize(&s, 30, 100);
  stage_keys(&s, "?");
  stage_screen(&s, "generate-help");
  stage_keys(&s, "PgDn");
  stage_screen(&s, "generate-help-figures");
  stage_close(&s);
}

/* The cell at the cursor leads to its texts. */
static void
a_cell_opens_its_texts(void **state)
{
  struct stage s;

  (void)state;
  recorded_open(&s, "cell", 16, 60, 1);
  stage_keys(&s, "n Enter Enter c");
  stage_screen(&s, "generate-coverage-60x16");
  stage_keys(&s, "Right");
  stage_assert_shows(&s, "billing  topic boots");
  stage_keys(&s, "Enter");
  stage_assert_shows(&s, "2 of 19");
  stage_assert_shows(&s, "My card was charged");
  stage_close(&s);
}

/* A dropped text comes in as it is, or repaired; what stands in the test is refused; undo makes it a dropped one
 * again. */
static void
dropped_texts_are_let_in(void **state)
{
  struct stage s;
  struct sample x;

  (void)state;
  recorded_open(&s, "let-in", 24, 80, 1);
  stage_keys(&s, "n Enter Enter w");
  stage_click(&s, "short   ", true);
  stage_assert_shows(&s, "e repair  r restore");
  stage_keys(&s, "r");
  stage_assert_shows(&s, "restored 1 text, as sample 20");
  stage_assert_shows(&s, "No text is left here");
  assert_true(corpus_get(project_corpus(s.project), 20, &x));
  assert_string_equal(x.text, "ok");
  stage_keys(&s, "u");
  stage_assert_shows(&s, "~ shipping  ok");
  assert_false(corpus_get(project_corpus(s.project), 20, &x));
  stage_keys(&s, "e C-u <Which invoice did I pay in March?> Enter");
  stage_assert_shows(&s, "like test text 4");                     /* refused */
  stage_keys(&s, "e");
  stage_screen(&s, "generate-repair");
  stage_keys(&s, "<, thanks> Enter");
  assert_true(corpus_get(project_corpus(s.project), 21, &x));
  assert_string_equal(x.text, "ok, thanks");
  stage_keys(&s, "Esc");
  stage_click(&s, "unreadable   ", true);
  stage_keys(&s, "e");
  stage_assert_shows(&s, "I am sorry, but I cannot help with that.");   /* what the model wrote */
  stage_keys(&s, "C-u <Where is the lamp that I ordered?> Enter");
  assert_true(corpus_get(project_corpus(s.project), 22, &x));
  assert_string_equal(x.text, "Where is the lamp that I ordered?");
  stage_close(&s);
}

/* A reason that is new in the filters needs its words here. */
static void
every_reason_has_words(void **state)
{
  (void)state;
  for (int i = 0; i < N_DROP_REASONS; i++)
    if (!drop_words[i] || !*drop_words[i])
      fail_msg("no words for '%s'", drop_defs[i].name);
}

/* Rules that were changed hold for replies that are there, by one key, after a word on what it comes to. */
static void
replies_are_read_again(void **state)
{
  struct stage s;
  struct sample x;
  char *looser = xstrdup(recorded_template), *words;
  struct err e = {0};

  (void)state;
  recorded_open(&s, "again-read", 24, 80, 1);
  stage_keys(&s, "n Enter Enter w p");
  stage_assert_shows(&s, "nothing new would come in");
  words = strstr(looser, "min_words: 2");
  words[strlen("min_words: ")] = '1';
  if (template_store_put(s.project, "tickets", looser, NULL, &e) < 0)
    fail_msg("%s", e.message);
  stage_keys(&s, "p");
  stage_assert_shows(&s, "1 text would come in");
  stage_keys(&s, "y");
  assert_true(corpus_get(project_corpus(s.project), 20, &x));
  assert_string_equal(x.text, "ok");
  free(looser);
  stage_close(&s);
}

/* As many given texts as the job has say whether its figures are good; too few say nothing. */
static void
diversity_is_set_beside_what_was_given(void **state)
{
  struct stage s;
  char text[120];

  (void)state;
  recorded_open(&s, "diverse", 24, 80, 1);
  stage_keys(&s, "n Enter Enter d");
  assert_false(stage_shows(&s, "given"));
  for (int i = 0; i < 30; i++) {
    snprintf(text, sizeof text, "alpha%d beta%d gamma%d delta%d epsilon%d", i, i, i, i, i);   /* no two share a word */
    recorded_sample(&s, text, 0, SPLIT_TRAIN);
  }
  stage_assert_shows(&s, "10 given");
  stage_assert_shows(&s, "low: less varied");
  stage_assert_shows(&s, "high: more alike");
  stage_close(&s);
}

/* A job that was done before the program was started again is shown as it stood, and the missing request is sent
 * again. */
static void
a_job_is_there_after_a_restart(void **state)
{
  struct stage s;
  struct err e = {0};

  (void)state;
  recorded_open(&s, "again", 30, 100, 1);
  stage_keys(&s, "n Enter Enter");
  stage_close(&s);
  s.project = project_open(s.path, PROJECT_WRITE, &e);
  assert_non_null(s.project);
  stage_open(&s, 30, 100);
  workbench_go(s.w, 1);
  stage_assert_shows(&s, "job 1");
  stage_assert_shows(&s, "5 of 6");
  stage_keys(&s, "r");
  stage_assert_shows(&s, "5 of 6");
  assert_int_equal(corpus_count(project_corpus(s.project)), 9 + 10);
  stage_close(&s);
}

/* While a teacher labels texts, no row comes in between as the first vote for a label does. */
static void
labels_have_their_rows_from_the_beginning(void **state)
{
  struct stage s;
  struct board *b;
  struct job_row row = {.kind = (char *)"annotate", .state = JOB_RUNNING, .template_id = 1, .teacher_id = 1,
                        .params = (char *)"{}", .key = (char *)"", .message = (char *)""};
  struct request_row request = {.key = (char *)"a", .label = LABEL_NONE, .attributes = (char *)"", .wanted = 3,
                                .messages = (char *)"[]", .params = (char *)"{}", .cost_usd = NAN};
  struct job_live live = {.in_flight = 1, .max_in_flight = 8, .requests = 1, .wanted = 3};
  struct err e = {0};
  uint32_t job, id;

  (void)state;
  recorded_open(&s, "votes", 24, 80, 1);
  if (job_store_add(s.project, &row, &job, &e) < 0 || job_store_plan(s.project, job, &request, 1, &e) < 0)
    fail_msg("%s", e.message);
  b = project_board(s.project);
  id = board_begin(b, ACTIVITY_JOB, job, "job 1 tickets v1");
  board_job(b, id, &live);
  stage_assert_shows(&s, " billing ");
  stage_assert_shows(&s, " returns ");
  board_end(b, id, ACTIVITY_DONE, "");
  stage_close(&s);
}

/* A question is never cut off by what runs. */
static void
the_frame_has_room(void **state)
{
  struct stage s;
  struct board *b;
  uint32_t id;

  (void)state;
  recorded_open(&s, "room", 16, 60, 1);
  b = project_board(s.project);
  id = board_begin(b, ACTIVITY_JOB, 0, "job 1 tickets v1");
  board_progress(b, id, 3, 6, 1500);
  stage_keys(&s, "q");
  stage_assert_shows(&s, "what it has? (y/n)");
  stage_assert_shows(&s, "generating 50% 1500/s");
  stage_keys(&s, "n");
  board_end(b, id, ACTIVITY_DONE, "");
  stage_close(&s);
}

/* A job in the hands of somebody else: what the view shows and says goes over the board. */
static void
a_running_job_is_steered(void **state)
{
  struct stage s;
  struct board *b;
  struct job_row row = {.kind = (char *)"generate", .state = JOB_RUNNING, .template_id = 1, .teacher_id = 1,
                        .params = (char *)"{}",
                        .key = (char *)"", .message = (char *)""};
  struct request_row requests[2] = {
    {.key = (char *)"a", .label = 0, .attributes = (char *)"", .wanted = 3, .messages = (char *)"[]",
     .params = (char *)"{}", .cost_usd = NAN},
    {.key = (char *)"b", .label = 1, .attributes = (char *)"", .wanted = 3, .messages = (char *)"[]",
     .params = (char *)"{}", .cost_usd = NAN},
  };
  struct job_live live = {.in_flight = 4, .max_in_flight = 8, .requests = 2, .ok = 1, .retried = 3, .wanted = 6,
                          .kept = 2,
                          .tokens_in = 61000, .tokens_out = 210000, .cost_usd = 0.14, .budget_usd = 2};
  struct board_cell cells[2] = {{.label = 0, .wanted = 3, .kept = 2, .dropped = 1}, {.label = 1, .wanted = 3}};
  struct board_limits limits;
  struct err e = {0};
  uint32_t job, id;
  double budget;
  int in_flight;

  (void)state;
  recorded_open(&s, "steered", 30, 100, 1);
  if (job_store_add(s.project, &row, &job, &e) < 0 || job_store_plan(s.project, job, requests, 2, &e) < 0)
    fail_msg("%s", e.message);
  b = project_board(s.project);
  id = board_begin(b, ACTIVITY_JOB, job, "job 1 tickets v1");
  board_job(b, id, &live);
  board_cells(b, id, cells, 2);
  board_progress(b, id, 3, 6, 1.5);
  stage_screen(&s, "generate-running");
  board_stream(b, id, "[\"My card was charged twice for the same boots.\",\n \"Where is the inv");
  live.allowed_in_flight = 6;
  live.rate_limited = 2;
  live.timeouts = 1;
  live.round = 2;
  live.projected_usd = 0.42;
  live.token_limit = 1000000;
  live.seconds_limit = 600;
  board_job(b, id, &live);
  stage_screen(&s, "generate-slowed");
  live.held_seconds = 11.2;
  board_job(b, id, &live);
  stage_assert_shows(&s, "held 12 s: the endpoint asks to wait");
  live.held_seconds = 0;
  live.waiting = 5;
  board_job(b, id, &live);
  stage_assert_shows(&s, "5 requests failed and wait for the next try");
  live.waiting = 0;
  live.allowed_in_flight = 8;
  board_job(b, id, &live);
  board_stream(b, id, NULL);
  stage_assert_shows(&s, "a reply as it is written");             /* its place stays */
  stage_keys(&s, "+");
  board_wanted(b, id, &in_flight, &budget);
  assert_int_equal(in_flight, 9);
  assert_true(budget < 0);
  stage_keys(&s, "- -");
  board_wanted(b, id, &in_flight, &budget);
  assert_int_equal(in_flight, 7);
  stage_keys(&s, "$ C-u <0.5> Down C-u <100000> Down Down C-u <60> Enter");
  assert_true(board_limited(b, id, &limits));
  assert_true(fabs(limits.usd - 0.5) < 1e-9 && limits.tokens == 100000 && limits.requests == 0 && limits.seconds == 60);
  assert_false(board_limited(b, id, &limits));
  stage_keys(&s, "Space");
  assert_true(board_paused(b, id));
  stage_assert_shows(&s, "paused");
  stage_keys(&s, "Space");
  assert_false(board_paused(b, id));
  board_pause(b, id, true);
  board_message(b, id, "11 of the last 20 requests failed: HTTP 500: no luck today");
  stage_assert_shows(&s, "11 of the last 20 requests failed: HTTP 500: no luck today  Space goes on");
  board_pause(b, id, false);
  stage_keys(&s, "x");
  assert_true(stop_wanted(board_stop_flag(b, id)));
  assert_false(stop_at_once(board_stop_flag(b, id)));
  stage_assert_shows(&s, "stopping: waits for 4 replies that are paid for  x again gives them up");
  stage_keys(&s, "x");
  assert_true(stop_at_once(board_stop_flag(b, id)));
  board_end(b, id, ACTIVITY_STOPPED, "stopped");
  stage_settle(&s);
  stage_assert_shows(&s, "recorded  stopped");   /* though the file still says that it runs */
  stage_close(&s);
}

/* A job whose requests are with the endpoint says how they stand, and which key asks again; all its teachers are
 * named. */
static void
a_batch_is_waited_for(void **state)
{
  struct stage s;
  struct job_row row = {.kind = (char *)"generate", .state = JOB_PAUSED, .template_id = 1, .teacher_id = 1,
                        .params = (char *)"{\"batch\":true,\"teachers\":[{\"name\":\"recorded\",\"share\":1},{\"name\":\"other\",\"share\":3}]}",
                        .key = (char *)"", .message = (char *)"1 batch is under way, 2 of 6 requests done: "
                        "in_progress"};
  struct err e = {0};
  uint32_t job;

  (void)state;
  recorded_open(&s, "batch", 24, 100, 1);
  if (job_store_add(s.project, &row, &job, &e) < 0)
    fail_msg("%s", e.message);
  stage_assert_shows(&s, "waits for its batch");
  stage_assert_shows(&s, "2 of 6 requests done: in_progress  r collects what is there");
  stage_assert_shows(&s, "teacher recorded, other:3");
  stage_close(&s);
}

/* Who quits while a job waits for paid replies sees it wait, and can give them up. */
static void
quitting_waits_for_what_is_paid_for(void **state)
{
  struct stage s;
  struct board *b;
  uint32_t id;

  (void)state;
  recorded_open(&s, "quitting", 24, 80, 1);
  b = project_board(s.project);
  id = board_begin(b, ACTIVITY_JOB, 1, "job 1");
  stage_keys(&s, "q y");
  assert_false(workbench_wants_quit(s.w));
  assert_true(stop_wanted(board_stop_flag(b, id)) && !stop_at_once(board_stop_flag(b, id)));
  stage_assert_shows(&s, "q again: at once");
  stage_keys(&s, "q");
  assert_true(stop_at_once(board_stop_flag(b, id)));
  assert_false(workbench_wants_quit(s.w));
  board_end(b, id, ACTIVITY_STOPPED, "");
  stage_settle(&s);
  assert_true(workbench_wants_quit(s.w));
  stage_close(&s);
}

/* Where the person stands in the list of texts does not change when more arrive. */
static void
put_generated(struct stage *s, uint32_t request)
{
  struct change *ch = change_new(CHANGE_INSERT, "job 1", "generate");
  struct sample x = {.text = "one more of the same", .n_text = 20, .origin = ORIGIN_GENERATED, .attributes = "",
                     .request_id = request};
  struct err e = {0};
  uint32_t first;

  change_add_sample(ch, &x);
  if (project_insert(s->project, ch, &first, &e) < 0)
    fail_msg("%s", e.message);
  change_free(ch);
}

static void
the_stream_is_calm(void **state)
{
  struct stage s;
  char *before, *after;

  (void)state;
  recorded_open(&s, "calm", 16, 60, 1);
  stage_keys(&s, "n Enter Enter t g j");
  before = stage_text(&s);
  put_generated(&s, 6);
  after = stage_text(&s);
  stage_assert_shows(&s, "texts 14");
  assert_string_equal(strchr(before, '+'), strchr(after, '+'));   /* all rows of the list, and the line below */
  stage_keys(&s, "G");
  stage_assert_shows(&s, "one more of the same");                 /* who stands at the end goes with it */
  put_generated(&s, 6);
  stage_assert_shows(&s, "texts 15");
  free(before);
  free(after);
  stage_close(&s);
}

static void
without_a_teacher_it_says_so(void **state)
{
  struct stage s;

  (void)state;
  stage_project(&s, "none", TASK_CLASSIFY, recorded_labels, RECORDED_LABELS);
  stage_open(&s, 24, 80);
  workbench_go(s.w, 1);
  stage_screen(&s, "generate-no-teacher");
  stage_close(&s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_job_from_form_to_funnel),
    cmocka_unit_test(a_probe_goes_before_a_job),
    cmocka_unit_test(teachers_share_a_job),
    cmocka_unit_test(generate_at_other_sizes),
    cmocka_unit_test(a_cell_opens_its_texts),
    cmocka_unit_test(dropped_texts_are_let_in),
    cmocka_unit_test(every_reason_has_words),
    cmocka_unit_test(replies_are_read_again),
    cmocka_unit_test(diversity_is_set_beside_what_was_given),
    cmocka_unit_test(a_job_is_there_after_a_restart),
    cmocka_unit_test(labels_have_their_rows_from_the_beginning),
    cmocka_unit_test(the_frame_has_room),
    cmocka_unit_test(a_running_job_is_steered),
    cmocka_unit_test(a_batch_is_waited_for),
    cmocka_unit_test(quitting_waits_for_what_is_paid_for),
    cmocka_unit_test(the_stream_is_calm),
    cmocka_unit_test(without_a_teacher_it_says_so),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, stage_folder_make, stage_folder_remove);
}
