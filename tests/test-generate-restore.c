/* Dropped texts that come into the corpus after all. */
#include "tests/store-stage.h"

#include <locale.h>
#include <math.h>

#include "generate/restore.h"
#include "store/job_store.h"
#include "store/teacher_store.h"
#include "store/template_store.h"

#define S(text) ((char *)(uintptr_t)(text))

static const char test_text[] = "my parcel has been under way for three weeks and nobody answers the telephone";

/* A job of this kind with one request, which gave these texts; sample 1 is a test text. */
static struct project *
a_project(const char *kind, struct dropped_row *dropped, size_t n)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct change *ch = change_new(CHANGE_INSERT, "import", "import");
  struct job_row job = {.kind = S(kind), .template_id = 1, .teacher_id = 1};
  struct request_row row = {.key = S("k"), .label = 1, .attributes = S("topic=x"), .wanted = 2, .messages = S("[]"),
                            .cost_usd = NAN, .teacher_id = 2, .subjects = (uint32_t[]){1}, .n_subjects = 1};
  struct err e = {0};

  change_add_sample(ch, &(struct sample){.text = test_text, .n_text = sizeof test_text - 1, .split = SPLIT_TEST});
  must(project_insert(p, ch, NULL, &e), &e);
  change_free(ch);
  must(template_store_put(p, "t", "x", NULL, &e), &e);
  must(teacher_store_put(p, &(struct teacher_row){.name = S("t")}, NULL, 0, NULL, &e), &e);
  must(teacher_store_put(p, &(struct teacher_row){.name = S("u")}, NULL, 0, NULL, &e), &e);
  must(job_store_add(p, &job, NULL, &e), &e);
  must(job_store_plan(p, 1, &row, 1, &e), &e);
  row.reply = S("raw");
  row.n_reply = 3;
  must(job_store_reply(p, &row, 1, &e), &e);
  must(job_store_keep(p, 1, NULL, dropped, n, NULL, &e), &e);
  return p;
}

static void
refused(struct project *p, const struct restore_wish *w, const char *words)
{
  struct restore_result r;
  struct err e = {0};

  assert_int_equal(restore_dropped(p, w, 1, &r, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  if (!strstr(e.message, words))
    fail_msg("%s, not %s", e.message, words);
  assert_int_equal(corpus_count(project_corpus(p)), 1);
}

static void
texts_come_back_with_all_that_is_known(void **state)
{
  struct dropped_row dropped[] = {{.label = 1, .attributes = S("topic=x"), .text = S("hm"), .reason = S("too_short")},
                                  {.label = LABEL_NONE, .reason = S("parse")}};
  struct project *p = a_project("rewrite", dropped, 2);
  struct restore_result r;
  struct err e = {0};
  struct sample s;

  (void)state;
  refused(p, &(struct restore_wish){.dropped_id = 9}, "there is no dropped text 9");
  refused(p, &(struct restore_wish){.dropped_id = 2}, "dropped text 2 is a whole reply");
  refused(p, &(struct restore_wish){.dropped_id = 1, .text = " \n"}, "dropped text 1 is empty");
  must(restore_dropped(p, (struct restore_wish[]){{.dropped_id = 1}, {.dropped_id = 7},
                       {.dropped_id = 2, .text = "what the reply meant"}}, 3, &r, &e), &e);
  assert_int_equal(r.n_restored, 2);
  assert_int_equal(r.n_refused, 1);
  assert_string_equal(r.why.message, "there is no dropped text 7");
  assert_int_equal(r.first_id, 2);
  assert_true(corpus_get(project_corpus(p), 2, &s));
  assert_string_equal(s.text, "hm");
  assert_int_equal(sample_label(&s), 1);
  assert_string_equal(s.attributes, "topic=x");
  assert_true(s.origin == ORIGIN_GENERATED && s.status == STATUS_NEW && s.split == SPLIT_TRAIN);
  assert_int_equal(s.template_id, 1);
  assert_int_equal(s.teacher_id, 2);
  assert_int_equal(s.request_id, 1);
  assert_int_equal(s.parent_id, 1);
  assert_true(corpus_get(project_corpus(p), 3, &s));
  assert_string_equal(s.text, "what the reply meant");
  assert_int_equal(sample_label(&s), 1);   /* that of its request */
  assert_int_equal(restore_dropped(p, &(struct restore_wish){.dropped_id = 1}, 1, &r, &e), -1);
  assert_int_equal(project_undo(p, UNDO_ANY, NULL, &e), 1);
  assert_false(corpus_get(project_corpus(p), 2, &s));
  must(restore_dropped(p, &(struct restore_wish){.dropped_id = 1}, 1, &r, &e), &e);
  must(project_close(p, &e), &e);
  check_whole();
}

static void
test_texts_stay_out(void **state)
{
  char near[200];
  struct dropped_row dropped[] = {{.label = 1, .text = S(test_text), .reason = S("test")},
                                  {.label = 1, .text = near, .reason = S("label_named")}};
  struct project *p;
  struct restore_result r;
  struct err e = {0};

  (void)state;
  snprintf(near, sizeof near, "My %s!", test_text + 3);
  p = a_project("generate", dropped, 2);
  refused(p, &(struct restore_wish){.dropped_id = 1}, "dropped text 1 is 1.00 like test text 1");
  refused(p, &(struct restore_wish){.dropped_id = 2}, "like test text 1");   /* whyever it was dropped */
  refused(p, &(struct restore_wish){.dropped_id = 1, .text = near}, "like test text 1");
  must(restore_dropped(p, &(struct restore_wish){.dropped_id = 1, .text = "another text"}, 1, &r, &e), &e);
  assert_int_equal(r.n_restored, 1);
  must(project_close(p, &e), &e);
}

static void
annotations_bring_no_texts(void **state)
{
  struct dropped_row dropped = {.label = 1, .text = S("a text"), .reason = S("label")};
  struct project *p = a_project("annotate", &dropped, 1);
  struct err e = {0};

  (void)state;
  refused(p, &(struct restore_wish){.dropped_id = 1}, "is of an annotation");
  must(project_close(p, &e), &e);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(texts_come_back_with_all_that_is_known),
    cmocka_unit_test(test_texts_stay_out),
    cmocka_unit_test(annotations_bring_no_texts),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, store_folder_make, store_folder_remove);
}
