/* The room store: what replies gave (samples, votes, dropped texts, many at once), what is read again or restored, and
 * requests that are handed in together. */
#include "tests/store-stage.h"

#include <locale.h>
#include <math.h>

#include "store/job_store.h"
#include "store/teacher_store.h"
#include "store/template_store.h"

#define S(text) ((char *)(uintptr_t)(text))

/* Job 1 with n requests, "k0" and so on, those below n_answered answered. */
static struct project *
a_job(uint32_t n, uint32_t n_answered)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct job_row job = {.kind = S("generate"), .template_id = 1, .teacher_id = 1};
  struct request_row *rows = xcalloc(n, sizeof *rows);
  struct err e = {0};
  char (*keys)[16] = xcalloc(n, sizeof *keys);

  must(template_store_put(p, "t", "x", NULL, &e), &e);
  must(teacher_store_put(p, &(struct teacher_row){.name = S("t")}, NULL, 0, NULL, &e), &e);
  must(teacher_store_put(p, &(struct teacher_row){.name = S("u")}, NULL, 0, NULL, &e), &e);
  must(job_store_add(p, &job, NULL, &e), &e);
  for (uint32_t i = 0; i < n; i++) {
    snprintf(keys[i], sizeof *keys, "k%u", i);
    rows[i] = (struct request_row){.key = keys[i], .label = 1, .wanted = 2, .messages = S("[]"), .cost_usd = NAN};
  }
  must(job_store_plan(p, 1, rows, n, &e), &e);
  for (uint32_t i = 0; i < n_answered; i++) {
    rows[i].reply = S("[\"a\"]");
    rows[i].n_reply = 5;
  }
  must(job_store_reply(p, rows, n_answered, &e), &e);
  free(rows);
  free(keys);
  return p;
}

static void
add_text(struct change *ch, const char *text, uint32_t request)
{
  change_add_sample(ch, &(struct sample){.text = text, .n_text = (uint32_t)strlen(text), .origin = ORIGIN_GENERATED,
    .request_id = request, .template_id = 1, .teacher_id = 1, .labels = (uint16_t[]){1}, .n_labels = 1});
}

static enum request_state
state_of(struct project *p, uint32_t id)
{
  struct request_row row;
  struct err e = {0};
  enum request_state state;

  must(job_store_request(p, id, &row, &e), &e);
  state = row.state;
  request_row_release(&row);
  return state;
}

static bool
can_answer(struct project *p, const char *key)
{
  struct request_row row;
  struct err e = {0};
  int rc = job_store_answered(p, key, &row, &e);

  must(rc, &e);
  if (rc)
    assert_string_equal(row.key, key);
  request_row_release(&row);
  return rc == 1;
}

static void
many_replies_are_kept_at_once(void **state)
{
  struct project *p = a_job(4, 3);
  struct dropped_row dropped[] = {{.request_id = 2, .label = 1, .text = S("b"), .reason = S("duplicate"), .of_id = 1},
                                  {.request_id = 3, .label = 1, .reason = S("parse"), .detail = S("no JSON")}};
  uint32_t ids[] = {1, 2, 3}, first;
  struct change *ch = change_new(CHANGE_INSERT, "job 1", "generate 3 samples");
  struct kept k = {.requests = ids, .n_requests = 3, .change = ch, .dropped = dropped, .n_dropped = 2};
  struct log_entry *log;
  struct err e = {0};
  struct sample s;
  size_t n;

  (void)state;
  assert_true(can_answer(p, "k2") && !can_answer(p, "k3"));
  add_text(ch, "one", 1);
  add_text(ch, "two", 1);
  add_text(ch, "three", 2);
  /* one that is not answered spoils all */
  k.requests = (uint32_t[]){1, 2, 4};
  assert_int_equal(job_store_keep_all(p, &k, &first, &e), -1);
  assert_non_null(strstr(e.message, "request 4 is not waiting to be parsed"));
  assert_int_equal(state_of(p, 1), REQUEST_ANSWERED);
  assert_int_equal(corpus_count(project_corpus(p)), 0);
  k.requests = ids;
  must(job_store_keep_all(p, &k, &first, &e), &e);
  assert_int_equal(first, 1);
  assert_true(corpus_get(project_corpus(p), 3, &s));
  assert_int_equal(s.request_id, 2);
  must(project_log(p, 0, 0, &log, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_int_equal(log[0].n, 3);
  log_entries_free(log, n);
  for (uint32_t id = 1; id <= 3; id++)
    assert_int_equal(state_of(p, id), REQUEST_PARSED);
  /* the one in quarantine answers nobody, in memory as in the file */
  for (int i = 0; i < 2; i++, p = reopen(p))
    assert_true(can_answer(p, "k0") && can_answer(p, "k1") && !can_answer(p, "k2"));
  change_free(ch);
  must(project_close(p, &e), &e);
  check_whole();
}

/* What another process answered is known to the next job that is planned. */
static void
answers_of_others_are_found(void **state)
{
  struct project *p = a_job(2, 1), *other = open_it(PROJECT_WRITE);
  struct request_row row = {.id = 2, .reply = S("r"), .n_reply = 1}, more = {.key = S("new"), .messages = S("[]")};
  struct err e = {0};

  (void)state;
  assert_true(can_answer(p, "k0") && !can_answer(p, "k1"));
  must(job_store_reply(other, &row, 1, &e), &e);
  must(job_store_plan(p, 1, &more, 1, &e), &e);
  assert_true(can_answer(p, "k0") && can_answer(p, "k1") && !can_answer(p, "new"));
  must(project_close(other, &e), &e);
  must(project_close(p, &e), &e);
}

static void
votes_are_kept(void **state)
{
  struct project *p = a_job(3, 3);
  float probabilities[] = {.25f, .5f, .25f};
  struct vote_row votes[] = {
    {.request_id = 1, .sample_id = 2, .teacher_id = 1, .label = 1, .probabilities = probabilities,
     .n_probabilities = 3},
    {.request_id = 2, .sample_id = 2, .teacher_id = 2, .label = 0, .rationale = S("it says so")},
    {.request_id = 1, .sample_id = 1, .teacher_id = 1, .label = LABEL_NONE}}, *rows;
  struct change *ch = change_new(CHANGE_SET, "job 1", "annotate 2 samples");
  struct kept k = {.requests = (uint32_t[]){1, 2}, .n_requests = 2, .change = ch, .votes = votes, .n_votes = 3};
  struct request_row more = {.key = S("s"), .messages = S("[]"), .teacher_id = 2, .subjects = (uint32_t[]){3, 1},
                             .n_subjects = 2}, back;
  struct err e = {0};
  size_t n;

  (void)state;
  insert(p, 3, "import");
  change_set_label(ch, 2, 1);
  votes[2].sample_id = 9;
  assert_int_equal(job_store_keep_all(p, &k, NULL, &e), -1);
  assert_string_equal(e.message, "there is no sample 9");
  votes[2].sample_id = 1;
  must(job_store_keep_all(p, &k, NULL, &e), &e);
  must(job_store_votes(p, 0, NULL, 0, &rows, &n, &e), &e);
  assert_int_equal(n, 3);
  assert_int_equal(rows[0].sample_id, 1);
  assert_int_equal(rows[0].label, LABEL_NONE);
  assert_null(rows[0].probabilities);
  assert_int_equal(rows[1].n_probabilities, 3);
  assert_memory_equal(rows[1].probabilities, probabilities, sizeof probabilities);
  assert_string_equal(rows[2].rationale, "it says so");
  vote_rows_free(rows, n);
  must(job_store_votes(p, 1, (uint32_t[]){2, 3}, 2, &rows, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_int_equal(rows[0].request_id, 1);
  vote_rows_free(rows, n);
  /* a request knows what it is about, and whose it is */
  must(job_store_plan(p, 1, &more, 1, &e), &e);
  must(job_store_request(p, more.id, &back, &e), &e);
  assert_int_equal(back.n_subjects, 2);
  assert_int_equal(back.subjects[0], 3);
  assert_int_equal(back.subjects[1], 1);
  assert_int_equal(back.teacher_id, 2);
  request_row_release(&back);
  must(job_store_reply(p, &(struct request_row){.id = more.id, .reply = S("r"), .n_reply = 1, .teacher_id = 1}, 1, &e),
       &e);
  must(job_store_request(p, more.id, &back, &e), &e);
  assert_int_equal(back.teacher_id, 1);
  request_row_release(&back);
  change_free(ch);
  must(project_close(p, &e), &e);
  check_whole();
}

static size_t
n_dropped(struct project *p)
{
  struct dropped_row *rows;
  struct job_figures f;
  struct err e = {0};
  size_t n;

  must(job_store_dropped(p, 1, NULL, &rows, &n, &e), &e);
  dropped_rows_free(rows, n);
  must(job_store_figures(p, 1, &f, &e), &e);
  assert_int_equal(f.n_dropped, n);
  job_figures_release(&f);
  return n;
}

/* A restored text is a sample, until that is undone. */
static void
dropped_texts_are_restored(void **state)
{
  struct project *p = a_job(1, 1);
  struct dropped_row dropped[] = {{.request_id = 1, .label = 1, .text = S("a"), .reason = S("too_short")},
                                  {.request_id = 1, .label = 1, .text = S("b"), .reason = S("too_short")},
                                  {.request_id = 1, .label = 1, .text = S("c"), .reason = S("too_long")}};
  struct change *ch = change_new(CHANGE_INSERT, "person", "restore 2 texts");
  struct dropped_row one;
  uint32_t first;
  struct err e = {0};

  (void)state;
  insert(p, 2, "import");
  must(job_store_keep(p, 1, NULL, dropped, 3, NULL, &e), &e);
  add_text(ch, "a", 1);
  add_text(ch, "c, mended", 1);
  assert_int_equal(job_store_restore(p, (uint32_t[]){1, 1}, 2, ch, &first, &e), -1);
  assert_string_equal(e.message, "there is no dropped text 1");
  assert_int_equal(n_dropped(p), 3);
  must(job_store_restore(p, (uint32_t[]){1, 3}, 2, ch, &first, &e), &e);
  assert_int_equal(first, 3);
  assert_int_equal(n_dropped(p), 1);
  assert_int_equal(job_store_dropped_one(p, 1, &one, &e), -1);
  assert_int_equal(job_store_restore(p, (uint32_t[]){1, 2}, 2, ch, &first, &e), -1);
  assert_int_equal(corpus_count(project_corpus(p)), 4);
  assert_int_equal(project_undo(p, UNDO_ANY, NULL, &e), 1);
  assert_int_equal(n_dropped(p), 3);
  must(job_store_dropped_one(p, 1, &one, &e), &e);
  assert_string_equal(one.text, "a");
  dropped_row_release(&one);
  assert_int_equal(project_redo(p, NULL, &e), 1);
  assert_int_equal(n_dropped(p), 1);
  must(job_store_restore(p, (uint32_t[]){2}, 1, NULL, NULL, &e), &e);
  assert_int_equal(n_dropped(p), 0);
  change_free(ch);
  must(project_close(p, &e), &e);
  check_whole();
}

static void
batches_hold_their_requests(void **state)
{
  struct project *p = a_job(5, 1);
  struct batch_row row = {.job_id = 1, .teacher_id = 1}, *rows;
  struct request_row *requests, reply = {.id = 2, .reply = S("r"), .n_reply = 1};
  struct err e = {0};
  uint32_t id;
  size_t n;

  (void)state;
  /* what is answered cannot be handed in */
  assert_int_equal(job_store_batch_add(p, &row, (uint32_t[]){1, 2}, 2, &id, &e), -1);
  must(job_store_batch_add(p, &row, (uint32_t[]){2, 3, 4}, 3, &id, &e), &e);
  assert_int_equal(id, 1);
  assert_int_equal(job_store_batch_add(p, &row, (uint32_t[]){4, 5}, 2, &id, &e), -1);
  must(job_store_batches(p, 1, &rows, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_int_equal(rows[0].state, BATCH_PLANNED);
  assert_int_equal(rows[0].n_requests, 3);
  assert_string_equal(rows[0].remote, "");
  batch_rows_free(rows, n);
  row = (struct batch_row){.id = 1, .state = BATCH_SENT, .file = S("file-1"), .remote = S("batch-1"),
                           .message = S("in_progress"), .n_requests = 3, .n_done = 1, .polled_ms = 5};
  must(job_store_batch_set(p, &row, &e), &e);
  must(job_store_reply(p, &reply, 1, &e), &e);
  reply = (struct request_row){.id = 3, .error = S("bad"), .tries = 1};
  must(job_store_fail(p, &reply, true, &e), &e);
  row.state = BATCH_COLLECTED;
  must(job_store_batch_set(p, &row, &e), &e);
  must(job_store_requests(p, 1, -1, false, &requests, &n, &e), &e);
  assert_true(requests[1].batch_id == 0 && requests[1].state == REQUEST_ANSWERED);
  assert_true(requests[2].batch_id == 0 && requests[2].state == REQUEST_FAILED);
  assert_true(requests[3].batch_id == 0 && requests[3].state == REQUEST_PLANNED);        /* let go */
  request_rows_free(requests, n);
  must(job_store_batches(p, 0, &rows, &n, &e), &e);
  assert_string_equal(rows[0].remote, "batch-1");
  assert_string_equal(rows[0].message, "in_progress");
  assert_int_equal(rows[0].polled_ms, 5);
  batch_rows_free(rows, n);
  row.id = 7;
  assert_int_equal(job_store_batch_set(p, &row, &e), -1);
  must(project_close(p, &e), &e);
  check_whole();
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(many_replies_are_kept_at_once),
    cmocka_unit_test(answers_of_others_are_found),
    cmocka_unit_test(votes_are_kept),
    cmocka_unit_test(dropped_texts_are_restored),
    cmocka_unit_test(batches_hold_their_requests),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, store_folder_make, store_folder_remove);
}
