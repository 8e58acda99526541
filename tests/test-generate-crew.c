/* Several teachers in one job, and requests that are asked for again. */
#include "scene.h"

#include "base/mem.h"

static void
put_teacher(struct project *p, const char *name, const char *url, const char *model, double price)
{
  struct teacher_row row = {.name = (char *)(uintptr_t)name, .kind = "http", .url = (char *)(uintptr_t)url,
                            .model = (char *)(uintptr_t)model, .key_env = "", .price_in = price, .price_out = price,
                            .concurrency = 4, .settings = "{\"schema\":false}"};
  struct err e = {0};

  if (teacher_store_put(p, &row, NULL, 0, NULL, &e) < 0)
    fail_msg("%s", e.message);
}

static uint32_t
id_of(struct project *p, const char *name)
{
  struct teacher_row row;
  struct err e = {0};
  uint32_t id;

  assert_int_equal(teacher_store_get(p, name, &row, &e), 0);
  id = row.id;
  teacher_row_release(&row);
  return id;
}

struct count {
  size_t requests, of_label[2], of_style[3], samples;
  double cost;
};

static struct count
count_of(struct project *p, uint32_t job, uint32_t teacher)
{
  static const char *const styles[] = {"hurried", "careful", "angry"};
  const struct corpus *c = project_corpus(p);
  struct request_row *rows;
  struct count n = {0};
  struct sample s;
  struct err e = {0};
  size_t n_rows;

  assert_int_equal(job_store_requests(p, job, -1, false, &rows, &n_rows, &e), 0);
  for (size_t i = 0; i < n_rows; i++)
    if (rows[i].teacher_id == teacher) {
      n.requests++;
      n.of_label[rows[i].label]++;
      for (size_t k = 0; k < N_OF(styles); k++)
        n.of_style[k] += strstr(rows[i].attributes, styles[k]) != NULL;
      n.cost += rows[i].cost_usd;
    }
  request_rows_free(rows, n_rows);
  for (uint32_t id = 1; id <= corpus_count(c); id++)
    if (corpus_get(c, id, &s))
      n.samples += s.teacher_id == teacher;
  return n;
}

/* Two to one, in each label, and not in step with the grid. */
static void
each_has_its_share(void **state)
{
  static const struct job_teacher both[] = {{.name = "one", .share = 2}, {.name = "two"}};
  struct job_options o = options();
  struct project *p;
  struct funnel f, again;
  struct count one, two;
  struct err e = {0};

  (void)state;
  server_clear(server);
  p = fresh_project("shares");
  put_teacher(p, "one", server->url, "m1", 100);
  put_teacher(p, "two", server->url, "m2", 1000);
  o.teachers = both;
  o.n_teachers = 2;
  o.count = 600;
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  one = count_of(p, f.job_id, id_of(p, "one"));
  two = count_of(p, f.job_id, id_of(p, "two"));
  assert_true(one.requests == 40 && two.requests == 20);
  assert_true(one.of_label[0] == 20 && two.of_label[0] == 10);
  for (size_t k = 0; k < 3; k++)
    assert_true(two.of_style[k] >= 2 && one.of_style[k] >= 6);
  assert_true(one.samples > 350 && two.samples > 150 && one.samples + two.samples == f.kept);
  /* each at its price: the second is ten times as dear */
  assert_true(two.cost > 4 * one.cost && two.cost < 6 * one.cost);
  assert_float_equal(one.cost + two.cost, f.cost_usd, 1e-9);
  funnel_release(&f);

  /* the job is found by its teachers, too */
  o.resume = true;
  assert_int_equal(run_job(p, &o, &again, &e), 0);
  assert_int_equal(again.job_id, 1);
  funnel_release(&again);
  o.n_teachers = 1;
  assert_int_equal(run_job(p, &o, &again, &e), 0);
  assert_int_equal(again.job_id, 2);
  assert_int_equal(again.cached, 40);
  funnel_release(&again);
  close_project(p);
}

/* One without its key, of several that share, is told before anything is begun. */
static void
a_key_is_missing(void **state)
{
  static const struct job_teacher both[] = {{.name = "locked"}, {.name = "there"}};
  struct teacher_row row = {.name = "locked", .kind = "http", .url = server->url, .model = "m",
                            .key_env = "RETORT_NO_SUCH_KEY", .price_in = 1, .price_out = 1, .settings = "{}"};
  struct job_options o = options();
  struct project *p;
  struct err e = {0};

  (void)state;
  server_clear(server);
  make_project("locked");
  p = open_project("locked");
  assert_int_equal(teacher_store_put(p, &row, NULL, 0, NULL, &e), 0);
  put_teacher(p, "there", server->url, "m2", 100);
  o.teachers = both;
  o.n_teachers = 2;
  o.count = 20;
  assert_int_equal(run_job(p, &o, NULL, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(strstr(e.message, "'RETORT_NO_SUCH_KEY' is not set"));
  assert_int_equal(server_count(server, -1), 0);
  close_project(p);
}

/* One that is not there does not end what the other does; when it is there, the rest is asked. */
static void
one_fails_the_other_works(void **state)
{
  static const struct job_teacher both[] = {{.name = "gone"}, {.name = "there"}};
  struct job_options o = options();
  struct project *p;
  struct funnel f;
  struct err e = {0};

  (void)state;
  server_clear(server);
  p = fresh_project("half");
  put_teacher(p, "gone", "http://127.0.0.1:1/v1", "m1", 100);
  put_teacher(p, "there", server->url, "m2", 100);
  o.teachers = both;
  o.n_teachers = 2;
  o.count = 400;
  assert_int_equal(run_job(p, &o, NULL, &e), -1);
  assert_int_equal(e.code, ERR_PARTIAL);
  assert_non_null(strstr(e.message, "20 of 40 requests failed: cannot reach 'http://127.0.0.1:1'"));
  assert_int_equal(server_count(server, -1), 20);
  put_teacher(p, "gone", server->url, "m1", 100);
  o.resume = true;
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  assert_int_equal(f.job_id, 1);
  assert_int_equal(f.ok, 40);
  assert_int_equal(server_count(server, -1), 40);
  assert_int_equal(count_of(p, 1, id_of(p, "gone")).requests, 20);
  funnel_release(&f);
  close_project(p);
}

static void
the_next_stands_in(void **state)
{
  static const struct job_teacher both[] = {{.name = "gone"}, {.name = "there"}};
  struct job_options o = options();
  struct project *p;
  struct funnel f;
  struct err e = {0};
  uint32_t there;

  (void)state;
  server_clear(server);
  p = fresh_project("fallback");
  put_teacher(p, "gone", "http://127.0.0.1:1/v1", "m1", 100);
  put_teacher(p, "there", server->url, "m2", 100);
  there = id_of(p, "there");
  o.teachers = both;
  o.n_teachers = 2;
  o.fallback = true;
  o.count = 300;
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  assert_true(f.ok == 30 && f.failed == 0);
  assert_int_equal(count_of(p, f.job_id, there).requests, 30);
  assert_int_equal(count_of(p, f.job_id, there).samples, f.kept);
  funnel_release(&f);
  /* it was asked as itself: alone it has answered all of that before */
  o.teachers = &both[1];
  o.n_teachers = 1;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_int_equal(f.cached, 30);
  funnel_release(&f);
  close_project(p);
}

/* A single request that the first cannot do goes to the second; one that is lost to both fails once. */
static void
single_requests_are_handed_on(void **state)
{
  static const struct job_teacher both[] = {{.name = "one"}, {.name = "two"}};
  static const struct retry_policy once = {.tries_max = 1, .base_ms = 2, .cap_ms = 10, .total_ms = 2000};
  char *source = xasprintf("%s{%% if topic == 'lamps' %%}{%% raw %%}[[500*1]]{%% endraw %%}{%% endif %%}\n", template);
  struct job_options o = options();
  struct project *p;
  struct funnel f;
  struct err e = {0};

  (void)state;
  server_clear(server);
  p = fresh_project("handed-on");
  put_template(p, source);
  put_teacher(p, "one", server->url, "m1", 100);
  put_teacher(p, "two", server->url, "m2", 100);
  o.teachers = both;
  o.n_teachers = 2;
  o.fallback = true;
  o.retry = &once;
  o.count = 600;
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  assert_int_equal(f.ok, 60);
  assert_int_equal(count_of(p, f.job_id, id_of(p, "two")).requests, 6);
  assert_int_equal(count_of(p, f.job_id, id_of(p, "one")).requests, 54);
  assert_int_equal(server_count(server, 500), 6);
  funnel_release(&f);
  free(source);
  close_project(p);
}

/* ---- asking again ---- */

/* An unreadable reply answers nothing, is asked for again if one says so, and stands until it succeeds. */
static void
unreadable_replies_are_asked_again(void **state)
{
  char *source = xasprintf("%s{%% if topic == 'lamps' %%}{%% raw %%}[[truncated*2]]{%% endraw %%}{%% endif %%}\n",
                           template);
  struct job_options o = options();
  struct project *p;
  struct funnel f;
  struct dropped_row *rows;
  struct err e = {0};
  double cost;
  size_t n;

  (void)state;
  server_clear(server);
  p = fresh_project("again");
  put_template(p, source);
  o.count = 600;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_int_equal(f.dropped[DROP_PARSE], 6);
  assert_int_equal(f.ok, 60);
  cost = f.cost_usd;
  funnel_release(&f);
  /* going on does not ask again */
  o.resume = true;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_int_equal(server_count(server, -1), 60);
  funnel_release(&f);
  /* the second time it fails as well: the old error is still there, once */
  o.retry_failed = true;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_int_equal(server_count(server, -1), 66);
  assert_int_equal(f.dropped[DROP_PARSE], 6);
  assert_int_equal(f.ok, 60);
  assert_true(f.cost_usd > cost);
  funnel_release(&f);
  assert_int_equal(job_store_dropped(p, 1, "parse", &rows, &n, &e), 0);
  assert_int_equal(n, 6);
  dropped_rows_free(rows, n);
  /* the third time it is read */
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_int_equal(f.dropped[DROP_PARSE], 0);
  assert_int_equal(f.ok, 60);
  assert_true(f.kept > 590);
  assert_int_equal(server_count(server, -1), 72);
  funnel_release(&f);
  free(source);
  close_project(p);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_has_its_share),
    cmocka_unit_test(a_key_is_missing),
    cmocka_unit_test(one_fails_the_other_works),
    cmocka_unit_test(the_next_stands_in),
    cmocka_unit_test(single_requests_are_handed_on),
    cmocka_unit_test(unreadable_replies_are_asked_again),
  };

  return cmocka_run_group_tests(tests, scene_up, scene_down);
}
