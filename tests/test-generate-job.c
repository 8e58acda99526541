/* Jobs: from a template and a teacher to samples in a project file, through replays and a server that fails. */
#include "scene.h"

#include <math.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"

/* ---- recorded teachers ---- */

static char *
read_example(const char *name, size_t *n)
{
  char *path = xasprintf("%s/examples/support-tickets/%s", getenv("srcdir"), name), *text;
  struct err e = {0};

  if (io_read_file(path, 64 << 20, &text, n, &e) < 0)
    fail_msg("%s", e.message);
  free(path);
  return text;
}

/* The example: its labels, template and recordings. */
static struct project *
example_project(const char *name)
{
  size_t n;
  char *path = path_of(name), *labels = read_example("labels.tsv", &n),
    *source = read_example("support-tickets.prompty", &n);
  char *replies = read_example("replies.jsonl", &n), *save, *line;
  struct project_label rows[32];
  size_t n_rows = 0;
  struct err e = {0};
  struct project *p;

  for (line = strtok_r(labels, "\n", &save); line && n_rows < 32; line = strtok_r(NULL, "\n", &save)) {
    char *tab = strchr(line, '\t');

    if (!tab || (n_rows == 0 && strncmp(line, "label\t", 6) == 0) || strncmp(line, "name\t", 5) == 0)
      continue;
    *tab = '\0';
    rows[n_rows++] = (struct project_label){line, tab + 1};
  }
  unlink(path);
  if (project_create(path, TASK_CLASSIFY, rows, n_rows, &e) < 0)
    fail_msg("%s", e.message);
  p = open_project(name);
  put_template(p, source);
  if (teacher_store_put(p, &(struct teacher_row){.name = "recorded", .kind = "replay", .url = "", .model = "",
                                                 .key_env = "",
                                                 .price_in = NAN, .price_out = NAN, .settings = "{}"}, replies, n,
                                                   NULL, &e) < 0)
    fail_msg("%s", e.message);
  free(path);
  free(labels);
  free(source);
  free(replies);
  return p;
}

static void
the_example_comes_in(void **state)
{
  struct project *p = example_project("example");
  struct job_options o = options();
  struct funnel f, again;
  struct err e = {0};
  struct activity a;
  struct sample s;
  char *samples;

  (void)state;
  o.teachers = &(struct job_teacher){.name = "recorded"};
  o.per_label = 20;
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  assert_int_equal(f.requested, 120);
  assert_int_equal(f.ok, 12);
  assert_int_equal(f.parsed, 120);
  assert_int_equal(f.kept + funnel_n_dropped(&f), 120);
  assert_true(f.kept >= 115);
  assert_float_equal(f.cost_usd, 0, 0);
  assert_true(f.tokens_out > 1000);
  assert_true(corpus_get(project_corpus(p), 1, &s));
  assert_int_equal(s.origin, ORIGIN_GENERATED);
  assert_int_equal(s.status, STATUS_NEW);
  assert_true(s.template_id == 1 && s.teacher_id == 1 && s.request_id > 0);
  assert_non_null(strstr(s.attributes, "topic="));
  assert_true(board_find(project_board(p), ACTIVITY_JOB, f.job_id, &a));
  assert_int_equal(a.state, ACTIVITY_DONE);
  assert_int_equal(a.job.kept, f.kept);
  assert_true(a.n_lines == 120 && a.n_cells == 6);
  samples = samples_of(p);
  assert_int_equal(lines_in(samples), f.kept);

  /* a finished job is not begun again */
  o.resume = true;
  assert_int_equal(run_job(p, &o, &again, &e), 0);
  assert_int_equal(again.job_id, f.job_id);
  funnel_release(&again);

  /* the same again: all from the file, and all of it doubles */
  o.resume = false;
  assert_int_equal(run_job(p, &o, &again, &e), 0);
  assert_int_equal(again.job_id, f.job_id + 1);
  assert_int_equal(again.cached, 12);
  assert_int_equal(again.ok, 0);
  assert_int_equal(again.kept, 0);
  assert_int_equal(again.dropped[DROP_DUPLICATE], 120);
  free(samples);
  funnel_release(&again);
  funnel_release(&f);
  close_project(p);
}

static void
a_changed_prompt_has_no_recording(void **state)
{
  struct project *p = example_project("changed");
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};

  (void)state;
  put_template(p, template);
  o.teachers = &(struct job_teacher){.name = "recorded"};
  assert_int_equal(run_job(p, &o, &f, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(strstr(e.message, "no recording of this request in 'the recordings of recorded'"));
  assert_int_equal(f.kept, 0);
  assert_int_equal(corpus_count(project_corpus(p)), 0);
  funnel_release(&f);
  close_project(p);
}

/* Recordings that were missing can be added, and the job goes on. */
static void
missing_recordings_can_come_later(void **state)
{
  struct project *p = example_project("missing");
  struct teacher_row row;
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};
  char *replay;
  size_t n;

  (void)state;
  assert_int_equal(teacher_store_get(p, "recorded", &row, &e), 0);
  assert_int_equal(teacher_store_replay(p, row.id, &replay, &n, &e), 0);
  assert_int_equal(teacher_store_put(p, &row, replay, (size_t)(strchr(replay, '\n') - replay), NULL, &e), 0);
  o.teachers = &(struct job_teacher){.name = "recorded"};
  o.per_label = 20;
  assert_int_equal(run_job(p, &o, &f, &e), -1);
  assert_int_equal(e.code, ERR_PARTIAL);
  assert_non_null(strstr(e.message, "11 of 12 requests failed: no recording of this request in "));
  assert_int_equal(f.kept, 10);
  assert_int_equal(f.failed, 11);
  funnel_release(&f);
  assert_int_equal(teacher_store_put(p, &row, replay, n, NULL, &e), 0);
  o.resume = true;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_int_equal(f.job_id, 1);
  assert_int_equal(f.ok, 12);
  assert_int_equal(f.failed, 0);
  assert_int_equal(f.kept, 120);
  funnel_release(&f);
  free(replay);
  teacher_row_release(&row);
  close_project(p);
}

static void
an_estimate_writes_nothing(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct job_estimate x;
  struct job_row *rows;
  struct err e = {0};
  size_t n;

  (void)state;
  p = fresh_project("estimate");
  o.per_label = 30;
  assert_int_equal(job_estimate(p, &o, &x, &e), 0);
  assert_int_equal(x.requests, 6);
  assert_int_equal(x.texts, 60);
  assert_int_equal(x.cached, 0);
  assert_true(x.tokens_in > 6 * 20 && x.tokens_in < 6 * 80 && x.tokens_out > 60 * 10);
  assert_true(x.cost_usd > 0 && x.cost_usd < x.cost_bound_usd && isfinite(x.cost_bound_usd));
  assert_int_equal(job_store_list(p, &rows, &n, &e), 0);
  assert_int_equal(n, 0);
  job_rows_free(rows, n);
  close_project(p);
}

static void
bad_wishes_are_refused(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct err e = {0};

  (void)state;
  p = fresh_project("bad");
  o.template_name = "nots";
  assert_null(job_new(p, &o, &e));
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(strstr(e.message, "no template 'nots'"));
  o = options();
  o.teachers = &(struct job_teacher){.name = "nobody"};
  assert_null(job_new(p, &o, &e));
  assert_non_null(strstr(e.message, "no teacher 'nobody'"));
  put_template(p, "---\nkind: annotate\n---\nuser:\n{{ text }}\n");
  o = options();
  assert_null(job_new(p, &o, &e));
  assert_non_null(strstr(e.message, "no texts to be labelled"));
  put_template(p, "user:\n{{ lable }}\n");
  assert_null(job_new(p, &o, &e));
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(strstr(e.message, "lable"));
  close_project(p);
}

/* ---- over HTTP ---- */

static void
a_server_teaches(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};
  struct buf json = BUF_INIT;
  struct json *j;

  (void)state;
  server_clear(server);
  p = fresh_project("served");
  o.per_label = 30;
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  assert_int_equal(server_count(server, -1), 6);
  assert_int_equal(f.kept, 60);
  assert_true(f.cost_usd > 0);
  funnel_json(&f, corpus_labels(project_corpus(p)), &json);
  j = json_parse(json.s, json.n, NULL, &e);
  assert_int_equal(json_number(json_get(j, "kept"), 0), 60);
  assert_int_equal(json_number(json_path(j, "requests", "ok", NULL), 0), 6);
  assert_int_equal(json_size(json_get(j, "labels")), 2);
  json_free(j);
  buf_release(&json);
  funnel_release(&f);
  /* once more: nothing is asked again */
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_int_equal(f.cached, 6);
  assert_float_equal(f.cost_usd, 0, 0);
  assert_int_equal(server_count(server, -1), 6);
  funnel_release(&f);
  close_project(p);
}

static void
a_file_that_cannot_be_written_is_told(void **state)
{
  char *path = path_of("fixed");
  struct job_options o = options();
  struct project *p;
  struct err e = {0};

  (void)state;
  server_clear(server);
  make_project("fixed");
  p = project_open(path, PROJECT_READ, &e);
  assert_non_null(p);
  assert_null(job_new(p, &o, &e));
  assert_true(e.code == ERR_INPUT || e.code == ERR_FAIL);
  assert_true(strlen(e.message) > 10);
  assert_int_equal(server_count(server, -1), 0);
  print_message("read-only: %s\n", e.message);
  close_project(p);
  free(path);
}

static void
nobody_teaches(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};

  (void)state;
  server_clear(server);
  p = fresh_project("nobody");
  put_http_teacher(p, "http://127.0.0.1:1/v1");
  o.per_label = 30;
  assert_int_equal(run_job(p, &o, &f, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  assert_string_equal(e.message, "cannot reach 'http://127.0.0.1:1': connection refused (is the server running?)");
  funnel_release(&f);
  /* when it is there, the job goes on */
  put_http_teacher(p, server->url);
  o.resume = true;
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  assert_int_equal(f.job_id, 1);
  assert_int_equal(f.kept, 60);
  funnel_release(&f);
  close_project(p);
}

/* Replies that came but cannot be read go into quarantine; they are not asked for again by this job, but by the
 * next. */
static void
the_unreadable_is_kept(void **state)
{
  static const char *const faults[] = {"truncated", "empty", "refusal"};
  char source[1000];
  struct project *p;
  struct job_options o = options();
  struct funnel f;
  struct dropped_row *rows;
  struct err e = {0};
  size_t n;

  (void)state;
  for (size_t i = 0; i < N_OF(faults); i++) {
    server_clear(server);
    p = fresh_project("quarantine");
    snprintf(source, sizeof source, "user:\nWrite {{ count }} {{ label }} {%% raw %%}[[%s*1]]{%% endraw %%}\n",
             faults[i]);
    put_template(p, source);
    o.per_label = 10;
    assert_int_equal(run_job(p, &o, &f, &e), 0);
    assert_int_equal(f.kept, 0);
    assert_int_equal(f.dropped[DROP_PARSE], 2);
    assert_int_equal(job_store_dropped(p, f.job_id, "parse", &rows, &n, &e), 0);
    assert_int_equal(n, 2);
    assert_null(rows[0].text);
    assert_true(strlen(rows[0].detail) > 10);
    dropped_rows_free(rows, n);
    funnel_release(&f);
    assert_int_equal(run_job(p, &o, &f, &e), 0);
    assert_int_equal(f.cached, 0);
    assert_int_equal(f.kept, 20);
    assert_int_equal(server_count(server, -1), 4);
    funnel_release(&f);
    close_project(p);
  }
}

/* Many replies come in with one transaction; a double of a text of the same transaction names it all the same. */
static void
doubles_name_each_other(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct dropped_row *rows;
  struct funnel f;
  struct err e = {0};
  size_t n;

  (void)state;
  server_clear(server);
  atomic_store(&server->delay_ms, 200);
  p = fresh_project("doubles");
  put_template(p, "---\ncount: 10\n---\nuser:\nWrite {{ count }} of the kind {{ label }}\n");
  o.count = 60;
  o.concurrency = 8;
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  assert_int_equal(f.kept, 20);
  funnel_release(&f);
  assert_int_equal(job_store_dropped(p, 1, "duplicate", &rows, &n, &e), 0);
  assert_int_equal(n, 40);
  for (size_t i = 0; i < n; i++) {
    struct sample s;

    assert_true(corpus_get(project_corpus(p), rows[i].of_id, &s));
    assert_string_equal(s.text, rows[i].text);
  }
  dropped_rows_free(rows, n);
  close_project(p);
}

/* What stands on the board as the reply that is being written, once something does. */
static size_t
stream_seen(struct project *p, struct job *j)
{
  char *text = board_get_stream(project_board(p), job_activity(j));
  size_t n = text ? strlen(text) : 0;

  free(text);
  return n;
}

/* What a person who looks at the job sees: one reply as it is written, how unlike the texts are, limits and cost. */
static void
the_board_shows_the_job(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct activity a;
  struct err e = {0};
  struct job *j;
  size_t n_streamed = 0;
  int result = 1;

  (void)state;
  server_clear(server);
  atomic_store(&server->delay_ms, 20);
  p = fresh_project("board");
  o.count = 600;
  o.attended = true;
  o.limits = (struct job_limits){.usd = 100, .tokens = 1000000, .requests = 1000, .seconds = 600};
  j = job_new(p, &o, &e);
  assert_non_null(j);
  while (result == 1 && job_status(j)->ok < 8)
    result = job_step(j, 20, &e);
  /* what was written last stays while the job is paused */
  board_pause(project_board(p), job_activity(j), true);
  for (int64_t until = clock_ms() + 60000; result == 1 && stream_seen(p, j) <= 20 && clock_ms() < until;)
    result = job_step(j, 20, &e);
  assert_true(stream_seen(p, j) > 20);
  board_pause(project_board(p), job_activity(j), false);
  while (result == 1)
    result = job_step(j, 20, &e);
  assert_int_equal(result, 0);
  for (int i = 0; i < atomic_load(&server->n); i++)
    n_streamed += server->log[i].streamed;
  assert_true(n_streamed >= 2 && n_streamed <= 57);   /* one at a time: of the first four, only one */
  assert_true(board_get(project_board(p), job_activity(j), &a));
  assert_null(board_get_stream(project_board(p), job_activity(j)));
  assert_int_equal(a.diversity.texts, job_status(j)->kept);
  assert_true(a.diversity.vocabulary > 10 && a.diversity.distinct_1 > 0);
  assert_float_equal(a.job.budget_usd, 100, 0);
  assert_int_equal(a.job.token_limit, 1000000);
  assert_int_equal(a.job.request_limit, 1000);
  assert_float_equal(a.job.seconds_limit, 600, 0);
  assert_float_equal(a.job.projected_usd, job_status(j)->cost_usd, 1e-9);   /* all is answered */
  assert_true(a.job.cost_usd > 0 && a.job.max_in_flight == 4);
  job_free(j);
  /* nobody looks: nothing is streamed */
  server_clear(server);
  o.attended = false;
  put_template(p, "---\ncount: 10\n---\nuser:\nOther {{ label }}\n");
  assert_int_equal(run_job(p, &o, NULL, &e), 0);
  for (int i = 0; i < atomic_load(&server->n); i++)
    assert_false(server->log[i].streamed);
  close_project(p);
}

static void
faults_change_nothing(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};
  char *calm, *stormy;

  (void)state;
  o.count = 300;
  server_clear(server);
  p = fresh_project("calm");
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  funnel_release(&f);
  calm = samples_of(p);
  close_project(p);
  server_clear(server);
  atomic_store(&server->fault_every, 4);
  p = fresh_project("stormy");
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  assert_true(f.retried >= 5);
  assert_int_equal(server_answered(server), 30);
  funnel_release(&f);
  stormy = samples_of(p);
  close_project(p);
  assert_string_equal(calm, stormy);
  assert_true(lines_in(calm) > 290);
  free(calm);
  free(stormy);
}

static void
a_failing_server_ends_the_job(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};

  (void)state;
  server_clear(server);
  atomic_store(&server->fault_every, 1);
  p = fresh_project("failing");
  o.count = 1000;
  assert_int_equal(run_job(p, &o, &f, &e), -1);
  assert_int_equal(e.code, ERR_PARTIAL);
  assert_non_null(strstr(e.message, " of the last 20 requests failed: "));
  assert_true(f.failed >= 11 && f.failed < 40);
  funnel_release(&f);
  server_clear(server);
  o.resume = true;
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  assert_int_equal(f.ok, 100);
  assert_int_equal(f.failed, 0);
  funnel_release(&f);
  close_project(p);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_example_comes_in),
    cmocka_unit_test(a_changed_prompt_has_no_recording),
    cmocka_unit_test(missing_recordings_can_come_later),
    cmocka_unit_test(an_estimate_writes_nothing),
    cmocka_unit_test(bad_wishes_are_refused),
    cmocka_unit_test(a_server_teaches),
    cmocka_unit_test(a_file_that_cannot_be_written_is_told),
    cmocka_unit_test(nobody_teaches),
    cmocka_unit_test(the_unreadable_is_kept),
    cmocka_unit_test(doubles_name_each_other),
    cmocka_unit_test(the_board_shows_the_job),
    cmocka_unit_test(faults_change_nothing),
    cmocka_unit_test(a_failing_server_ends_the_job),
  };

  return cmocka_run_group_tests(tests, scene_up, scene_down);
}
