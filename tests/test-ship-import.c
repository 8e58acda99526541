/* Imports of many rows: in several batches, with names and numbers of another project, refused, stopped and killed. */
#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/io.h"
#include "ship/dataset.h"
#include "store/job_store.h"
#include "store/template_store.h"
#include "tests/store-stage.h"

enum { MANY = 5000 };

static const struct dataset_options adding = {.format = -1, .split = -1, .origin = -1, .add_labels = true};

static char *
file_of(const char *name, const struct buf *b)
{
  char *path = xasprintf("%s/%s", store_folder, name);
  struct err e;

  must(io_write_file(path, buf_str(b), b->n, &e), &e);
  return path;
}

/* Rows as another project would export them: their parents stand now before, now behind them. */
static char *
many_rows(int n, int first)
{
  struct buf b = BUF_INIT;
  char *path;

  for (int i = first; i < first + n; i++)
    buf_addf(&b, "{\"id\":%d,\"text\":\"row %d \\u00e9\",\"label\":\"%s\",\"split\":\"train\",\"origin\":\"generated\","
             "\"status\":\"%s\",\"template\":\"t v%d\",\"teacher\":\"big\",\"attributes\":{\"topic\":\"%d\"},"
             "\"request\":%d,\"parent\":%d}\n", i, i, i % 7 ? "billing" : "fresh", i % 2 ? "new" : "accepted",
             1 + i % 3, i % 5, 1 + i / 10, i % 11 == 0 ? i + 5 : i % 13 == 0 ? i - 3 : 0);
  path = file_of("many.jsonl", &b);
  buf_release(&b);
  return path;
}

static int
import(struct project *p, const char *path, bool commit, struct dataset_report *report, struct err *e)
{
  struct dataset_import d;
  int rc;

  dataset_import_begin(&d, p, &adding);
  rc = dataset_import_file(&d, path, NULL, e);
  if (rc == 0 && commit)
    rc = dataset_import_commit(&d, "import many", e);
  *report = d.report;
  report->rejected = NULL;
  dataset_import_end(&d);
  return rc;
}

static void
check_row(struct project *p, uint32_t id, int i, uint32_t base)
{
  const struct corpus *c = project_corpus(p);
  char text[32];
  struct sample s;

  snprintf(text, sizeof text, "row %d \xc3\xa9", i);
  assert_true(corpus_get(c, id, &s));
  assert_string_equal(s.text, text);
  assert_string_equal(label_name(corpus_labels(c), s.labels[0]), i % 7 ? "billing" : "fresh");
  snprintf(text, sizeof text, "t v%d", 1 + i % 3);
  assert_string_equal(corpus_name(c, NAME_TEMPLATE, s.template_id), text);
  assert_string_equal(corpus_name(c, NAME_TEACHER, s.teacher_id), "big");
  assert_int_equal(s.status, i % 2 ? STATUS_NEW : STATUS_ACCEPTED);
  if (i % 11 == 0)
    assert_int_equal(s.parent_id, i + 5 <= MANY ? base + (uint32_t)i + 5 : 0);
  else
    assert_int_equal(s.parent_id, i % 13 == 0 ? base + (uint32_t)i - 3 : 0);
}

static void
all_of_it_comes_back(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  char *path = many_rows(MANY, 1), *memory, *file;
  struct dataset_report report;
  struct err e = {0};
  struct sample s;

  (void)state;
  must(import(p, path, true, &report, &e), &e);
  assert_int_equal(report.added, MANY);
  for (int i = 1; i <= MANY; i++)
    check_row(p, (uint32_t)i, i, 0);
  corpus_get(project_corpus(p), 4999, &s);
  assert_int_equal(s.request_id, 500);   /* its own number: none was taken */
  memory = dump(p);
  p = reopen(p);
  file = dump(p);
  assert_string_equal(memory, file);
  free(memory);
  free(file);
  must(import(p, path, true, &report, &e), &e);
  assert_int_equal(report.added, 0);
  assert_int_equal(report.duplicates, MANY);
  must(project_close(p, &e), &e);
  check_whole();
  free(path);
}

/* Beside samples and jobs that are there already, numbers are other ones and lead to the same. */
static void
it_comes_beside_others(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  char *path = many_rows(MANY, 1);
  struct request_row plan = {.key = (char *)"k", .messages = (char *)"[]", .wanted = 1};
  struct dataset_report report;
  struct err e = {0};
  struct sample a, b;

  (void)state;
  insert(p, 10, "import");
  must(job_store_add(p, &(struct job_row){.kind = (char *)"generate"}, NULL, &e), &e);
  must(job_store_plan(p, 1, &plan, 1, &e), &e);
  must(import(p, path, true, &report, &e), &e);
  for (int i = 1; i <= MANY; i++)
    check_row(p, (uint32_t)i + 10, i, 10);
  corpus_get(project_corpus(p), 21, &a);
  corpus_get(project_corpus(p), 29, &b);
  assert_true(a.request_id > plan.id && a.request_id == b.request_id);
  corpus_get(project_corpus(p), 30, &b);
  assert_true(a.request_id != b.request_id);
  close_as_it_is(p);
  free(path);
}

/* A child of one file is not given to a sample of the other that had the same number. */
static void
two_files_do_not_mix(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct buf b = BUF_INIT;
  struct dataset_import d;
  struct err e = {0};
  struct sample s;
  char *one, *two;

  (void)state;
  buf_adds(&b, "{\"id\":1,\"text\":\"a\"}\n{\"id\":2,\"text\":\"b\",\"parent\":1}\n");
  one = file_of("one.jsonl", &b);
  buf_clear(&b);
  buf_adds(&b, "{\"id\":1,\"text\":\"c\"}\n{\"id\":2,\"text\":\"d\",\"parent\":1}\n"
           "{\"id\":3,\"text\":\"e\",\"parent\":4}\n{\"id\":4,\"text\":\"f\",\"parent\":9}\n");
  two = file_of("two.jsonl", &b);
  dataset_import_begin(&d, p, &adding);
  must(dataset_import_file(&d, one, NULL, &e), &e);
  must(dataset_import_file(&d, two, NULL, &e), &e);
  must(dataset_import_commit(&d, "two", &e), &e);
  dataset_import_end(&d);
  corpus_get(project_corpus(p), 2, &s);
  assert_int_equal(s.parent_id, 1);
  corpus_get(project_corpus(p), 4, &s);
  assert_int_equal(s.parent_id, 3);
  corpus_get(project_corpus(p), 5, &s);
  assert_int_equal(s.parent_id, 6);
  corpus_get(project_corpus(p), 6, &s);
  assert_int_equal(s.parent_id, 0);
  must(project_close(p, &e), &e);
  buf_release(&b);
  free(one);
  free(two);
}

static void
nothing_is_kept(struct project *p)
{
  struct template_row *rows;
  struct log_entry *log;
  struct err e = {0};
  size_t n;

  assert_int_equal(corpus_count(project_corpus(p)), 0);
  assert_int_equal(labels_count(corpus_labels(project_corpus(p))), 3);
  must(template_store_list(p, true, &rows, &n, &e), &e);
  template_rows_free(rows, n);
  assert_int_equal(n, 0);
  assert_int_equal(corpus_name_count(project_corpus(p), NAME_TEACHER), 0);
  must(project_log(p, 0, 0, &log, &n, &e), &e);
  log_entries_free(log, n);
  assert_int_equal(n, 0);
}

static void
what_is_not_committed_is_not_kept(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct dataset_report report;
  struct stop stop = {.wanted = true};
  struct dataset_import d;
  struct err e = {0};
  char *path = many_rows(MANY, 1);

  (void)state;
  must(import(p, path, false, &report, &e), &e);
  p = reopen(p);
  nothing_is_kept(p);
  dataset_import_begin(&d, p, &adding);
  assert_int_equal(dataset_import_file(&d, path, &stop, &e), -1);
  assert_int_equal(e.code, ERR_INTERRUPTED);
  dataset_import_end(&d);
  nothing_is_kept(p);
  assert_int_equal(insert(p, 3, "import"), 1);
  must(project_close(p, &e), &e);
  check_whole();
  free(path);
}

/* A child that imports is killed at any moment: all of it is there, or nothing of it. */
static void
killed_it_is_all_or_nothing(void **state)
{
  char *path = many_rows(MANY, 1);
  int whole = 0, none = 0;
  struct err e = {0};

  (void)state;
  for (int round = 0; round < 24; round++) {
    struct project *p;
    pid_t pid;

    make_fresh(TASK_CLASSIFY);
    pid = fork();
    if (pid == 0) {
      struct dataset_report report;

      p = project_open(store_path, PROJECT_WRITE, &e);
      _exit(!p || import(p, path, true, &report, &e) < 0 || project_close(p, &e) < 0);
    }
    clock_sleep_ms(3 + round * round / 2);
    kill(pid, SIGKILL);
    wait_for(pid);
    p = open_it(PROJECT_WRITE);
    if (corpus_count(project_corpus(p))) {
      assert_int_equal(corpus_count(project_corpus(p)), MANY);
      check_row(p, MANY, MANY, 0);
      whole++;
    } else {
      nothing_is_kept(p);
      none++;
    }
    must(project_close(p, &e), &e);
    check_whole();
  }
  assert_true(none > 0);
  print_message("# killed: %d with all, %d with nothing\n", whole, none);
  free(path);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_of_it_comes_back),
    cmocka_unit_test(it_comes_beside_others),
    cmocka_unit_test(two_files_do_not_mix),
    cmocka_unit_test(what_is_not_committed_is_not_kept),
    cmocka_unit_test(killed_it_is_all_or_nothing),
  };

  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, store_folder_make, store_folder_remove);
}
