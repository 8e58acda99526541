/* Replies read again: what was dropped comes in, once; what stands stays. */
#include "scene.h"

#include "base/json.h"
#include "base/mem.h"
#include "generate/reparse.h"

static const char loose[] = "---\ncount: 4\n---\nuser:\n{{ label }}\n";
static const char strict[] = "---\ncount: 4\nfilters: {max_words: 5}\n---\nuser:\n{{ label }}\n";

static uint32_t
add_job(struct project *p, const char *kind)
{
  struct job_row row = {.kind = (char *)(uintptr_t)kind, .state = JOB_DONE, .template_id = 1, .teacher_id = 1};
  struct err e = {0};
  uint32_t id;

  assert_int_equal(job_store_add(p, &row, &id, &e), 0);
  return id;
}

/* A request of a job with this content as its reply, answered but not read. */
static uint32_t
add_reply(struct project *p, uint32_t job, const char *content)
{
  static int n;
  struct request_row row = {.key = xasprintf("key %d", ++n), .label = 0, .attributes = (char *)"topic=shoes",
                            .wanted = 4, .messages = (char *)"[]", .params = (char *)"{}"};
  struct buf body = BUF_INIT;
  struct err e = {0};

  buf_adds(&body, "{\"choices\":[{\"message\":{");
  json_add_field(&body, "content", content);
  buf_adds(&body, "},\"finish_reason\":\"stop\"}]}");
  assert_int_equal(job_store_plan(p, job, &row, 1, &e), 0);
  row.reply = body.s;
  row.n_reply = body.n;
  assert_int_equal(job_store_reply(p, &row, 1, &e), 0);
  free(row.key);
  buf_release(&body);
  return row.id;
}

/* Marks the request read: these texts dropped for these reasons (text NULL: the reply), these kept. */
static void
read_as(struct project *p, uint32_t request, const char *const *dropped, const char *reason, const char *const *kept)
{
  struct change *ch = change_new(CHANGE_INSERT, "job 1", "generate");
  struct dropped_row rows[8];
  size_t n = 0;
  uint16_t label = 0;
  struct err e = {0};

  for (; dropped && n < 8 && (dropped[n] || (n == 0 && strcmp(reason, "parse") == 0)); n++) {
    rows[n] = (struct dropped_row){.request_id = request, .label = 0, .attributes = (char *)"topic=shoes",
                                   .text = (char *)(uintptr_t)dropped[n], .reason = (char *)(uintptr_t)reason,
                                   .detail = (char *)""};
    if (!dropped[n]) {
      n++;
      break;
    }
  }
  for (size_t i = 0; kept && kept[i]; i++)
    change_add_sample(ch, &(struct sample){.text = kept[i], .n_text = (uint32_t)strlen(kept[i]), .labels = &label,
                                           .n_labels = 1, .origin = ORIGIN_GENERATED, .request_id = request,
                                           .template_id = 1, .attributes = "topic=shoes"});
  if (job_store_keep(p, request, ch, rows, n, NULL, &e) < 0)
    fail_msg("%s", e.message);
  change_free(ch);
}

static struct project *
project_of(const char *name)
{
  struct project *p;

  make_project(name);
  p = open_project(name);
  put_template(p, loose);
  return p;
}

static struct reparse_result
reparse(struct project *p, struct reparse_options o)
{
  struct reparse_result r;
  struct err e = {0};

  if (reparse_run(p, &o, &r, &e) < 0)
    fail_msg("%s", e.message);
  return r;
}

static size_t
n_dropped(struct project *p, const char *reason)
{
  struct dropped_row *rows;
  struct err e = {0};
  size_t n;

  assert_int_equal(job_store_dropped(p, 0, reason, &rows, &n, &e), 0);
  dropped_rows_free(rows, n);
  return n;
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static void
what_passes_now_comes_in(void **state)
{
  struct project *p = project_of("passes");
  uint32_t job = add_job(p, "generate"), request;
  struct reparse_result r;
  struct sample s;
  struct err e = {0};
  char *what;

  (void)state;
  request = add_reply(p, job, "[\"one two three\", \"four five six seven eight nine ten\", \"eleven twelve\"]");
  read_as(p, request, LIST("four five six seven eight nine ten", "one, two: three"), "too_long",
          LIST("one two three", "eleven twelve"));
  r = reparse(p, (struct reparse_options){.dry_run = true});
  assert_true(r.n_jobs == 1 && r.n_replies == 1 && r.kept == 1 && r.before[DROP_TOO_LONG] == 2);
  assert_true(r.after[DROP_DUPLICATE] == 1 && r.after[DROP_TOO_LONG] == 0 && r.first_id == 0);
  assert_int_equal(corpus_count(project_corpus(p)), 2);
  assert_int_equal(n_dropped(p, "too_long"), 2);

  r = reparse(p, (struct reparse_options){0});
  assert_true(r.kept == 1 && r.first_id == 3);
  assert_int_equal(corpus_count(project_corpus(p)), 3);
  assert_true(corpus_get(project_corpus(p), 3, &s));
  assert_string_equal(s.text, "four five six seven eight nine ten");
  assert_string_equal(s.attributes, "topic=shoes");
  assert_true(s.request_id == request && s.template_id == 1 && s.teacher_id == 1 && sample_label(&s) == 0);
  assert_true(s.origin == ORIGIN_GENERATED && s.status == STATUS_NEW && s.split == SPLIT_TRAIN);
  assert_true(n_dropped(p, "too_long") == 0 && n_dropped(p, "duplicate") == 1 && n_dropped(p, NULL) == 1);

  r = reparse(p, (struct reparse_options){0});   /* nothing comes in twice */
  assert_true(r.kept == 0 && r.after[DROP_DUPLICATE] == 1);
  assert_int_equal(corpus_count(project_corpus(p)), 3);
  assert_int_equal(project_undo(p, UNDO_ANY, &what, &e), 1);
  assert_string_equal(what, "undid: reparse 1 samples");
  free(what);
  assert_false(corpus_get(project_corpus(p), 3, &s));
  assert_int_equal(n_dropped(p, "too_long"), 1);   /* it is a dropped text again */
  r = reparse(p, (struct reparse_options){0});
  assert_int_equal(r.kept, 1);
  close_project(p);
}

static void
replies_in_quarantine_are_read(void **state)
{
  struct project *p = project_of("quarantine");
  uint32_t job = add_job(p, "generate"), good, bad, doubles;
  struct request_row row;
  struct reparse_result r;
  struct err e = {0};

  (void)state;
  good = add_reply(p, job, "[\"some first words\", \"other second words\"]");
  read_as(p, good, LIST(NULL), "parse", NULL);
  bad = add_reply(p, job, "I'm sorry, but I can't help with that.");
  read_as(p, bad, LIST(NULL), "parse", NULL);
  doubles = add_reply(p, job, "[\"Some first words!\"]");
  read_as(p, doubles, LIST(NULL), "parse", NULL);
  assert_int_equal(job_store_answered(p, "key 1", &row, &e), 0);
  request_row_release(&row);
  r = reparse(p, (struct reparse_options){.job_id = job});
  assert_true(r.kept == 2 && r.before[DROP_PARSE] == 3 && r.after[DROP_PARSE] == 1 && r.after[DROP_DUPLICATE] == 1);
  assert_true(n_dropped(p, "parse") == 1 && n_dropped(p, "duplicate") == 1);
  r = reparse(p, (struct reparse_options){0});
  assert_true(r.kept == 0 && r.after[DROP_PARSE] == 1);
  assert_int_equal(corpus_count(project_corpus(p)), 2);
  close_project(p);
}

/* A reply of which the reader saw too little then; and one of which a person edited a sample: it is left alone. */
static void
texts_that_were_not_seen_come_in(void **state)
{
  struct project *p = project_of("unseen");
  uint32_t job = add_job(p, "generate"), request;
  struct change *ch = change_new(CHANGE_SET, "person", "");
  struct reparse_result r;
  struct sample s;
  struct err e = {0};

  (void)state;
  request = add_reply(p, job, "[\"alpha beta gamma\", \"delta epsilon zeta\", \"eta theta iota\"]");
  read_as(p, request, LIST("alpha beta gamma"), "too_short", LIST("eta theta iota"));
  request = add_reply(p, job, "[\"red green blue\", \"cyan magenta yellow\", \"black white grey\"]");
  read_as(p, request, NULL, "", LIST("red green blue", "black white grey"));
  change_set_text(ch, 2, "red, green and rather blue", 26);
  assert_int_equal(project_post(p, ch, &e), 0);
  assert_int_equal(project_sync(p, &e), 0);
  r = reparse(p, (struct reparse_options){0});
  assert_int_equal(r.kept, 2);   /* alpha..., delta... */
  assert_true(corpus_get(project_corpus(p), 2, &s));
  assert_string_equal(s.text, "red, green and rather blue");
  assert_true(corpus_get(project_corpus(p), 4, &s));
  assert_string_equal(s.text, "alpha beta gamma");
  assert_true(corpus_get(project_corpus(p), 5, &s));
  assert_string_equal(s.text, "delta epsilon zeta");
  assert_int_equal(reparse(p, (struct reparse_options){0}).kept, 0);
  close_project(p);
}

/* What a person undid stays away; test texts stay out; what stands stays though the filters would drop it now. */
static void
what_stands_stays(void **state)
{
  struct project *p = project_of("stands");
  uint32_t job = add_job(p, "generate"), request;
  struct change *ch = change_new(CHANGE_INSERT, "import", "");
  struct reparse_result r;
  struct err e = {0};

  (void)state;
  change_add_sample(ch, &(struct sample){.text = "a test text of six words", .n_text = 24, .split = SPLIT_TEST});
  assert_int_equal(project_insert(p, ch, NULL, &e), 0);
  change_free(ch);
  request = add_reply(p, job, "[\"seven words are more than five words\", \"a test text of six words\", "
                      "\"gone gone\"]");
  read_as(p, request, LIST("a test text of six words"), "test", LIST("seven words are more than five words"));
  put_template(p, strict);
  r = reparse(p, (struct reparse_options){0});
  assert_true(r.kept == 1 && r.after[DROP_TOO_LONG] == 1 && r.after[DROP_TEST] == 0);   /* "gone gone" was not seen */
  assert_int_equal(project_undo(p, UNDO_ANY, NULL, &e), 1);
  r = reparse(p, (struct reparse_options){.template_name = "notes", .template_version = 1});
  assert_true(r.kept == 0 && r.after[DROP_TEST] == 1);
  assert_int_equal(corpus_count(project_corpus(p)), 3);
  close_project(p);
}

static void
what_cannot_be_is_said(void **state)
{
  struct project *p = project_of("cannot");
  struct reparse_options o = {.job_id = 7};
  struct stop stop = {.wanted = true};
  struct reparse_result r;
  struct err e = {0};
  uint32_t job;

  (void)state;
  assert_int_equal(reparse_run(p, &o, &r, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  assert_string_equal(e.message, "there is no job 7");
  o.job_id = add_job(p, "annotate");
  assert_int_equal(reparse_run(p, &o, &r, &e), -1);
  assert_non_null(strstr(e.message, "of kind annotate"));
  job = add_job(p, "generate");
  read_as(p, add_reply(p, job, "[\"one two three\"]"), LIST("one two three"), "too_long", NULL);
  o = (struct reparse_options){.stop = &stop};
  assert_int_equal(reparse_run(p, &o, &r, &e), -1);
  assert_int_equal(e.code, ERR_INTERRUPTED);
  assert_int_equal(n_dropped(p, "too_long"), 1);
  close_project(p);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_passes_now_comes_in),
    cmocka_unit_test(replies_in_quarantine_are_read),
    cmocka_unit_test(texts_that_were_not_seen_come_in),
    cmocka_unit_test(what_stands_stays),
    cmocka_unit_test(what_cannot_be_is_said),
  };

  return cmocka_run_group_tests(tests, scene_up, scene_down);
}
