/* The room store: files that are none, faults of file and disk, migrations, check. */
#include "tests/store-stage.h"

#include <fcntl.h>
#include <locale.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "store/db.h"
#include "store/job_store.h"
#include "store/schema.h"

/* Runs SQL on the file, from outside. */
static void
sql(const char *text)
{
  sqlite3 *h;
  char *message = NULL;

  assert_int_equal(sqlite3_open(store_path, &h), SQLITE_OK);
  if (sqlite3_exec(h, text, NULL, NULL, &message) != SQLITE_OK)
    fail_msg("%s: %s", text, message);
  sqlite3_close(h);
}

/* ---- files that are none ---- */

/* The message says FILE for the path. */
static void
refused(enum project_mode mode, const char *message)
{
  struct err e = {0};
  struct project *p = project_open(store_path, mode, &e);
  const char *path = strstr(e.message, store_path);
  char without[300];

  assert_null(p);
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(path);
  snprintf(without, sizeof without, "%.*sFILE%s", (int)(path - e.message), e.message, path + strlen(store_path));
  assert_string_equal(without, message);
}

static void
write_file(const void *s, size_t n)
{
  int fd = open(store_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

  assert_int_equal(write(fd, s, n), n);
  close(fd);
}

static void
what_is_no_project_is_refused(void **state)
{
  struct err e = {0};
  char text[5000];

  (void)state;
  unlink(store_path);
  refused(PROJECT_ANY, "cannot open 'FILE': no such file (retort new makes a project)");
  write_file("", 0);
  refused(PROJECT_ANY, "'FILE' is no retort project: it is empty (retort new makes a project)");
  memset(text, 'x', sizeof text);
  write_file(text, sizeof text);
  refused(PROJECT_ANY, "'FILE' is no retort project: it is not an SQLite file");
  write_file("", 0);
  sql("CREATE TABLE t (a)");
  refused(PROJECT_ANY, "'FILE' is no retort project: it is some other SQLite file");
  make_fresh(TASK_PAIR);
  assert_int_equal(project_create(store_path, TASK_PAIR, NULL, 0, &e), -1);
  assert_non_null(strstr(e.message, "exists already"));
  sql("PRAGMA user_version=99");
  refused(PROJECT_ANY, "'FILE' is from a newer retort: its schema is 99, this program knows up to 6 (update retort)");
}

static void
a_truncated_file_is_refused(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct check_report r;
  struct err e = {0};
  struct stat st;

  (void)state;
  insert(p, 2000, "import");
  must(project_close(p, &e), &e);
  assert_int_equal(stat(store_path, &st), 0);
  for (off_t size = 100; size < st.st_size - 1; size = 2 * size + 1000) {
    assert_int_equal(truncate(store_path, st.st_size / 100 * 99 > size ? st.st_size - size : 0), 0);
    p = project_open(store_path, PROJECT_ANY, &e);
    assert_null(p);
    assert_int_equal(e.code, ERR_INPUT);
    assert_non_null(strstr(e.message, store_path));
    if (check_project(store_path, &r, &e) == 0) {
      assert_true(r.n > 0);
      check_report_release(&r);
    }
  }
}

static void
labels_are_checked_before_a_file_is_made(void **state)
{
  struct project_label twice[] = {{"a", NULL}, {"b", NULL}, {"a", NULL}};
  struct project_label empty[] = {{"", NULL}};
  struct err e = {0};

  (void)state;
  unlink(store_path);
  assert_int_equal(project_create(store_path, TASK_CLASSIFY, twice, 3, &e), -1);
  assert_string_equal(e.message, "label 'a' is given twice");
  assert_int_equal(project_create(store_path, TASK_CLASSIFY, empty, 1, &e), -1);
  assert_int_equal(access(store_path, F_OK), -1);
  assert_int_equal(project_create("/nonexistent/x.retort", TASK_CLASSIFY, NULL, 0, &e), -1);
  assert_string_equal(e.message, "cannot make '/nonexistent/x.retort': no such file or directory");
}

static void
a_read_only_file_is_read(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct change *ch = some_samples(1, "import");
  struct check_report r;
  struct err e = {0};
  uint32_t first;

  (void)state;
  insert(p, 3, "import");
  must(project_close(p, &e), &e);
  for (int folder = 0; folder < 2; folder++) {
    chmod(folder ? store_folder : store_path, folder ? 0500 : 0400);
    refused(PROJECT_WRITE, "cannot write 'FILE': it is read-only (change its permissions, or work on a copy)");
    p = open_it(PROJECT_ANY);
    assert_true(project_read_only(p));
    assert_int_equal(corpus_count(project_corpus(p)), 3);
    e = (struct err){0};
    assert_int_equal(project_insert(p, ch, &first, &e), -1);
    assert_int_equal(e.code, ERR_INPUT);
    assert_non_null(strstr(e.message, "it is read-only"));
    assert_int_equal(project_undo(p, UNDO_ANY, NULL, &e), -1);
    struct change *set = change_new(CHANGE_SET, "person", "x");
    change_set_status(set, 1, STATUS_ACCEPTED);
    assert_int_equal(project_post(p, set, &e), -1);
    assert_int_equal(status_of(p, 1), STATUS_NEW);
    must(project_poll(p, &e), &e);
    must(project_close(p, &e), &e);
    must(check_project(store_path, &r, &e), &e);
    assert_int_equal(r.n, 0);
    chmod(folder ? store_folder : store_path, 0700);
  }
  p = open_it(PROJECT_READ);
  assert_int_equal(project_insert(p, ch, &first, &e), -1);
  must(project_close(p, &e), &e);
  change_free(ch);
}

/* ---- a full disk ---- */

static void
limit_file_size(rlim_t bytes)
{
  struct rlimit limit;

  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
a_full_disk_loses_nothing(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct change *big = some_samples(20000, "import");
  struct change *ch;
  struct err e = {0};
  uint32_t first;
  char *before, *after, text[3000];

  (void)state;
  insert(p, 100, "import");
  before = dump(p);
  limit_file_size(200000);
  assert_int_equal(project_insert(p, big, &first, &e), -1);
  if (e.code != ERR_INPUT || !strstr(e.message, "the disk is full"))
    fail_msg("%s", e.message);
  assert_int_equal(corpus_count(project_corpus(p)), 100);
  /* Posted: shown at once, then put back. */
  memset(text, 'x', sizeof text);
  ch = change_new(CHANGE_SET, "person", "much");
  for (uint32_t id = 1; id <= 100; id++)
    change_set_text(ch, id, text, sizeof text);
  must(project_post(p, ch, &e), &e);
  e = (struct err){0};
  assert_int_equal(project_sync(p, &e), -1);
  assert_non_null(strstr(e.message, "the disk is full"));
  after = dump(p);
  assert_string_equal(after, before);
  free(after);
  limit_file_size(RLIM_INFINITY);
  must(project_sync(p, &e), &e);
  must(project_insert(p, big, &first, &e), &e);
  assert_int_equal(first, 101);
  change_free(big);
  must(project_close(p, &e), &e);
  check_whole();
  p = open_it(PROJECT_WRITE);
  assert_int_equal(corpus_count(project_corpus(p)), 20100);
  must(project_close(p, &e), &e);
  free(before);
}

/* ---- migrations ---- */

static void
migrations_are_taken_in_order(void **state)
{
  static const char *const steps[] = {
    "CREATE TABLE a (x); INSERT INTO a VALUES (1);",
    "ALTER TABLE a ADD COLUMN y DEFAULT 7;",
    "INSERT INTO a VALUES (2, 8); CREATE TABLE a (z);",   /* fails in the middle */
  };
  struct db db;
  struct err e = {0};
  int64_t n;
  int version;

  (void)state;
  unlink(store_path);
  write_file("", 0);
  must(db_open(&db, store_path, DB_CREATE, &e), &e);
  must(schema_migrate(&db, steps, 1, &e), &e);
  must(schema_migrate(&db, steps, 2, &e), &e);
  must(schema_migrate(&db, steps, 2, &e), &e);
  must(db_number(&db, &e, 0, &n, "SELECT sum(x + y) FROM a", ""), &e);
  assert_int_equal(n, 8);
  assert_int_equal(schema_migrate(&db, steps, 3, &e), -1);
  must(db_number(&db, &e, 0, &n, "SELECT count(*) FROM a", ""), &e);
  assert_int_equal(n, 1);
  must(db_number(&db, &e, 0, &n, "PRAGMA user_version", ""), &e);
  assert_int_equal(n, 2);
  must(db_exec(&db, "PRAGMA application_id=1381257042", &e), &e);
  must(schema_check(&db, 2, &version, &e), &e);
  assert_int_equal(version, 2);
  assert_int_equal(schema_check(&db, 1, &version, &e), -1);
  db_close(&db);
}

/* A file as the first release wrote it comes to the present schema with all that stands in it. */
static void
an_old_project_is_brought_up(void **state)
{
  static const char rows[] =
    "PRAGMA application_id=1381257042; INSERT INTO meta VALUES ('task', 'classify');"
    "INSERT INTO label (id, name) VALUES (0, 'billing'), (1, 'shipping');"
    "INSERT INTO template (name, version, source, at_ms) VALUES ('t', 1, 'x', 0);"
    "INSERT INTO teacher (name, kind, url, model, key_env, concurrency, settings, at_ms) VALUES"
    " ('t', 'http', '', '', '', 0, '{}', 0);"
    "INSERT INTO job (kind, state, template, teacher, params, key, message, at_ms) VALUES"
    " ('generate', 1, 1, 1, '{}', '', '', 0);"
    "INSERT INTO request (job, key, label, attributes, wanted, messages, params, state, tries, reply, cost_usd) VALUES"
    " (1, 'aa', 1, 'topic=x', 3, '[1]', '{}', 2, 2, x'5b5d', .5),"
    " (1, 'bb', NULL, '', 3, '[2]', '{}', 1, 1, x'5b', NULL),"
    " (1, 'cc', 0, '', 3, '[3]', '{}', 0, 0, NULL, NULL);"
    "INSERT INTO sample (text, labels, split, status, origin, template, teacher, request) VALUES"
    " ('one', '1', 0, 0, 1, 1, 1, 1);"
    "INSERT INTO change (at_ms, kind, actor, summary, n, first_id, last_id) VALUES"
    " (0, 0, 'job 1', 'generate', 1, 1, 1);"
    "INSERT INTO dropped (job, request, label, attributes, text, reason, detail) VALUES"
    " (1, 1, 1, '', 'two', 'too_short', '');";
  struct db db;
  struct project *p;
  struct request_row *requests, row;
  struct dropped_row *dropped;
  struct err e = {0};
  size_t n;

  (void)state;
  unlink(store_path);
  write_file("", 0);
  must(db_open(&db, store_path, DB_CREATE, &e), &e);
  must(schema_migrate(&db, schema_steps, 1, &e), &e);
  must(db_exec(&db, rows, &e), &e);
  db_close(&db);
  p = open_it(PROJECT_WRITE);
  must(job_store_requests(p, 1, -1, true, &requests, &n, &e), &e);
  assert_int_equal(n, 3);
  assert_string_equal(requests[0].reply, "[]");
  assert_string_equal(requests[0].messages, "[1]");
  assert_string_equal(requests[0].attributes, "topic=x");
  assert_float_equal(requests[0].cost_usd, .5, 0);
  assert_int_equal(requests[0].tries, 2);
  assert_int_equal(requests[1].label, LABEL_NONE);
  assert_int_equal(requests[1].state, REQUEST_ANSWERED);
  assert_null(requests[2].reply);
  assert_string_equal(requests[2].messages, "[3]");
  request_rows_free(requests, n);
  assert_int_equal(job_store_answered(p, "bb", &row, &e), 1);
  request_row_release(&row);
  must(job_store_dropped(p, 1, NULL, &dropped, &n, &e), &e);
  assert_int_equal(n, 1);
  dropped_rows_free(dropped, n);
  assert_int_equal(corpus_count(project_corpus(p)), 1);
  must(project_close(p, &e), &e);
  check_whole();
}

/* ---- check ---- */

static void
check_finds_what_is_wrong(void **state)
{
  static const struct {
    const char *harm, *problem;
  } cases[] = {
    {"DELETE FROM sample WHERE id=2", "samples are not numbered without a gap: there are 4, the last is 5"},
    {"DELETE FROM sample WHERE id=5", "the log inserted samples up to 5, but the last one there is 4"},
    {"UPDATE sample SET labels='9' WHERE id=3", "sample 3 has a label that there is not: 9"},
    {"UPDATE sample SET split=7 WHERE id=1", "sample 1 has a split, status or origin that there is not: 7/0/3"},
    {"UPDATE sample SET status=0 WHERE id=4", "sample 4 is not what the log says last (field 4)"},
    {"DELETE FROM change WHERE id=2", "there are values of sample 4 for log entry 2, which is not there"},
    {"DELETE FROM change_row", "log entry 2 says that it changed 1 samples, but its values are not all there"},
    {"UPDATE change SET first_id=2 WHERE id=1",
     "log entry 1 inserted samples from 2 on, which does not follow on the entry before"},
    {"INSERT INTO change (at_ms, kind, actor, summary, target) VALUES (0, 2, '', '', 9)",
     "log entry 3 undoes or redoes entry 9, which is no such change"},
    {"UPDATE sample SET request=8 WHERE id=1", "sample 1 comes from request 8, which is not there"},
    {"UPDATE sample SET template=8 WHERE id=1", "sample 1 comes from template version 8, which is not there"},
    {"UPDATE sample SET parent=8 WHERE id=1", "sample 1 was made from sample 8, which is not there"},
    {"INSERT INTO reply VALUES (5, x'00')", "there is a reply of request 5, which is not there"},
    {"INSERT INTO vote (sample, request, teacher) VALUES (1, 5, 0)",
     "there is a vote on sample 1 by request 5, which are not both there"},
    {"INSERT INTO batch VALUES (1, 3, 0, 0, '', '', '', 0, 0, 0, 0, 0)",
     "batch 1 belongs to job 3, which is not there"},
    {"INSERT INTO request (job, key, attributes, wanted, params, state, subjects) VALUES"
     " (1, '', '', 0, '{}', 0, '1,9')",
     "request 1 is about a sample that is not there: 1,9"},
    {"INSERT INTO request (job, key, attributes, wanted, params, state, batch) VALUES (1, '', '', 0, '{}', 0, 4)",
     "request 1 is in batch 4, which is none of its job"},
    {"INSERT INTO request (job, key, attributes, wanted, params, state) VALUES (1, '', '', 0, '{}', 2)",
     "request 1 is answered or parsed (2), but its reply is not there"},
    {"INSERT INTO dropped (job, request, attributes, reason, detail, became) VALUES (1, 1, '', '', '', 9)",
     "dropped text 1 became sample 9, which is not there"},
    {"INSERT INTO model VALUES (5, x'00')", "there is a model of run 5, which is not there"},
  };
  struct check_report r;
  struct err e = {0};

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++) {
    struct project *p = fresh(TASK_CLASSIFY);
    bool found = false;

    insert(p, 5, "import");
    set_status(p, 4, STATUS_REJECTED);
    must(project_close(p, &e), &e);
    check_whole();
    sql(cases[i].harm);
    must(check_project(store_path, &r, &e), &e);
    for (size_t k = 0; k < r.n; k++)
      found |= !strcmp(r.problems[k], cases[i].problem);
    if (!found)
      fail_msg("%s: not found; first problem: %s", cases[i].harm, r.n ? r.problems[0] : "none");
    check_report_release(&r);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_no_project_is_refused),
    cmocka_unit_test(a_truncated_file_is_refused),
    cmocka_unit_test(labels_are_checked_before_a_file_is_made),
    cmocka_unit_test(a_read_only_file_is_read),
    cmocka_unit_test(a_full_disk_loses_nothing),
    cmocka_unit_test(migrations_are_taken_in_order),
    cmocka_unit_test(an_old_project_is_brought_up),
    cmocka_unit_test(check_finds_what_is_wrong),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, store_folder_make, store_folder_remove);
}
