/* The room store: an insert that is written while it is being made. */
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "store/intake.h"
#include "store/job_store.h"
#include "store/template_store.h"
#include "tests/store-stage.h"

static void
add_some(struct intake *in, int n, uint16_t label)
{
  struct err e = {0};
  char text[64];
  uint32_t id;

  for (int i = 0; i < n; i++) {
    snprintf(text, sizeof text, "text number %d of import", i);
    must(intake_add(in, &(struct sample){.text = text, .n_text = (uint32_t)strlen(text), .labels = &label,
      .n_labels = label != LABEL_NONE, .status = i % 3, .origin = ORIGIN_IMPORTED,
      .attributes = i % 2 ? "topic=shoes" : NULL}, &id, &e), &e);
  }
}

static size_t
entries(struct project *p)
{
  struct log_entry *log;
  struct err e = {0};
  size_t n;

  must(project_log(p, 0, 0, &log, &n, &e), &e);
  log_entries_free(log, n);
  return n;
}

static void
it_is_one_change(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  const struct corpus *c = project_corpus(p);
  struct err e = {0};
  struct request_row plan = {.key = (char *)"k", .messages = (char *)"[]", .wanted = 1};
  struct intake *in;
  size_t before;
  uint32_t first;
  char *five, *memory, *file, *what;

  (void)state;
  insert(p, 5, "import");
  must(job_store_add(p, &(struct job_row){.kind = (char *)"generate"}, NULL, &e), &e);
  must(job_store_plan(p, 1, &plan, 1, &e), &e);
  five = dump(p);
  before = entries(p);
  in = intake_open(p, &e);
  assert_non_null(in);
  add_some(in, 3000, 1);
  assert_int_equal(intake_count(in), 3000);
  assert_int_equal(corpus_count(c), 5);
  must(intake_sources(in, (struct intake_source[]){{.id = 8, .parent = 7}, {.id = 9, .request = plan.id}}, 2, &e), &e);
  must(intake_commit(in, "import", "import x", &first, &e), &e);
  assert_int_equal(first, 6);
  assert_int_equal(corpus_count(c), 3005);
  assert_int_equal(entries(p), before + 1);
  memory = dump(p);
  p = reopen(p);
  file = dump(p);
  assert_string_equal(memory, file);
  assert_non_null(strstr(file, "text number 2999 of import"));
  assert_int_equal(project_undo(p, UNDO_ANY, &what, &e), 1);
  assert_string_equal(what, "undid: import x");
  free(what);
  free(file);
  file = dump(p);
  assert_string_equal(file, five);
  free(five);
  assert_int_equal(project_redo(p, NULL, &e), 1);
  free(file);
  file = dump(p);
  assert_string_equal(memory, file);
  free(memory);
  free(file);
  must(project_close(p, &e), &e);
  check_whole();
}

static void
labels_and_records_come_with_it(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct template_row row;
  struct err e = {0};
  struct intake *in = intake_open(p, &e);
  uint16_t fresh_label = intake_label(in, "fresh");

  (void)state;
  assert_int_equal(fresh_label, 3);
  add_some(in, 10, fresh_label);
  must(template_store_put(p, "t", "user:\nhello\n", &row, &e), &e);
  assert_int_equal(row.version, 1);
  template_row_release(&row);
  assert_int_equal(labels_count(corpus_labels(project_corpus(p))), 3);
  must(intake_commit(in, "import", "import x", NULL, &e), &e);
  assert_int_equal(corpus_label_count(project_corpus(p), fresh_label, STATUS_NEW), 4);
  p = reopen(p);
  assert_string_equal(label_name(corpus_labels(project_corpus(p)), fresh_label), "fresh");
  must(template_store_get(p, "t", 0, &row, &e), &e);
  template_row_release(&row);
  must(project_close(p, &e), &e);
  check_whole();
}

static void
dropped_it_leaves_nothing(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct template_row row;
  struct err e = {0};
  struct intake *in;
  char *before, *after;

  (void)state;
  insert(p, 5, "import");
  before = dump(p);
  in = intake_open(p, &e);
  intake_label(in, "fresh");
  add_some(in, 2000, 3);
  must(template_store_put(p, "t", "user:\nhello\n", NULL, &e), &e);
  intake_drop(in);
  assert_int_equal(corpus_count(project_corpus(p)), 5);
  assert_int_equal(labels_count(corpus_labels(project_corpus(p))), 3);
  after = dump(p);
  assert_string_equal(before, after);
  free(after);
  assert_int_equal(template_store_get(p, "t", 0, &row, &e), -1);
  assert_int_equal(insert(p, 2, "import"), 6);
  p = reopen(p);
  assert_int_equal(corpus_count(project_corpus(p)), 7);
  free(before);
  must(project_close(p, &e), &e);
  check_whole();
}

static void
what_is_wrong_is_refused(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct err e = {0};
  struct intake *in = intake_open(p, &e);
  struct sample s = {.text = "\xff", .n_text = 1};
  uint16_t label = 3;
  uint32_t id;

  (void)state;
  assert_int_equal(intake_add(in, &s, &id, &e), -1);
  assert_non_null(strstr(e.message, "not UTF-8"));
  s = (struct sample){.text = "x", .n_text = 1, .labels = &label, .n_labels = 1};
  assert_int_equal(intake_add(in, &s, &id, &e), -1);
  assert_non_null(strstr(e.message, "no label number 3"));
  intake_drop(in);
  must(project_close(p, &e), &e);
  p = open_it(PROJECT_READ);
  assert_null(intake_open(p, &e));
  assert_non_null(strstr(e.message, "read-only"));
  must(project_close(p, &e), &e);
}

/* Somebody works on while an import is under way. */
static void *
work_meanwhile(void *arg)
{
  for (uint32_t i = 0; i < 200; i++)
    set_status(arg, 1 + i % 5, i % 2 ? STATUS_REJECTED : STATUS_ACCEPTED);
  return NULL;
}

static void
others_work_on_meanwhile(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct err e = {0};
  struct intake *in;
  pthread_t thread;

  (void)state;
  insert(p, 5, "import");
  in = intake_open(p, &e);
  pthread_create(&thread, NULL, work_meanwhile, p);
  add_some(in, 5000, 2);
  pthread_join(thread, NULL);
  assert_int_equal(status_of(p, 4), STATUS_ACCEPTED);
  must(intake_commit(in, "import", "import x", NULL, &e), &e);
  must(project_sync(p, &e), &e);
  close_as_it_is(p);
}

static void
limit_files(rlim_t bytes)
{
  struct rlimit limit;

  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
a_full_disk_ends_it(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct err e = {0};
  struct intake *in;
  char text[400];
  uint32_t id;
  int rc = 0;

  (void)state;
  insert(p, 5, "import");
  in = intake_open(p, &e);
  limit_files(1 << 20);
  for (int i = 0; i < 100000 && !rc; i++) {
    snprintf(text, sizeof text, "%0*d", 300, i);
    rc = intake_add(in, &(struct sample){.text = text, .n_text = 300}, &id, &e);
  }
  assert_int_equal(rc, -1);
  assert_non_null(strstr(e.message, "the disk is full"));
  assert_int_equal(intake_commit(in, "import", "import x", NULL, &e), -1);
  assert_non_null(strstr(e.message, "the disk is full"));
  limit_files(RLIM_INFINITY);
  assert_int_equal(corpus_count(project_corpus(p)), 5);
  assert_int_equal(insert(p, 3, "import"), 6);
  p = reopen(p);
  assert_int_equal(corpus_count(project_corpus(p)), 8);
  must(project_close(p, &e), &e);
  check_whole();
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_is_one_change),
    cmocka_unit_test(labels_and_records_come_with_it),
    cmocka_unit_test(dropped_it_leaves_nothing),
    cmocka_unit_test(what_is_wrong_is_refused),
    cmocka_unit_test(others_work_on_meanwhile),
    cmocka_unit_test(a_full_disk_ends_it),
  };

  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, store_folder_make, store_folder_remove);
}
