/* The room store: templates, teachers, jobs and their requests, runs. */
#include "tests/store-stage.h"

#include <locale.h>
#include <math.h>

#include "store/experiment_store.h"
#include "store/job_store.h"
#include "store/run_store.h"
#include "store/teacher_store.h"
#include "store/template_store.h"

static void
templates_have_versions(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct template_row row, *rows;
  struct err e = {0};
  size_t n;

  (void)state;
  must(template_store_put(p, "tickets", "one", &row, &e), &e);
  assert_int_equal(row.version, 1);
  template_row_release(&row);
  must(template_store_put(p, "tickets", "two", &row, &e), &e);
  assert_int_equal(row.version, 2);
  assert_int_equal(row.id, 2);
  template_row_release(&row);
  must(template_store_put(p, "tickets", "two", &row, &e), &e);
  assert_int_equal(row.version, 2);
  template_row_release(&row);
  must(template_store_put(p, "rewrite", "three", NULL, &e), &e);
  assert_string_equal(corpus_name(project_corpus(p), NAME_TEMPLATE, 2), "tickets v2");
  must(template_store_list(p, false, &rows, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_string_equal(rows[0].name, "rewrite");
  assert_string_equal(rows[1].source, "two");
  template_rows_free(rows, n);
  must(template_store_list(p, true, &rows, &n, &e), &e);
  assert_int_equal(n, 3);
  template_rows_free(rows, n);
  must(template_store_get(p, "tickets", 1, &row, &e), &e);
  assert_string_equal(row.source, "one");
  template_row_release(&row);
  assert_int_equal(template_store_get(p, "tickest", 0, &row, &e), -1);
  assert_string_equal(e.message, "no template 'tickest' (there are: rewrite, tickets)");
  assert_int_equal(template_store_get(p, "tickets", 9, &row, &e), -1);
  must(template_store_remove(p, "tickets", &e), &e);
  assert_int_equal(template_store_get(p, "tickets", 0, &row, &e), -1);
  assert_string_equal(e.message, "no template 'tickets' (there is: rewrite)");
  assert_int_equal(template_store_remove(p, "tickets", &e), -1);
  must(template_store_by_id(p, 2, &row, &e), &e);
  template_row_release(&row);
  must(template_store_put(p, "tickets", "two", &row, &e), &e);
  assert_int_equal(row.version, 2);
  template_row_release(&row);
  must(template_store_get(p, "tickets", 0, &row, &e), &e);
  template_row_release(&row);
  p = reopen(p);
  assert_string_equal(corpus_name(project_corpus(p), NAME_TEMPLATE, 3), "rewrite v1");
  must(project_close(p, &e), &e);
}

static void
teachers_are_kept(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct teacher_row row = {.name = (char *)"mini", .kind = (char *)"http", .url = (char *)"http://localhost:1/v1",
    .model = (char *)"m", .key_env = (char *)"MINI_KEY", .price_in = 0.15, .price_out = NAN}, got, *rows;
  struct err e = {0};
  uint32_t id;
  char *replay;
  size_t n;

  (void)state;
  must(teacher_store_put(p, &row, NULL, 0, &id, &e), &e);
  assert_int_equal(id, 1);
  must(teacher_store_get(p, "mini", &got, &e), &e);
  assert_string_equal(got.key_env, "MINI_KEY");
  assert_float_equal(got.price_in, 0.15, 0);
  assert_true(isnan(got.price_out));
  assert_string_equal(got.settings, "{}");
  assert_int_equal(teacher_store_replay(p, got.id, &replay, &n, &e), -1);
  teacher_row_release(&got);
  row.kind = (char *)"replay";
  must(teacher_store_put(p, &row, "{}\n{}\n", 6, &id, &e), &e);
  assert_int_equal(id, 1);
  must(teacher_store_replay(p, 1, &replay, &n, &e), &e);
  assert_int_equal(n, 6);
  assert_string_equal(replay, "{}\n{}\n");
  free(replay);
  must(teacher_store_list(p, &rows, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_int_equal(rows[0].replay_bytes, 6);
  teacher_rows_free(rows, n);
  assert_string_equal(corpus_name(project_corpus(p), NAME_TEACHER, 1), "mini");
  must(teacher_store_remove(p, "mini", &e), &e);
  assert_int_equal(teacher_store_get(p, "mini", &got, &e), -1);
  assert_string_equal(e.message, "no teacher 'mini' (there is none yet)");
  must(project_close(p, &e), &e);
}

static struct request_row
a_request(const char *key)
{
  return (struct request_row){.key = (char *)key, .label = 1, .attributes = (char *)"topic=x", .wanted = 3,
    .messages = (char *)"[]", .cost_usd = NAN};
}

static void
a_reply_is_kept_once(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct job_row job = {.kind = (char *)"generate", .template_id = 1, .teacher_id = 1, .key = (char *)"k"}, found;
  struct request_row plan[] = {a_request("aa"), a_request("bb"), a_request("cc")}, reply = {0}, row, *rows;
  struct dropped_row dropped[] = {
    {.label = 1, .text = (char *)"twice", .reason = (char *)"duplicate", .of_id = 1},
    {.label = LABEL_NONE, .text = NULL, .reason = (char *)"parse", .detail = (char *)"no JSON"}}, *list;
  struct job_figures f;
  struct change *ch = change_new(CHANGE_INSERT, "job 1", "request 1");
  struct err e = {0};
  struct sample s;
  uint32_t id, first;
  size_t n;

  (void)state;
  must(template_store_put(p, "t", "x", NULL, &e), &e);
  must(teacher_store_put(p, &(struct teacher_row){.name = (char *)"t"}, NULL, 0, NULL, &e), &e);
  must(job_store_add(p, &job, &id, &e), &e);
  assert_int_equal(id, 1);
  must(job_store_plan(p, 1, plan, 3, &e), &e);
  assert_int_equal(plan[2].id, 3);
  must(job_store_requests(p, 1, REQUEST_PLANNED, false, &rows, &n, &e), &e);
  assert_int_equal(n, 3);
  assert_int_equal(rows[1].label, 1);
  request_rows_free(rows, n);
  assert_int_equal(job_store_answered(p, "aa", &row, &e), 0);
  reply = (struct request_row){.id = 1, .reply = (char *)"[\"a\"]", .n_reply = 5, .http_status = 200, .tries = 2,
    .tokens_in = 10, .tokens_out = 20, .cost_usd = 0.25, .sent_ms = 1, .answered_ms = 2};
  must(job_store_reply(p, &reply, 1, &e), &e);
  assert_int_equal(job_store_answered(p, "aa", &row, &e), 1);
  assert_string_equal(row.reply, "[\"a\"]");
  assert_float_equal(row.cost_usd, 0.25, 0);
  request_row_release(&row);
  /* What cannot be kept as a whole is not kept in part. */
  change_add_sample(ch, &(struct sample){.text = "a", .n_text = 1, .origin = ORIGIN_GENERATED, .request_id = 1,
    .template_id = 1, .teacher_id = 1, .labels = (uint16_t[]){44}, .n_labels = 1});
  assert_int_equal(job_store_keep(p, 1, ch, dropped, 1, &first, &e), -1);
  must(job_store_request(p, 1, &row, &e), &e);
  assert_int_equal(row.state, REQUEST_ANSWERED);
  request_row_release(&row);
  must(job_store_dropped(p, 0, NULL, &list, &n, &e), &e);
  assert_int_equal(n, 0);
  dropped_rows_free(list, n);
  ch->samples[0].n_labels = 0;
  must(job_store_keep(p, 1, ch, dropped, 1, &first, &e), &e);
  assert_int_equal(first, 1);
  assert_true(corpus_get(project_corpus(p), 1, &s));
  assert_int_equal(s.request_id, 1);
  /* A second time nothing is written. */
  assert_int_equal(job_store_keep(p, 1, ch, dropped, 1, &first, &e), -1);
  assert_non_null(strstr(e.message, "request 1 is not waiting to be parsed"));
  assert_int_equal(corpus_count(project_corpus(p)), 1);
  change_free(ch);
  /* What cannot be parsed is kept as it came, and is no answer for another job. */
  reply.id = 2;
  must(job_store_reply(p, &reply, 1, &e), &e);
  must(job_store_keep(p, 2, NULL, dropped + 1, 1, NULL, &e), &e);
  assert_int_equal(job_store_answered(p, "bb", &row, &e), 0);
  must(job_store_dropped(p, 0, "parse", &list, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_null(list[0].text);
  assert_int_equal(list[0].label, LABEL_NONE);
  assert_string_equal(list[0].detail, "no JSON");
  assert_int_equal(list[0].job_id, 1);
  dropped_rows_free(list, n);
  reply = (struct request_row){.id = 3, .http_status = 500, .tries = 4, .error = (char *)"server error"};
  must(job_store_fail(p, &reply, true, &e), &e);
  must(job_store_request(p, 3, &row, &e), &e);
  assert_int_equal(row.state, REQUEST_FAILED);
  assert_string_equal(row.error, "server error");
  request_row_release(&row);
  must(job_store_figures(p, 1, &f, &e), &e);
  assert_int_equal(f.requests[REQUEST_PARSED], 2);
  assert_int_equal(f.requests[REQUEST_FAILED], 1);
  assert_int_equal(f.retried, 5);
  assert_int_equal(f.kept, 1);
  assert_int_equal(f.n_dropped, 2);
  assert_int_equal(f.tokens_out, 40);
  assert_float_equal(f.cost_usd, 0.5, 1e-12);
  assert_int_equal(f.n_reasons, 2);
  job_figures_release(&f);
  must(job_store_set_state(p, 1, JOB_DONE, "finished", &e), &e);
  must(job_store_get(p, 1, &found, &e), &e);
  assert_int_equal(found.state, JOB_DONE);
  assert_true(found.ended_ms > 0);
  job_row_release(&found);
  assert_int_equal(job_store_get(p, 7, &found, &e), -1);
  must(project_close(p, &e), &e);
  check_whole();
}

/* A run of a process that ended without a word. */
static void
add_run_and_die(void)
{
  struct run_row row = {.student = (char *)"linear", .name = (char *)"killed"};
  pid_t child = fork();

  assert_true(child >= 0);
  if (child == 0) {
    struct project *p = project_open(store_path, PROJECT_WRITE, NULL);

    _exit(p && run_store_add(p, &row, NULL, NULL, NULL) == 0 ? 0 : 1);
  }
  assert_int_equal(wait_for(child), 0);
}

static void
a_run_ends_with_its_process(void **state)
{
  struct run_row row = {.student = (char *)"linear", .name = (char *)"ours"}, got;
  struct project *p = fresh(TASK_CLASSIFY);
  struct err e = {0};

  (void)state;
  must(project_close(p, &e), &e);
  add_run_and_die();
  p = project_open(store_path, PROJECT_WRITE, &e);
  assert_non_null(p);
  must(run_store_add(p, &row, NULL, NULL, &e), &e);
  must(run_store_get(p, "ours", &got, &e), &e);
  assert_int_equal(got.state, RUN_RUNNING);
  assert_string_equal(got.message, "");
  run_row_release(&got);
  must(run_store_get(p, "killed", &got, &e), &e);
  assert_int_equal(got.state, RUN_INTERRUPTED);
  assert_string_equal(got.message, "");
  run_row_release(&got);
  must(project_close(p, &e), &e);
}

static void
runs_are_kept(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct run_row row = {.student = (char *)"linear", .seed = 18446744073709551615u, .data = (char *)"usable"};
  struct run_row got, *rows;
  struct train_point points[2] = {{.epoch = 1, .step = 5, .train_loss = 1.5, .valid_loss = NAN},
                                  {.epoch = 2, .step = 9, .epoch_end = true, .valid_f1 = 0.5}}, *read;
  struct prediction out[] = {{1, 2, 0.75f}, {2, LABEL_NONE, 0.1f}}, *in;
  float vectors[] = {0.1f, 0.15f, 0.75f, 0.3f, 0.3f, 0.4f}, *back;
  struct evaluation_row evaluation = {.predictor_id = 1, .split = (char *)"test",
                                      .metrics = (char *)"{\"accuracy\":1}"}, *es;
  struct fit_row fit;
  uint32_t of;
  struct experiment_record *xs;
  struct err e = {0};
  uint32_t id;
  char *name;
  void *model;
  size_t n, width;

  (void)state;
  insert(p, 3, "import");
  must(run_store_add(p, &row, &id, &name, &e), &e);
  assert_string_equal(name, "linear#1");
  free(name);
  row.name = (char *)"linear#7";
  must(run_store_add(p, &row, NULL, NULL, &e), &e);
  assert_int_equal(run_store_add(p, &row, NULL, NULL, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  row.name = NULL;
  must(run_store_add(p, &row, NULL, &name, &e), &e);
  assert_string_equal(name, "linear#8");
  free(name);
  row.id = id;
  row.state = RUN_DONE;
  row.metrics = (char *)"{\"best\":1}";
  must(run_store_finish(p, &row, "model", 5, points, 2, &e), &e);
  must(run_store_get(p, "linear#1", &got, &e), &e);
  assert_int_equal(got.state, RUN_DONE);
  assert_true(got.seed == 18446744073709551615u);
  assert_int_equal(got.model_bytes, 5);
  run_row_release(&got);
  must(run_store_model(p, id, &model, &n, &e), &e);
  assert_int_equal(n, 5);
  assert_memory_equal(model, "model", 5);
  free(model);
  must(run_store_points(p, id, &read, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_true(isnan(read[0].valid_loss) && read[1].epoch_end);
  assert_float_equal(read[0].train_loss, 1.5, 0);
  free(read);
  must(run_store_put_predictions(p, PREDICTOR_RUN, id, out, 2, vectors, 3, &e), &e);
  must(run_store_predictions(p, PREDICTOR_RUN, id, &in, &n, &back, &width, &e), &e);
  assert_int_equal(n, 2);
  assert_int_equal(width, 3);
  assert_int_equal(in[1].label, LABEL_NONE);
  assert_memory_equal(back, vectors, sizeof vectors);
  free(in);
  free(back);
  must(run_store_put_evaluation(p, &evaluation, &e), &e);
  must(run_store_put_evaluation(p, &evaluation, &e), &e);
  must(run_store_evaluations(p, &es, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_string_equal(es[0].metrics, "{\"accuracy\":1}");
  evaluation_rows_free(es, n);
  must(experiment_store_put(p, NULL, "{}", "", &of, NULL, &e), &e);
  must(experiment_store_put_fit(p, &(struct fit_row){.key = (char *)"k", .experiment = of, .said = (void *)"ab", .n_said = 2,
                                                     .right = (void *)"c", .n_right = 1}, &e), &e);
  assert_int_equal(experiment_store_fit(p, "k", &fit, &e), 1);
  assert_int_equal(fit.n_said, 2);
  assert_memory_equal(fit.said, "ab", 2);
  fit_row_release(&fit);
  assert_int_equal(experiment_store_fit(p, "j", &fit, &e), 0);
  must(experiment_store_put(p, "experiment#1", "{}", "{\"x\":1}", &of, NULL, &e), &e);
  must(experiment_store_list(p, &xs, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_int_equal(xs[0].id, of);
  assert_string_equal(xs[0].result, "{\"x\":1}");
  experiment_records_free(xs, n);
  must(experiment_store_remove(p, "experiment#1", &e), &e);
  assert_int_equal(experiment_store_fit(p, "k", &fit, &e), 0);
  assert_int_equal(experiment_store_remove(p, "experiment#1", &e), -1);
  must(run_store_remove(p, "linear#1", &e), &e);
  assert_int_equal(run_store_get(p, "linear#1", &got, &e), -1);
  assert_string_equal(e.message, "no run 'linear#1' (there are: linear#7, linear#8)");
  must(run_store_list(p, &rows, &n, &e), &e);
  assert_int_equal(n, 2);
  run_rows_free(rows, n);
  must(project_close(p, &e), &e);
  check_whole();
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(templates_have_versions),
    cmocka_unit_test(teachers_are_kept),
    cmocka_unit_test(a_reply_is_kept_once),
    cmocka_unit_test(a_run_ends_with_its_process),
    cmocka_unit_test(runs_are_kept),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, store_folder_make, store_folder_remove);
}
