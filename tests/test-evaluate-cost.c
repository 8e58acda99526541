/* cost: what an arm's texts cost, read from the requests of a real project file. */
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

#include "base/mem.h"
#include "evaluate/arm.h"
#include "evaluate/cost.h"
#include "store/job_store.h"
#include "store/project.h"

#define assert_within(a, b, most) assert_true(fabs((a) - (b)) <= (most))

static char folder[64], path[128];
static struct project *project;

static void
must(int rc, const struct err *e)
{
  if (rc < 0)
    fail_msg("%s", e->message);
}

/* A job with n requests; request i cost usd[i] and brought kept[i] texts, of labels in turn. */
static void
add_job(size_t n, const double *usd, const int *kept, bool cached)
{
  struct job_row job = {.kind = xstrdup("generate"), .params = xstrdup("{}"), .key = xstrdup(""),
                        .message = xstrdup("")};
  struct request_row *rows = xcalloc(n, sizeof *rows);
  uint32_t job_id;
  struct err e = {0};
  static int n_text;

  must(job_store_add(project, &job, &job_id, &e), &e);
  for (size_t i = 0; i < n; i++)
    rows[i] = (struct request_row){.key = xasprintf("%u-%zu", job_id, i), .label = LABEL_NONE,
                                   .attributes = xstrdup(""), .messages = xstrdup("[]"), .params = xstrdup("{}"),
                                   .error = xstrdup("")};
  must(job_store_plan(project, job_id, rows, n, &e), &e);
  for (size_t i = 0; i < n; i++) {
    struct change *ch = change_new(CHANGE_INSERT, "job", "generate");

    rows[i].reply = xstrdup("{}");
    rows[i].n_reply = 2;
    rows[i].cost_usd = usd[i];
    rows[i].cached = cached;
    rows[i].http_status = 200;
    must(job_store_reply(project, &rows[i], 1, &e), &e);
    for (int k = 0; k < kept[i]; k++) {
      char *text = xasprintf("generated text number %d", n_text++);
      uint16_t label = (uint16_t)(n_text % 2);
      struct sample s = {.text = text, .n_text = (uint32_t)strlen(text), .labels = &label, .n_labels = 1,
                         .split = SPLIT_TRAIN, .origin = ORIGIN_GENERATED, .request_id = rows[i].id, .attributes = ""};

      change_add_sample(ch, &s);
      free(text);
    }
    must(job_store_keep(project, rows[i].id, ch, NULL, 0, NULL, &e), &e);
    change_free(ch);
  }
  request_rows_free(rows, n);
  job_row_release(&job);
}

static void
insert(const char *text, uint16_t label, enum split split, enum origin origin)
{
  struct change *ch = change_new(CHANGE_INSERT, "import", "import");
  struct sample s = {.text = text, .n_text = (uint32_t)strlen(text), .labels = &label, .n_labels = 1, .split = split,
                     .origin = origin, .attributes = ""};
  struct err e = {0};

  change_add_sample(ch, &s);
  must(project_insert(project, ch, NULL, &e), &e);
  change_free(ch);
}

static int
set_up(void **state)
{
  static const struct project_label labels[] = {{"a", NULL}, {"b", NULL}};
  struct err e = {0};

  (void)state;
  snprintf(folder, sizeof folder, "%s", "/tmp/retort-cost-XXXXXX");
  if (!mkdtemp(folder))
    return -1;
  snprintf(path, sizeof path, "%s/cost.retort", folder);
  must(project_create(path, TASK_CLASSIFY, labels, N_OF(labels), &e), &e);
  project = project_open(path, PROJECT_WRITE, &e);
  if (!project)
    fail_msg("%s", e.message);
  insert("a seed", 0, SPLIT_TRAIN, ORIGIN_SEED);
  insert("another seed", 1, SPLIT_TRAIN, ORIGIN_SEED);
  insert("a test text", 0, SPLIT_TEST, ORIGIN_IMPORTED);
  return 0;
}

static int
tear_down(void **state)
{
  char command[160];

  (void)state;
  project_close(project, NULL);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command) == 0 ? 0 : -1;
}

static double
cost_of_arm(const char *spec, struct project *of)
{
  struct arms a;
  struct err e = {0};
  double usd;

  must(arms_open(&a, project_corpus(project), of, "split:test", NULL, &e), &e);
  must(arms_add(&a, spec, &e), &e);
  usd = arms_cost(&a, a.arms[0].requests, a.arms[0].n);
  arms_release(&a);
  return usd;
}

static void
reject(uint32_t id)
{
  struct change *ch = change_new(CHANGE_SET, "person", "reject 1 sample");
  struct err e = {0};

  change_set_status(ch, id, STATUS_REJECTED);
  must(project_post(project, ch, &e), &e);
}

static void
texts_share_what_their_job_cost(void **state)
{
  (void)state;
  /* ids 4..9: six texts; the third request was paid for nothing */
  add_job(3, (double[]){.10, .10, .10}, (int[]){4, 2, 0}, false);
  assert_true(cost_of_arm("seed", project) == 0);
  assert_within(cost_of_arm("generated", project), .30, 1e-12);
  assert_within(cost_of_arm("both", project), .30, 1e-12);
  assert_within(cost_of_arm("half=id:4-6", project), .15, 1e-12);
  /* what a person rejects was paid, too: five texts bear the cost of six */
  reject(9);
  assert_within(cost_of_arm("generated", project), .30, 1e-12);
  assert_within(cost_of_arm("some=id:4,5", project), .12, 1e-12);
  assert_within(cost_of_arm("raw=origin:generated status:new,rejected", project), .30, 1e-12);
  /* without the project's requests nothing is known of them */
  assert_true(isnan(cost_of_arm("generated", NULL)) && cost_of_arm("seed", NULL) == 0);
  /* found again, not paid again */
  add_job(1, (double[]){.50}, (int[]){4}, true);
  assert_within(cost_of_arm("generated", project), .30, 1e-12);
  /* a price that nobody knows makes the whole unknown, but only where it is part */
  add_job(1, (double[]){NAN}, (int[]){2}, false);
  assert_true(isnan(cost_of_arm("generated", project)));
  assert_within(cost_of_arm("first=id:4-8", project), .30, 1e-12);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(texts_share_what_their_job_cost)};

  return cmocka_run_group_tests(tests, set_up, tear_down);
}
