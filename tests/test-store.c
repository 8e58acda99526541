/* The room store: the project file, undo and redo, records, faults of file and disk. */
#include "tests/store-help.h"

#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "store/db.h"
#include "store/job_store.h"
#include "store/run_store.h"
#include "store/schema.h"
#include "store/teacher_store.h"
#include "store/template_store.h"

/* Runs SQL on the file, from outside. */
static void
sql(const char *text)
{
  sqlite3 *h;
  char *message = NULL;

  assert_int_equal(sqlite3_open(help_path, &h), SQLITE_OK);
  if (sqlite3_exec(h, text, NULL, NULL, &message) != SQLITE_OK)
    fail_msg("%s: %s", text, message);
  sqlite3_close(h);
}

/* ---- changes, undo, redo ---- */

static void
a_change_is_there_after_reopening(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct err e = {0};
  struct sample s;
  char *what;

  (void)state;
  assert_int_equal(insert(p, 5, "import"), 1);
  set_status(p, 2, STATUS_REJECTED);
  assert_int_equal(status_of(p, 2), STATUS_REJECTED);
  must(project_sync(p, &e), &e);
  assert_true(project_durable(p));
  p = reopen(p);
  assert_string_equal(project_name(p), "p");
  assert_int_equal(corpus_count(project_corpus(p)), 5);
  assert_int_equal(status_of(p, 2), STATUS_REJECTED);
  assert_true(corpus_get(project_corpus(p), 3, &s));
  assert_string_equal(s.text, "text number 2 of import");
  assert_string_equal(s.attributes, "topic=x");
  assert_int_equal(sample_label(&s), 2);
  assert_int_equal(project_undoable(p), 2);
  assert_int_equal(project_undo(p, UNDO_ANY, &what, &e), 1);
  assert_string_equal(what, "undid: set a status");
  free(what);
  assert_int_equal(status_of(p, 2), STATUS_NEW);
  assert_int_equal(project_undo(p, UNDO_ANY, &what, &e), 1);
  assert_string_equal(what, "undid: import some");
  free(what);
  assert_false(corpus_get(project_corpus(p), 2, &s));
  assert_int_equal(project_undo(p, UNDO_ANY, &what, &e), 0);
  assert_string_equal(what, "nothing to undo");
  free(what);
  p = reopen(p);
  assert_int_equal(project_redo(p, NULL, &e), 1);
  assert_int_equal(project_redo(p, NULL, &e), 1);
  assert_int_equal(project_redo(p, NULL, &e), 0);
  assert_int_equal(status_of(p, 2), STATUS_REJECTED);
  must(project_close(p, &e), &e);
  check_whole();
}

static void
a_new_change_ends_what_can_be_redone(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct err e = {0};

  (void)state;
  insert(p, 3, "import");
  set_status(p, 1, STATUS_ACCEPTED);
  assert_int_equal(project_undo(p, UNDO_ANY, NULL, &e), 1);
  assert_int_equal(project_redoable(p), 1);
  set_status(p, 2, STATUS_ACCEPTED);
  must(project_sync(p, &e), &e);
  assert_int_equal(project_redoable(p), 0);
  assert_int_equal(project_redo(p, NULL, &e), 0);
  assert_int_equal(status_of(p, 1), STATUS_NEW);
  must(project_close(p, &e), &e);
  check_whole();
}

/* What nothing changes is not in the history. */
static void
a_change_of_nothing_leaves_no_entry(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct log_entry *log;
  struct err e = {0};
  size_t n;

  (void)state;
  insert(p, 3, "import");
  set_status(p, 1, STATUS_NEW);
  must(project_post(p, change_new(CHANGE_SET, "person", "nothing"), &e), &e);
  must(project_sync(p, &e), &e);
  assert_int_equal(project_undoable(p), 1);
  must(project_log(p, 0, 0, &log, &n, &e), &e);
  assert_int_equal(n, 1);
  log_entries_free(log, n);
  must(project_close(p, &e), &e);
}

static void
a_wrong_change_is_refused(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct change *ch;
  struct err e = {0};
  uint32_t first;
  uint64_t revision;

  (void)state;
  insert(p, 3, "import");
  revision = corpus_revision(project_corpus(p));
  ch = change_new(CHANGE_SET, "person", "x");
  change_set_status(ch, 1, STATUS_ACCEPTED);
  change_set_status(ch, 4, STATUS_ACCEPTED);
  assert_int_equal(project_post(p, ch, &e), -1);
  assert_string_equal(e.message, "there is no sample 4");
  ch = change_new(CHANGE_SET, "person", "x");
  change_set_label(ch, 1, 3);
  assert_int_equal(project_post(p, ch, &e), -1);
  assert_string_equal(e.message, "there is no label number 3");
  ch = change_new(CHANGE_SET, "person", "x");
  change_set_labels(ch, 1, (uint16_t[]){0, 1}, 2);
  assert_int_equal(project_post(p, ch, &e), -1);
  ch = change_new(CHANGE_SET, "person", "x");
  change_set_number(ch, 1, FIELD_SPLIT, 9);
  assert_int_equal(project_post(p, ch, &e), -1);
  ch = change_new(CHANGE_SET, "person", "x");
  change_set_text(ch, 1, "a\xff", 2);
  assert_int_equal(project_post(p, ch, &e), -1);
  assert_string_equal(e.message, "a text is not UTF-8 at byte 2");
  assert_int_equal(corpus_revision(project_corpus(p)), revision);
  ch = change_new(CHANGE_INSERT, "person", "x");
  change_add_sample(ch, &(struct sample){.text = "ok", .n_text = 2});
  change_add_sample(ch, &(struct sample){.text = "x", .n_text = 1, .labels = (uint16_t[]){7}, .n_labels = 1});
  assert_int_equal(project_insert(p, ch, &first, &e), -1);
  change_free(ch);
  assert_int_equal(corpus_count(project_corpus(p)), 3);
  must(project_close(p, &e), &e);
  check_whole();
}

/* Some thousand random changes, then all undone, then all redone, with the project closed and opened on the way. */
static void
everything_can_be_undone_and_redone(void **state)
{
  enum { STEPS = 1500 };
  struct project *p = fresh(TASK_MULTILABEL);
  struct rng r;
  struct err e = {0};
  char *begin, *middle = NULL, *end, *now;
  size_t at_middle = 0, n = 0;

  (void)state;
  rng_seed(&r, 11);
  begin = dump(p);
  for (int i = 0; i < STEPS; i++) {
    if (i % 100 == 0)
      insert(p, 1 + (int)rng_below(&r, 30), "import");
    else if (rng_below(&r, 20) == 0)
      project_undo(p, UNDO_ANY, NULL, &e);
    else if (rng_below(&r, 30) == 0)
      project_redo(p, NULL, &e);
    else
      random_change(p, &r);
    if (i == STEPS / 2) {
      must(project_sync(p, &e), &e);
      middle = dump(p);
      p = reopen(p);
      at_middle = project_undoable(p);
      now = dump(p);
      assert_string_equal(now, middle);
      free(now);
    }
  }
  must(project_sync(p, &e), &e);
  end = dump(p);
  p = reopen(p);
  now = dump(p);
  assert_string_equal(now, end);
  free(now);
  n = project_undoable(p);
  assert_true(n > 1000 && at_middle > 400);
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(project_undo(p, UNDO_ANY, NULL, &e), 1);
    if (i == n / 3)
      p = reopen(p);
  }
  assert_int_equal(project_undo(p, UNDO_ANY, NULL, &e), 0);
  now = dump(p);
  assert_string_equal(now, begin);
  free(now);
  assert_int_equal(project_redoable(p), n);
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(project_redo(p, NULL, &e), 1);
    if (i == n / 2)
      p = reopen(p);
  }
  now = dump(p);
  assert_string_equal(now, end);
  free(now);
  free(begin);
  free(middle);
  free(end);
  must(project_close(p, &e), &e);
  check_whole();
}

/* ---- jobs beside a person ---- */

static void
a_person_undoes_past_a_job(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct change *ch;
  struct sample s;
  struct err e = {0};
  char *what;

  (void)state;
  insert(p, 3, "import");
  set_status(p, 1, STATUS_REJECTED);
  insert(p, 2, "job 4");
  insert(p, 2, "job 4");
  assert_int_equal(project_undoable(p), 3);
  assert_int_equal(project_undo(p, UNDO_PERSON, &what, &e), 1);
  assert_string_equal(what, "undid: set a status");
  free(what);
  assert_int_equal(status_of(p, 1), STATUS_NEW);
  /* The job goes on; what was undone can still be redone. */
  insert(p, 2, "job 4");
  assert_int_equal(project_redo(p, NULL, &e), 1);
  assert_int_equal(status_of(p, 1), STATUS_REJECTED);
  assert_int_equal(project_undo(p, UNDO_PERSON, NULL, &e), 1);
  /* All that the job did in a row goes at once. */
  assert_int_equal(project_undo(p, UNDO_ANY, &what, &e), 1);
  assert_string_equal(what, "undid: job 4 (3 changes)");
  free(what);
  assert_int_equal(corpus_count(project_corpus(p)), 9);
  for (uint32_t id = 4; id <= 9; id++)
    assert_false(corpus_get(project_corpus(p), id, &s));
  p = reopen(p);
  assert_int_equal(project_redoable(p), 2);
  assert_int_equal(project_redo(p, NULL, &e), 1);
  for (uint32_t id = 4; id <= 9; id++)
    assert_true(corpus_get(project_corpus(p), id, &s));
  /* A job that changed the same field of the same sample stands in the way. */
  set_status(p, 2, STATUS_REJECTED);
  must(project_sync(p, &e), &e);
  ch = change_new(CHANGE_SET, "job 5", "annotate");
  change_set_status(ch, 2, STATUS_ACCEPTED);
  must(project_post(p, ch, &e), &e);
  assert_int_equal(project_undo(p, UNDO_PERSON, NULL, &e), -1);
  assert_string_equal(e.message, "cannot undo 'set a status': job 5 changed sample 2 after it");
  assert_int_equal(status_of(p, 2), STATUS_ACCEPTED);
  must(project_close(p, &e), &e);
  check_whole();
}

static void
the_log_tells_who_did_what(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct change *ch = change_new(CHANGE_SET, "person", "relabel 1 sample");
  struct log_entry *log;
  struct log_row *rows;
  struct err e = {0};
  size_t n;

  (void)state;
  insert(p, 3, "import");
  change_set_label(ch, 2, 2);
  change_set_status(ch, 2, STATUS_ACCEPTED);
  must(project_post(p, ch, &e), &e);
  assert_int_equal(project_undo(p, UNDO_ANY, NULL, &e), 1);
  must(project_log(p, 0, 0, &log, &n, &e), &e);
  assert_int_equal(n, 3);
  assert_int_equal(log[0].kind, CHANGE_UNDO);
  assert_int_equal(log[0].target, 2);
  assert_string_equal(log[0].summary, "undo: relabel 1 sample");
  assert_string_equal(log[1].actor, "person");
  assert_true(log[1].undone);
  assert_int_equal(log[1].n, 1);
  assert_int_equal(log[2].kind, CHANGE_INSERT);
  assert_int_equal(log[2].n, 3);
  assert_int_equal(log[2].first_id, 1);
  assert_false(log[2].undone);
  log_entries_free(log, n);
  must(project_log(p, 3, 1, &log, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_int_equal(log[0].id, 2);
  log_entries_free(log, n);
  must(project_log_rows(p, 2, 0, &rows, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_int_equal(rows[0].field, FIELD_LABELS);
  assert_string_equal(rows[0].before, "shipping");
  assert_string_equal(rows[0].after, "returns");
  assert_string_equal(rows[1].before, "new");
  assert_string_equal(rows[1].after, "accepted");
  log_rows_free(rows, n);
  must(project_close(p, &e), &e);
}

static void
labels_are_added(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct err e = {0};
  uint16_t id;

  (void)state;
  must(project_add_label(p, "account", "login", &id, &e), &e);
  assert_int_equal(id, 3);
  must(project_add_label(p, "returns", "sent back", &id, &e), &e);
  assert_int_equal(id, 2);
  assert_int_equal(project_add_label(p, "a\tb", "", &id, &e), -1);
  p = reopen(p);
  assert_int_equal(labels_count(corpus_labels(project_corpus(p))), 4);
  assert_string_equal(label_meaning(corpus_labels(project_corpus(p)), 2), "sent back");
  assert_string_equal(label_name(corpus_labels(project_corpus(p)), 3), "account");
  assert_int_equal(project_undoable(p), 0);
  must(project_set_setting(p, "filter.mine", "status:new", &e), &e);
  char *value = project_setting(p, "filter.mine");
  assert_string_equal(value, "status:new");
  free(value);
  assert_null(project_setting(p, "other"));
  must(project_close(p, &e), &e);
  check_whole();
}

/* ---- files that are none ---- */

/* The message says FILE for the path. */
static void
refused(enum project_mode mode, const char *message)
{
  struct err e = {0};
  struct project *p = project_open(help_path, mode, &e);
  const char *path = strstr(e.message, help_path);
  char without[300];

  assert_null(p);
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(path);
  snprintf(without, sizeof without, "%.*sFILE%s", (int)(path - e.message), e.message, path + strlen(help_path));
  assert_string_equal(without, message);
}

static void
write_file(const void *s, size_t n)
{
  int fd = open(help_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

  assert_int_equal(write(fd, s, n), n);
  close(fd);
}

static void
what_is_no_project_is_refused(void **state)
{
  struct err e = {0};
  char text[5000];

  (void)state;
  unlink(help_path);
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
  assert_int_equal(project_create(help_path, TASK_PAIR, NULL, 0, &e), -1);
  assert_non_null(strstr(e.message, "exists already"));
  sql("PRAGMA user_version=99");
  refused(PROJECT_ANY, "'FILE' is from a newer retort: its schema is 99, this program knows up to 1 (update retort)");
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
  assert_int_equal(stat(help_path, &st), 0);
  for (off_t size = 100; size < st.st_size - 1; size = 2 * size + 1000) {
    assert_int_equal(truncate(help_path, st.st_size / 100 * 99 > size ? st.st_size - size : 0), 0);
    p = project_open(help_path, PROJECT_ANY, &e);
    assert_null(p);
    assert_int_equal(e.code, ERR_INPUT);
    assert_non_null(strstr(e.message, help_path));
    if (check_project(help_path, &r, &e) == 0) {
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
  unlink(help_path);
  assert_int_equal(project_create(help_path, TASK_CLASSIFY, twice, 3, &e), -1);
  assert_string_equal(e.message, "label 'a' is given twice");
  assert_int_equal(project_create(help_path, TASK_CLASSIFY, empty, 1, &e), -1);
  assert_int_equal(access(help_path, F_OK), -1);
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
    chmod(folder ? help_folder : help_path, folder ? 0500 : 0400);
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
    must(check_project(help_path, &r, &e), &e);
    assert_int_equal(r.n, 0);
    chmod(folder ? help_folder : help_path, 0700);
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
  unlink(help_path);
  write_file("", 0);
  must(db_open(&db, help_path, DB_CREATE, &e), &e);
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
    {"UPDATE change SET first_id=2 WHERE id=1", "log entry 1 inserted samples from 2 on, which does not follow on the entry before"},
    {"INSERT INTO change (at_ms, kind, actor, summary, target) VALUES (0, 2, '', '', 9)",
     "log entry 3 undoes or redoes entry 9, which is no such change"},
    {"UPDATE sample SET request=8 WHERE id=1", "sample 1 comes from request 8, which is not there"},
    {"UPDATE sample SET template=8 WHERE id=1", "sample 1 comes from template version 8, which is not there"},
    {"UPDATE sample SET parent=8 WHERE id=1", "sample 1 was made from sample 8, which is not there"},
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
    must(check_project(help_path, &r, &e), &e);
    for (size_t k = 0; k < r.n; k++)
      found |= !strcmp(r.problems[k], cases[i].problem);
    if (!found)
      fail_msg("%s: not found; first problem: %s", cases[i].harm, r.n ? r.problems[0] : "none");
    check_report_release(&r);
  }
}

/* ---- records ---- */

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
  assert_int_equal(job_store_find(p, "generate", 1, 1, "k", &found, &e), 1);
  assert_int_equal(found.state, JOB_DONE);
  assert_true(found.ended_ms > 0);
  job_row_release(&found);
  assert_int_equal(job_store_find(p, "generate", 1, 2, NULL, &found, &e), 0);
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
  int status;

  assert_true(child >= 0);
  if (child == 0) {
    struct project *p = project_open(help_path, PROJECT_WRITE, NULL);

    _exit(p && run_store_add(p, &row, NULL, NULL, NULL) == 0 ? 0 : 1);
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
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
  p = project_open(help_path, PROJECT_WRITE, &e);
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
  struct run_row row = {.student = (char *)"linear", .seed = 18446744073709551615u, .data = (char *)"usable"}, got, *rows;
  struct train_point points[2] = {{.epoch = 1, .step = 5, .train_loss = 1.5, .valid_loss = NAN},
                                  {.epoch = 2, .step = 9, .epoch_end = true, .valid_f1 = 0.5}}, *read;
  struct prediction out[] = {{1, 2, 0.75f}, {2, LABEL_NONE, 0.1f}}, *in;
  float vectors[] = {0.1f, 0.15f, 0.75f, 0.3f, 0.3f, 0.4f}, *back;
  struct evaluation_row evaluation = {.predictor_id = 1, .split = (char *)"test", .metrics = (char *)"{\"accuracy\":1}"}, *es;
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
  must(run_store_put_experiment(p, "{}", "{\"x\":1}", &e), &e);
  must(run_store_experiments(p, &xs, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_string_equal(xs[0].result, "{\"x\":1}");
  experiment_records_free(xs, n);
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
    cmocka_unit_test(a_change_is_there_after_reopening),
    cmocka_unit_test(a_new_change_ends_what_can_be_redone),
    cmocka_unit_test(a_change_of_nothing_leaves_no_entry),
    cmocka_unit_test(a_wrong_change_is_refused),
    cmocka_unit_test(everything_can_be_undone_and_redone),
    cmocka_unit_test(a_person_undoes_past_a_job),
    cmocka_unit_test(the_log_tells_who_did_what),
    cmocka_unit_test(labels_are_added),
    cmocka_unit_test(what_is_no_project_is_refused),
    cmocka_unit_test(a_truncated_file_is_refused),
    cmocka_unit_test(labels_are_checked_before_a_file_is_made),
    cmocka_unit_test(a_read_only_file_is_read),
    cmocka_unit_test(a_full_disk_loses_nothing),
    cmocka_unit_test(migrations_are_taken_in_order),
    cmocka_unit_test(check_finds_what_is_wrong),
    cmocka_unit_test(templates_have_versions),
    cmocka_unit_test(teachers_are_kept),
    cmocka_unit_test(a_reply_is_kept_once),
    cmocka_unit_test(a_run_ends_with_its_process),
    cmocka_unit_test(runs_are_kept),
  };
  int rc;

  setlocale(LC_CTYPE, "C.UTF-8");
  if (help_begin())
    return 99;
  cmocka_set_message_output(CM_OUTPUT_TAP);
  rc = cmocka_run_group_tests(tests, NULL, NULL);
  help_end();
  return rc;
}
