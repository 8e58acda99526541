/* The room store: changes to a project, undo and redo, the log, labels. */
#include "tests/store-stage.h"

#include <locale.h>

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

/* ---- long ways ---- */

struct going {
  struct stop stop;
  int told;
  double done, total;
};

/* Wishes to stop when half is done. */
static void
stop_midway(void *arg, double done, double total)
{
  struct going *g = arg;

  assert_true(done >= g->done && done <= total + 1e-6);
  g->told++;
  g->done = done;
  g->total = total;
  if (done > total / 2)
    atomic_store(&g->stop.wanted, true);
}

static void
a_way_that_is_stopped_goes_nowhere(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct going g = {.told = 0};
  struct project_way way = {.to = 0, .stop = &g.stop, .tell = stop_midway, .arg = &g};
  struct project_walked walked;
  struct log_entry *log;
  struct err e = {0};
  char *before, *after;
  size_t n;

  (void)state;
  insert(p, 3, "import");
  for (int i = 0; i < 50; i++)
    set_status(p, 1, i % 2 ? STATUS_REJECTED : STATUS_ACCEPTED);
  must(project_sync(p, &e), &e);
  before = dump(p);
  assert_int_equal(project_walk(p, &way, &walked, &e), -1);
  assert_int_equal(e.code, ERR_INTERRUPTED);
  assert_int_equal(walked.n, 0);
  assert_true(g.told > 10);
  after = dump(p);
  assert_string_equal(after, before);
  free(after);
  assert_int_equal(project_undoable(p), 51);
  assert_int_equal(project_redoable(p), 0);
  must(project_log(p, 0, 0, &log, &n, &e), &e);
  assert_int_equal(n, 51);
  log_entries_free(log, n);
  way.stop = NULL;
  g.done = 0;
  assert_int_equal(project_walk(p, &way, &walked, &e), 1);
  assert_int_equal(walked.n_changes, 51);
  assert_float_equal(g.done, g.total, 1e-6);
  project_walked_release(&walked);
  assert_int_equal(project_walk(p, &(struct project_way){.redo = true, .to = PROJECT_NEWEST}, &walked, &e), 1);
  assert_string_equal(walked.what[50], "redid: set a status");
  project_walked_release(&walked);
  after = dump(p);
  assert_string_equal(after, before);
  free(after);
  free(before);
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

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_change_is_there_after_reopening),
    cmocka_unit_test(a_new_change_ends_what_can_be_redone),
    cmocka_unit_test(a_change_of_nothing_leaves_no_entry),
    cmocka_unit_test(a_wrong_change_is_refused),
    cmocka_unit_test(everything_can_be_undone_and_redone),
    cmocka_unit_test(a_way_that_is_stopped_goes_nowhere),
    cmocka_unit_test(a_person_undoes_past_a_job),
    cmocka_unit_test(the_log_tells_who_did_what),
    cmocka_unit_test(labels_are_added),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, store_folder_make, store_folder_remove);
}
