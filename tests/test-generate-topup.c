/* Rounds after the first: topping up, steering, and the coverage that they go by. */
#include "scene.h"

#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/rng.h"
#include "generate/coverage.h"
#include "generate/asking.h"
#include "generate/requests.h"

/* What is asked differs from round to round, as with a real template. The requests of the topic in brackets fail. */
#define TEMPLATE(topics) \
  "---\nname: notes\ncount: 10\nattributes:\n  topic: " topics "\n  style: [hurried, careful]\n---\n" \
  "user:\nWrite {{ count }} notes of the kind {{ label }} about {{ topic }}, {{ style }}. " \
  "Not like {{ avoid | tojson }}\n"

static const char good[] = TEMPLATE("[shoes, phones, lamps]");
static const char barren[] = TEMPLATE("[shoes, phones, \"[[refusal]]\"]");
static const char dull[] = TEMPLATE("[shoes, phones, \"[[duplicates]]\"]");

static struct project *
project_of(const char *name, const char *source, int texts)
{
  struct project *p;

  server_clear(server);
  atomic_store(&server->texts, texts);
  make_project(name);
  p = open_project(name);
  put_template(p, source);
  return p;
}

static struct request_row *
requests_of(struct project *p, uint32_t job, size_t *n)
{
  struct request_row *rows;
  struct err e = {0};

  if (job_store_requests(p, job, -1, false, &rows, n, &e) < 0)
    fail_msg("%s", e.message);
  return rows;
}

/* ---- coverage ---- */

static void
coverage_counts(void **state)
{
  struct project *p = project_of("covered", dull, 10);
  struct job_options o = options();
  const struct coverage_cell *cell;
  struct coverage c;
  struct buf json = BUF_INIT;
  struct change *ch = change_new(CHANGE_SET, "person", "");
  struct json *j;
  struct err e = {0};
  int dull_topic;

  (void)state;
  o.per_label = 60;
  assert_int_equal(run_job(p, &o, NULL, &e), 0);
  change_set_status(ch, 1, STATUS_ACCEPTED);
  change_set_status(ch, 2, STATUS_REJECTED);
  assert_int_equal(project_post(p, ch, &e), 0);
  assert_int_equal(project_sync(p, &e), 0);
  assert_int_equal(coverage_load(&c, p, 1, &e), 0);
  assert_true(c.n_labels == 2 && c.n_attributes == 2 && coverage_attribute(&c, "topic") == 0);
  assert_true(c.attributes[0].n_values == 3 && c.attributes[1].n_values == 2);
  dull_topic = 2;
  assert_string_equal(c.attributes[0].values[dull_topic], "[[duplicates]]");
  for (size_t l = 0; l < 2; l++) {
    assert_int_equal(c.totals[l].asked, 60);
    cell = coverage_at(&c.attributes[0], l, 0);
    assert_true(cell->requests == 2 && cell->asked == 20 && cell->answered == 20 && cell->kept + cell->dropped == 20);
    assert_true(coverage_yield(cell) > 0.9);
    cell = coverage_at(&c.attributes[0], l, (size_t)dull_topic);
    assert_int_equal(cell->asked, 20);
    assert_true(cell->near_duplicates >= 10 && cell->near_duplicates == cell->dropped);
    assert_true(coverage_yield(cell) <= 0.5);
    assert_int_equal(coverage_at(&c.attributes[1], l, 0)->asked, 30);
  }
  assert_int_equal(c.totals[0].accepted + c.totals[1].accepted, 1);
  assert_int_equal(c.totals[0].rejected + c.totals[1].rejected, 1);
  coverage_json(&c, corpus_labels(project_corpus(p)), &json);
  j = json_parse(json.s, json.n, NULL, &e);
  assert_int_equal(json_size(json_get(json_at(json_get(j, "attributes"), 0), "cells")), 6);
  assert_int_equal(json_number(json_get(json_at(json_get(j, "labels"), 1), "asked"), 0), 60);
  json_free(j);
  buf_release(&json);
  coverage_release(&c);
  assert_int_equal(coverage_load(&c, p, 0, &e), 0);   /* of all jobs: there is one */
  assert_int_equal(c.totals[1].asked, 60);
  coverage_release(&c);
  close_project(p);
}

static void
deals_by_the_largest_remainder(void **state)
{
  static const double weights[] = {5, 3, 2, 0}, none[] = {0, 0, 0};
  size_t shares[4];

  (void)state;
  asking_deal(weights, 4, 7, shares);   /* 3.5, 2.1, 1.4 */
  assert_true(shares[0] == 4 && shares[1] == 2 && shares[2] == 1 && shares[3] == 0);
  asking_deal(none, 3, 4, shares);
  assert_true(shares[0] == 2 && shares[1] == 1 && shares[2] == 1);
  asking_deal(none, 0, 4, shares);
}

/* ---- topping up ---- */

static void
expect_label(const struct funnel *f, size_t i, uint32_t least, uint32_t most)
{
  assert_true(f->labels[i].kept >= least);
  assert_true(f->labels[i].wanted <= most);
}

static void
the_wish_is_kept(void **state)
{
  struct project *p = project_of("kept", good, 6);   /* of ten texts asked for, six come */
  struct job_options o = options();
  struct funnel f;
  struct coverage c;
  struct err e = {0};

  (void)state;
  o.per_label = 60;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_true(f.n_rounds == 1 && f.kept < 80);
  funnel_release(&f);
  o.top_up = true;
  o.seed = 2;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_int_equal(f.n_labels, 2);
  assert_true(f.n_rounds >= 2);
  assert_int_equal(f.rounds[0].requests, 12);
  assert_int_equal(f.rounds[0].wanted, 120);
  for (size_t i = 0; i < 2; i++)
    expect_label(&f, i, 60, 180);
  assert_int_equal(coverage_load(&c, p, f.job_id, &e), 0);
  for (size_t l = 0; l < 2; l++)
    for (size_t v = 0; v < 3; v++)
      assert_true(coverage_at(&c.attributes[0], l, v)->kept > 20 - 3);   /* no topic lacks half of a request's six */
  coverage_release(&c);
  funnel_release(&f);
  close_project(p);
}

/* A number that is no multiple of the count, or in all: enough is kept, and no label without need asked again. */
static void
odd_wishes_are_kept(void **state)
{
  struct project *p = project_of("odd", good, 10);
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};

  (void)state;
  o.top_up = true;
  o.per_label = 24;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_true(f.n_rounds == 1 && f.requested == 60);
  funnel_release(&f);
  atomic_store(&server->texts, 5);
  o.per_label = 0;
  o.count = 45;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_true(f.kept >= 45 && f.n_rounds >= 2);
  funnel_release(&f);
  close_project(p);
}

static void
waste_is_bounded(void **state)
{
  struct project *p = project_of("wasted", good, 1);
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};

  (void)state;
  o.top_up = true;
  o.per_label = 20;
  o.waste_max = 2.4;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(f.labels[i].wanted, 50);   /* 48, in whole requests */
    assert_true(f.labels[i].kept <= 5);
  }
  funnel_release(&f);
  /* without a bound of one's own it is 3 */
  o.waste_max = 0;
  o.seed = 2;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_int_equal(f.labels[0].wanted, 60);
  funnel_release(&f);
  close_project(p);
}

/* What one topic lacks comes of the others, and it is not asked for a third time. */
static void
a_barren_cell_is_given_up(void **state)
{
  struct project *p = project_of("barren", barren, 10);
  struct job_options o = options();
  struct funnel f;
  struct coverage c;
  struct err e = {0};

  (void)state;
  o.top_up = true;
  o.per_label = 60;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  for (size_t i = 0; i < 2; i++)
    expect_label(&f, i, 60, 180);
  assert_int_equal(coverage_load(&c, p, 1, &e), 0);
  for (size_t l = 0; l < 2; l++) {
    assert_int_equal(coverage_at(&c.attributes[0], l, 2)->requests, 2);
    assert_true(coverage_at(&c.attributes[0], l, 0)->kept + coverage_at(&c.attributes[0], l, 1)->kept >= 60);
  }
  coverage_release(&c);
  funnel_release(&f);
  close_project(p);
}

static void
a_teacher_of_whom_nothing_comes_ends_it(void **state)
{
  struct project *p = project_of("nothing", "---\ncount: 5\n---\nuser:\n[[refusal]] {{ label }} {{ avoid }}\n", 10);
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};

  (void)state;
  o.top_up = true;
  o.per_label = 5;
  o.waste_max = 50;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_int_equal(f.kept, 0);
  assert_int_equal(f.n_requests, 4);   /* twice for each label */
  funnel_release(&f);
  close_project(p);
}

/* A second job of the same wish has its first round from the file; topping up asks for what is new. */
static void
what_was_read_is_not_read_again(void **state)
{
  struct project *p = project_of("again", "---\ncount: 10\n---\nuser:\n{{ label }} {{ avoid[:1] }}\n", 8);
  struct job_options o = options();
  struct request_row *rows;
  struct funnel f;
  struct err e = {0};
  size_t n;

  (void)state;
  o.per_label = 10;
  o.top_up = true;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_true(f.kept >= 20 && f.n_rounds == 2);
  funnel_release(&f);
  put_template(p, "---\ncount: 10\ndescription: without a memory\n---\nuser:\n{{ label }} plainly\n");
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  funnel_release(&f);
  rows = requests_of(p, 2, &n);
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(requests_round(&rows[i]), i < 2 ? 1 : 2 + (i - 2) / 2);
    assert_int_equal(requests_sample(&rows[i]), i / 2);
  }
  request_rows_free(rows, n);
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_int_equal(f.cached, 2);
  rows = requests_of(p, 3, &n);
  assert_true(n > 2 && requests_sample(&rows[2]) > 1);   /* the numbers of job 2 are skipped */
  request_rows_free(rows, n);
  funnel_release(&f);
  close_project(p);
}

/* All that a second job plans was answered before: its texts are there. Topping up asks for as many new ones. */
static void
a_second_job_brings_as_many_again(void **state)
{
  struct project *p = project_of("second", "---\ncount: 10\nattributes:\n  topic: [a, b, c, d, e, f]\n  style: [g, h]\n"
                                           "---\nuser:\n{{ label }} {{ topic }} {{ style }}\n", 10);
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};

  (void)state;
  o.per_label = 40;
  o.top_up = true;
  assert_int_equal(run_job(p, &o, NULL, &e), 0);
  assert_int_equal(server_count(server, -1), 8);
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_true(f.cached == 8 && f.rounds[0].kept == 0 && f.rounds[1].requests == 8 && f.n_rounds == 2);
  assert_true(f.labels[0].kept >= 40 && f.labels[1].kept >= 40);
  funnel_release(&f);
  close_project(p);
}

/* A job that is done is topped up when the person asks for it afterwards, for what was wished then. */
static void
a_done_job_is_topped_up(void **state)
{
  struct project *p = project_of("later", good, 6);
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};

  (void)state;
  o.per_label = 30;
  assert_int_equal(run_job(p, &o, NULL, &e), 0);
  o = options();
  o.resume = true;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_true(f.job_id == 1 && f.n_rounds == 1 && f.kept < 40);
  funnel_release(&f);
  o.top_up = true;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_true(f.job_id == 1 && f.n_rounds >= 2 && f.labels[0].kept >= 30 && f.labels[1].kept >= 30);
  funnel_release(&f);
  close_project(p);
}

/* While requests can still succeed nothing is asked for in their place. */
static void
what_failed_for_now_is_waited_for(void **state)
{
  struct project *p = project_of("waits", TEMPLATE("[shoes, phones, \"[[503*8]]\"]"), 6);
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};

  (void)state;
  o.top_up = true;
  o.per_label = 60;
  assert_int_equal(run_job(p, &o, &f, &e), -1);
  assert_int_equal(e.code, ERR_PARTIAL);
  assert_true(f.failed > 0 && f.n_rounds == 1 && f.n_requests == 12);
  funnel_release(&f);
  o.resume = true;
  for (int k = 0; k < 8 && run_job(p, &o, NULL, &e) < 0; k++)   /* what a round adds fails at first, too */
    assert_int_equal(e.code, ERR_PARTIAL);
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_true(f.failed == 0 && f.n_rounds >= 2);
  for (size_t i = 0; i < 2; i++)
    expect_label(&f, i, 60, 180);
  funnel_release(&f);
  close_project(p);
}

/* ---- steering ---- */

static uint32_t
asked_of_topic(struct project *p, uint32_t job, size_t label, size_t topic)
{
  struct coverage c;
  struct err e = {0};
  uint32_t asked;

  assert_int_equal(coverage_load(&c, p, job, &e), 0);
  asked = coverage_at(&c.attributes[0], label, topic)->asked;
  coverage_release(&c);
  return asked;
}

/* One topic gives three texts where ten are asked for: it gets more requests than the others; no more in all. */
static void
needy_cells_get_more(void **state)
{
  static const char source[] = "---\nname: notes\ncount: 10\nattributes:\n  topic: [shoes, phones, \"[[texts:3]]\"]\n"
                               "  style: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]\n---\n"
                               "user:\n{{ label }} {{ topic }} {{ style }} {{ avoid | tojson }}\n";
  struct project *p = project_of("steered", source, 10);
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};

  (void)state;
  o.per_label = 240;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_int_equal(asked_of_topic(p, 1, 0, 2), 80);
  funnel_release(&f);
  o.steer = true;
  o.seed = 2;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_int_equal(f.requested, 480);
  assert_true(f.n_rounds >= 3);
  assert_int_equal(f.rounds[0].wanted, 240);
  for (size_t l = 0; l < 2; l++) {
    assert_int_equal(asked_of_topic(p, 2, l, 0) + asked_of_topic(p, 2, l, 1) + asked_of_topic(p, 2, l, 2), 240);
    assert_true(asked_of_topic(p, 2, l, 2) >= 110);
    assert_true(asked_of_topic(p, 2, l, 0) >= 40 && asked_of_topic(p, 2, l, 1) >= 40);
  }
  funnel_release(&f);
  close_project(p);
}

/* ---- killed ---- */

static int
child_job(const char *name)
{
  struct project *p = open_project(name);
  struct job_options o = options();
  struct err e = {0};
  int result;

  o.per_label = 120;
  o.resume = true;
  o.top_up = true;
  o.steer = true;
  result = run_job(p, &o, NULL, &e);
  if (result < 0)
    fprintf(stderr, "%s\n", e.message);
  close_project(p);
  return result < 0 ? 1 : 0;
}

static bool
run_and_kill(const char *name, int requests, int then_us)
{
  int until = atomic_load(&server->n) + requests, status = 0;
  pid_t pid = fork(), ended = 0;

  assert_true(pid >= 0);
  if (pid == 0)
    _exit(child_job(name));
  while (requests > 0 && ended == 0 && atomic_load(&server->n) < until) {
    usleep(500);
    ended = waitpid(pid, &status, WNOHANG);
  }
  if (requests > 0 && ended == 0) {
    usleep((useconds_t)then_us);
    kill(pid, SIGKILL);
  }
  if (ended == 0)
    waitpid(pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static char *
outcome_of(const char *name, size_t *n_requests)
{
  struct project *p = open_project(name);
  char *samples = samples_of(p);
  struct request_row *rows = requests_of(p, 1, n_requests);

  request_rows_free(rows, *n_requests);
  close_project(p);
  return samples;
}

/* Through all its rounds: the same samples, the same requests, none answered twice. */
static void
killed_at_any_moment(void **state)
{
  struct rng rng;
  char *calm, *killed;
  size_t n_calm, n_killed;
  int n_kills = 0;
  bool done = false;

  (void)state;
  close_project(project_of("calm", good, 6));
  assert_true(run_and_kill("calm", 0, 0));
  calm = outcome_of("calm", &n_calm);
  assert_true(lines_in(calm) >= 240 && n_calm > 36);

  close_project(project_of("killed", good, 6));
  atomic_store(&server->delay_ms, 2);
  rng_seed(&rng, (uint64_t)clock_wall_ms());
  while (!done && n_kills < 200) {
    done = run_and_kill("killed", 1 + (int)rng_below(&rng, 12), (int)rng_below(&rng, 8000));
    n_kills += !done;
  }
  print_message("killed %d times over %zu requests\n", n_kills, n_calm);
  assert_true(done && n_kills >= 2);
  killed = outcome_of("killed", &n_killed);
  assert_string_equal(calm, killed);
  assert_int_equal(n_calm, n_killed);
  free(calm);
  free(killed);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(coverage_counts),
    cmocka_unit_test(deals_by_the_largest_remainder),
    cmocka_unit_test(the_wish_is_kept),
    cmocka_unit_test(odd_wishes_are_kept),
    cmocka_unit_test(waste_is_bounded),
    cmocka_unit_test(a_barren_cell_is_given_up),
    cmocka_unit_test(a_teacher_of_whom_nothing_comes_ends_it),
    cmocka_unit_test(what_was_read_is_not_read_again),
    cmocka_unit_test(a_second_job_brings_as_many_again),
    cmocka_unit_test(a_done_job_is_topped_up),
    cmocka_unit_test(what_failed_for_now_is_waited_for),
    cmocka_unit_test(needy_cells_get_more),
    cmocka_unit_test(killed_at_any_moment),
  };

  return cmocka_run_group_tests(tests, scene_up, scene_down);
}
