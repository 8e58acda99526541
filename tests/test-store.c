/* The room store: the project file, undo, two processes, faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/check.h"
#include "store/job_store.h"
#include "store/project.h"
#include "store/run_store.h"
#include "store/teacher_store.h"
#include "store/template_store.h"

static char folder[64];
static char path[128];

static const struct project_label labels[] = {{"billing", "charges"}, {"shipping", "parcels"}, {"returns", NULL}};

static void
must(int rc, const struct err *e)
{
  if (rc < 0)
    fail_msg("%s", e->message);
}

/* A fresh project of three labels, open. */
static struct project *
fresh(enum task task)
{
  struct err e = {0};
  struct project *p;

  unlink(path);
  must(project_create(path, task, labels, N_OF(labels), &e), &e);
  p = project_open(path, PROJECT_WRITE, &e);
  if (!p)
    fail_msg("%s", e.message);
  return p;
}

static struct project *
reopen(struct project *p)
{
  struct err e = {0};

  must(project_close(p, &e), &e);
  p = project_open(path, PROJECT_WRITE, &e);
  if (!p)
    fail_msg("%s", e.message);
  return p;
}

static uint32_t
insert(struct project *p, int n, const char *actor)
{
  struct change *ch = change_new(CHANGE_INSERT, actor, "import some");
  struct err e = {0};
  uint32_t first = 0;

  for (int i = 0; i < n; i++) {
    char text[64];
    uint16_t label = (uint16_t)(i % 3);
    struct sample s = {.text = text, .labels = &label, .n_labels = 1, .origin = ORIGIN_IMPORTED, .attributes = "topic=x"};

    s.n_text = (uint32_t)snprintf(text, sizeof text, "text number %d of %s", i, actor);
    change_add_sample(ch, &s);
  }
  must(project_insert(p, ch, &first, &e), &e);
  change_free(ch);
  return first;
}

static void
set_status(struct project *p, uint32_t id, enum status status)
{
  struct change *ch = change_new(CHANGE_SET, "person", "set a status");
  struct err e = {0};

  change_set_status(ch, id, status);
  must(project_post(p, ch, &e), &e);
}

static enum status
status_of(struct project *p, uint32_t id)
{
  struct sample s;

  assert_true(corpus_get(project_corpus(p), id, &s));
  return s.status;
}

static void
check_whole(void)
{
  struct check_report r;
  struct err e = {0};

  must(check_project(path, &r, &e), &e);
  if (r.n)
    fail_msg("%s", r.problems[0]);
  check_report_release(&r);
}

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
  p = reopen(p);
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

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_change_is_there_after_reopening),
  };

  snprintf(folder, sizeof folder, "/tmp/retort-test.XXXXXX");
  if (!mkdtemp(folder))
    return 99;
  snprintf(path, sizeof path, "%s/p.retort", folder);
  cmocka_set_message_output(CM_OUTPUT_TAP);
  int rc = cmocka_run_group_tests(tests, NULL, NULL);
  unlink(path);
  rmdir(folder);
  return rc;
}
