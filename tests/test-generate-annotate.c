/* Jobs that label texts, and jobs that make new texts of old ones: from recorded teachers and through a server that
 * fails. */
#include "scene.h"

#include <math.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "corpus/label.h"
#include "generate/tally.h"
#include "prompt/starter.h"
#include "store/run_store.h"

/* ---- the stage ---- */

static const struct project_label three[] = {{"billing", "money"}, {"shipping", "parcels"}, {"returns", "sent back"}};
static const char ask_one[] = "---\nkind: annotate\nmodel: {parameters: {temperature: 1}}\n---\nuser:\n{{ text }}\n";
static const char ask_many[] = "---\nkind: annotate\n---\nuser:\n{% for t in texts %}{{ t.index }}={{ t.text }} {% endfor %}\n";

static struct project *
new_project(const char *name, enum task task, const char *source)
{
  char *path = path_of(name);
  struct err e = {0};
  struct project *p;

  unlink(path);
  if (project_create(path, task, three, 3, &e) < 0)
    fail_msg("%s", e.message);
  free(path);
  p = open_project(name);
  put_template(p, source);
  return p;
}

/* label 0..2, or -1: none. Returns its id. */
static uint32_t
add(struct project *p, const char *text, int label, enum split split, enum origin origin)
{
  struct change *ch = change_new(CHANGE_INSERT, "test", "");
  uint16_t l = (uint16_t)label;
  uint32_t id = 0;
  struct err e = {0};

  change_add_sample(ch, &(struct sample){.text = text, .n_text = (uint32_t)strlen(text), .labels = &l, .n_labels = label >= 0,
                                         .split = split, .origin = origin, .status = STATUS_NEW});
  if (project_insert(p, ch, &id, &e) < 0)
    fail_msg("%s", e.message);
  change_free(ch);
  return id;
}

/* A line of a recording: what a prompt of one user message is answered with. */
static void
record(struct buf *out, const char *prompt, const char *content)
{
  buf_adds(out, "{\"request\":{\"messages\":[{\"role\":\"user\"");
  json_add_key(out, "content");
  json_add_str(out, prompt);
  buf_adds(out, "}]},\"response\":{\"choices\":[{\"message\":{");
  json_add_field(out, "content", content);
  buf_adds(out, "},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}}}\n");
}

static void
put_recorded(struct project *p, const struct buf *lines)
{
  struct teacher_row row = {.name = "recorded", .kind = "replay", .url = "", .model = "", .key_env = "", .price_in = NAN,
                            .price_out = NAN, .settings = "{}"};
  struct err e = {0};

  if (teacher_store_put(p, &row, lines->s, lines->n, NULL, &e) < 0)
    fail_msg("%s", e.message);
}

static const struct job_teacher recorded = {.name = "recorded"};

static struct job_options
about(const uint32_t *ids, size_t n)
{
  struct job_options o = options();

  o.teachers = &recorded;
  o.subjects = ids;
  o.n_subjects = n;
  return o;
}

static int
label_of(struct project *p, uint32_t id)
{
  struct sample s;

  assert_true(corpus_get(project_corpus(p), id, &s));
  return s.n_labels ? s.labels[0] : -1;
}

static void
must(int result, const struct err *e)
{
  if (result != 0)
    fail_msg("%s", e->message);
}

static size_t
count_votes(struct project *p)
{
  struct vote_row *votes;
  struct err e = {0};
  size_t n;

  must(job_store_votes(p, 0, NULL, 0, &votes, &n, &e), &e);
  vote_rows_free(votes, n);
  return n;
}

/* ---- annotate ---- */

static void
unlabelled_texts_get_labels(void **state)
{
  struct project *p = new_project("one", TASK_CLASSIFY, ask_one);
  struct buf lines = BUF_INIT;
  uint32_t ids[5];
  struct job_options o;
  struct funnel f;
  struct err e = {0};
  struct sample s;
  char *what;

  (void)state;
  ids[0] = add(p, "paid twice", -1, SPLIT_POOL, ORIGIN_IMPORTED);
  ids[1] = add(p, "where is it", 0, SPLIT_POOL, ORIGIN_IMPORTED);      /* labelled: wrongly, as the teacher thinks */
  ids[2] = add(p, "no parcel", -1, SPLIT_TEST, ORIGIN_IMPORTED);       /* test: stays as it is */
  ids[3] = add(p, "hello", -1, SPLIT_POOL, ORIGIN_IMPORTED);           /* no label of ours */
  ids[4] = add(p, "gibberish", -1, SPLIT_POOL, ORIGIN_IMPORTED);       /* no reply to read */
  record(&lines, "paid twice", "{\"label\":\"Billing\"}");
  record(&lines, "where is it", "{\"label\":\"shipping\"}");
  record(&lines, "no parcel", "{\"label\":\"shipping\"}");
  record(&lines, "hello", "{\"label\":\"smalltalk\"}");
  record(&lines, "gibberish", "I would rather not say which of these labels it could be.");
  put_recorded(p, &lines);
  o = about(ids, 5);
  must(run_job(p, &o, &f, &e), &e);
  assert_int_equal(f.requested, 5);
  assert_int_equal(f.kept, 3);
  assert_int_equal(f.dropped[DROP_LABEL], 1);
  assert_int_equal(f.dropped[DROP_PARSE], 1);
  assert_int_equal(count_votes(p), 4);
  assert_int_equal(label_of(p, ids[0]), 0);
  assert_int_equal(label_of(p, ids[1]), 0);
  assert_int_equal(label_of(p, ids[2]), -1);
  assert_int_equal(label_of(p, ids[3]), -1);
  assert_int_equal(label_of(p, ids[4]), -1);
  corpus_get(project_corpus(p), ids[0], &s);
  assert_int_equal(s.origin, ORIGIN_ANNOTATED);
  assert_int_equal(s.status, STATUS_NEW);
  assert_int_equal(s.teacher_id, 1);
  assert_true(s.request_id > 0);
  corpus_get(project_corpus(p), ids[1], &s);
  assert_int_equal(s.origin, ORIGIN_IMPORTED);

  /* one undo takes it back */
  must(project_undo(p, UNDO_ANY, &what, &e) == 1 ? 0 : -1, &e);
  assert_string_equal(what, "undid: annotate 1 samples");
  free(what);
  assert_int_equal(label_of(p, ids[0]), -1);
  corpus_get(project_corpus(p), ids[0], &s);
  assert_int_equal(s.origin, ORIGIN_IMPORTED);
  funnel_release(&f);
  buf_release(&lines);
  close_project(p);
}

/* A reply without a label of ours is asked for again with --retry-errors, and what it said of other texts with it. */
static void
no_label_is_asked_again(void **state)
{
  struct project *p = new_project("off", TASK_CLASSIFY, ask_many);
  struct buf lines = BUF_INIT;
  uint32_t ids[2] = {add(p, "paid", -1, SPLIT_POOL, ORIGIN_IMPORTED), add(p, "hello", -1, SPLIT_POOL, ORIGIN_IMPORTED)};
  struct job_options o = about(ids, 2);
  struct funnel f;
  struct err e = {0};

  (void)state;
  o.texts_a_request = 2;
  record(&lines, "1=paid 2=hello ", "[{\"index\":1,\"label\":\"returns\"},{\"index\":2,\"label\":\"smalltalk\"}]");
  put_recorded(p, &lines);
  must(run_job(p, &o, &f, &e), &e);
  assert_int_equal(f.kept, 1);
  assert_int_equal(f.dropped[DROP_LABEL], 1);
  funnel_release(&f);
  buf_clear(&lines);
  record(&lines, "1=paid 2=hello ", "[{\"index\":1,\"label\":\"billing\"},{\"index\":2,\"label\":\"shipping\"}]");
  put_recorded(p, &lines);
  o.resume = true;
  must(run_job(p, &o, &f, &e), &e);                                    /* it is done */
  assert_int_equal(label_of(p, ids[0]), 2);
  funnel_release(&f);
  o.retry_failed = true;
  must(run_job(p, &o, &f, &e), &e);
  assert_int_equal(f.kept, 2);
  assert_int_equal(f.dropped[DROP_LABEL], 0);
  assert_int_equal(f.ok, 1);
  assert_int_equal(count_votes(p), 2);
  assert_int_equal(label_of(p, ids[0]), 0);
  assert_int_equal(label_of(p, ids[1]), 1);
  funnel_release(&f);
  buf_release(&lines);
  close_project(p);
}

static void
the_teacher_becomes_a_predictor(void **state)
{
  struct project *p = new_project("predictor", TASK_CLASSIFY, ask_one);
  struct buf lines = BUF_INIT;
  uint32_t ids[2] = {add(p, "a", 0, SPLIT_TEST, ORIGIN_IMPORTED), add(p, "b", 1, SPLIT_TEST, ORIGIN_IMPORTED)};
  struct job_options o = about(ids, 2);
  struct prediction *said;
  float *vectors;
  size_t n, n_labels;
  struct err e = {0};

  (void)state;
  record(&lines, "a", "returns");
  record(&lines, "b", "what?");
  put_recorded(p, &lines);
  o.relabel = true;
  must(run_job(p, &o, NULL, &e), &e);
  assert_int_equal(label_of(p, ids[0]), 0);                            /* test texts keep theirs, whatever is asked for */
  must(run_store_predictions(p, PREDICTOR_TEACHER, 1, &said, &n, &vectors, &n_labels, &e), &e);
  assert_int_equal(n, 2);
  assert_int_equal(n_labels, 3);
  assert_int_equal(said[0].label, 2);
  assert_float_equal(vectors[2], 1, 1e-6);
  assert_int_equal(said[1].label, LABEL_NONE);                         /* asked, and gave none */
  free(said);
  free(vectors);
  buf_release(&lines);
  close_project(p);
}

static void
repeats_vote(void **state)
{
  static const char *const said[2][3] = {{"returns", "billing", "billing"}, {"shipping", "shipping", "shipping"}};
  struct project *p = new_project("repeats", TASK_CLASSIFY, ask_one);
  struct buf lines = BUF_INIT;
  uint32_t ids[2] = {add(p, "a", -1, SPLIT_POOL, ORIGIN_IMPORTED), add(p, "b", 0, SPLIT_TRAIN, ORIGIN_IMPORTED)};
  struct job_options o = about(ids, 2);
  struct prediction *predictions;
  float *vectors;
  size_t n, n_labels;
  struct tally t;
  struct err e = {0};

  (void)state;
  for (int i = 0; i < 3; i++) {
    record(&lines, "a", said[0][i]);
    record(&lines, "b", said[1][i]);
  }
  put_recorded(p, &lines);
  o.repeats = 3;
  o.relabel = true;
  must(run_job(p, &o, NULL, &e), &e);
  assert_int_equal(count_votes(p), 6);
  assert_int_equal(label_of(p, ids[0]), 0);                            /* two of three overrule the first */
  assert_int_equal(label_of(p, ids[1]), 1);
  must(tally_job(&t, p, 1, 0, false, &e), &e);
  assert_float_equal(t.agreement, (1 / 3. + 1) / 2, 1e-6);
  tally_release(&t);
  must(run_store_predictions(p, PREDICTOR_TEACHER, 1, &predictions, &n, &vectors, &n_labels, &e), &e);
  assert_float_equal(vectors[0], 2 / 3., 1e-6);
  assert_float_equal(vectors[2], 1 / 3., 1e-6);
  free(predictions);
  free(vectors);
  buf_release(&lines);
  close_project(p);
}

/* What a person did meanwhile is not undone by the votes at the end. */
static void
a_person_has_the_last_word(void **state)
{
  struct project *p = new_project("person", TASK_CLASSIFY, ask_one);
  struct buf lines = BUF_INIT;
  uint32_t ids[1] = {add(p, "a", -1, SPLIT_POOL, ORIGIN_IMPORTED)};
  struct job_options o = about(ids, 1);
  struct change *ch = change_new(CHANGE_SET, "person", "relabel");
  struct job *j;
  struct err e = {0};
  int result;

  (void)state;
  record(&lines, "a", "returns");
  record(&lines, "a", "billing");
  record(&lines, "a", "billing");
  put_recorded(p, &lines);
  o.repeats = 3;
  o.concurrency = 1;
  o.replay_delay_ms = 20;
  j = job_new(p, &o, &e);
  assert_non_null(j);
  while (label_of(p, ids[0]) < 0)
    assert_int_equal(job_step(j, 10, &e), 1);
  assert_int_equal(label_of(p, ids[0]), 2);                            /* the first vote, already */
  change_set_label(ch, ids[0], 1);
  change_set_status(ch, ids[0], STATUS_ACCEPTED);
  must(project_post(p, ch, &e), &e);
  while ((result = job_step(j, 100, &e)) == 1)
    ;
  must(result, &e);
  job_free(j);
  assert_int_equal(label_of(p, ids[0]), 1);
  buf_release(&lines);
  close_project(p);
}

static void
many_texts_stand_in_a_request(void **state)
{
  struct project *p = new_project("many", TASK_CLASSIFY, ask_many);
  struct buf lines = BUF_INIT;
  uint32_t ids[5];
  struct job_options o;
  struct funnel f;
  struct err e = {0};
  struct dropped_row *dropped;
  size_t n;
  static const char *const texts[] = {"a", "b", "c", "d", "e"};

  (void)state;
  for (size_t i = 0; i < 5; i++)
    ids[i] = add(p, texts[i], -1, SPLIT_POOL, ORIGIN_IMPORTED);
  record(&lines, "1=a 2=b 3=c ", "{\"texts\":[{\"index\":3,\"label\":\"returns\"},{\"index\":1,\"label\":\"billing\"}]}");
  record(&lines, "1=d 2=e ", "[\"shipping\",\"returns\"]");
  put_recorded(p, &lines);
  o = about(ids, 5);
  o.texts_a_request = 3;
  must(run_job(p, &o, &f, &e), &e);
  assert_int_equal(f.n_requests, 2);
  assert_int_equal(f.requested, 5);
  assert_int_equal(f.kept, 4);
  assert_int_equal(label_of(p, ids[0]), 0);
  assert_int_equal(label_of(p, ids[1]), -1);                           /* it was passed over */
  assert_int_equal(label_of(p, ids[2]), 2);
  assert_int_equal(label_of(p, ids[3]), 1);
  assert_int_equal(label_of(p, ids[4]), 2);
  must(job_store_dropped(p, f.job_id, "label", &dropped, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_string_equal(dropped[0].text, "b");
  assert_int_equal(dropped[0].of_id, ids[1]);
  dropped_rows_free(dropped, n);
  funnel_release(&f);

  /* a template of one text cannot take three */
  put_template(p, ask_one);
  assert_int_equal(run_job(p, &o, NULL, &e), -1);
  assert_non_null(strstr(e.message, "shows one text only"));
  buf_release(&lines);
  close_project(p);
}

static void
several_labels_are_given(void **state)
{
  struct project *p = new_project("multi", TASK_MULTILABEL, ask_one);
  struct buf lines = BUF_INIT;
  uint32_t ids[2] = {add(p, "a", -1, SPLIT_POOL, ORIGIN_IMPORTED), add(p, "b", -1, SPLIT_POOL, ORIGIN_IMPORTED)};
  struct job_options o = about(ids, 2);
  struct funnel f;
  struct sample s;
  struct err e = {0};

  (void)state;
  record(&lines, "a", "{\"labels\":[\"returns\",\"billing\"]}");
  record(&lines, "b", "{\"labels\":[]}");
  put_recorded(p, &lines);
  must(run_job(p, &o, &f, &e), &e);
  assert_int_equal(f.kept, 2);
  corpus_get(project_corpus(p), ids[0], &s);
  assert_int_equal(s.n_labels, 2);
  assert_true(sample_has_label(&s, 0) && sample_has_label(&s, 2));
  assert_int_equal(label_of(p, ids[1]), -1);
  funnel_release(&f);
  buf_release(&lines);
  close_project(p);
}

/* An answer that was no label answers no other job; one that was does. */
static void
no_label_is_asked_for_again(void **state)
{
  struct project *p = new_project("again", TASK_CLASSIFY, ask_one);
  struct buf lines = BUF_INIT;
  uint32_t ids[2] = {add(p, "a", -1, SPLIT_TEST, ORIGIN_IMPORTED), add(p, "b", -1, SPLIT_TEST, ORIGIN_IMPORTED)};
  struct job_options o = about(ids, 2);
  struct funnel f;
  struct err e = {0};

  (void)state;
  record(&lines, "a", "billing");
  record(&lines, "b", "no idea");
  put_recorded(p, &lines);
  must(run_job(p, &o, &f, &e), &e);
  assert_int_equal(f.ok, 2);
  funnel_release(&f);
  must(run_job(p, &o, &f, &e), &e);
  assert_int_equal(f.cached, 1);
  assert_int_equal(f.ok, 1);
  funnel_release(&f);
  buf_release(&lines);
  close_project(p);
}

/* ---- through the server ---- */

/* n texts that name their label, unlabelled. */
static uint32_t *
add_texts(struct project *p, size_t n)
{
  struct change *ch = change_new(CHANGE_INSERT, "test", "");
  uint32_t *ids = xcalloc(n, sizeof *ids), first = 0;
  struct err e = {0};

  for (size_t i = 0; i < n; i++) {
    char text[80];

    snprintf(text, sizeof text, "number %zu is about %s, they say", i, three[i % 3].name);
    change_add_sample(ch, &(struct sample){.text = text, .n_text = (uint32_t)strlen(text), .split = SPLIT_POOL,
                                           .origin = ORIGIN_IMPORTED});
  }
  must(project_insert(p, ch, &first, &e), &e);
  change_free(ch);
  for (size_t i = 0; i < n; i++)
    ids[i] = first + (uint32_t)i;
  return ids;
}

static const struct job_teacher served = {.name = "remote"};

static void
check_labels(struct project *p, const uint32_t *ids, size_t n)
{
  for (size_t i = 0; i < n; i++)
    assert_int_equal(label_of(p, ids[i]), (int)(i % 3));
}

static void
faults_lose_no_vote(void **state)
{
  struct project *p = new_project("faults", TASK_CLASSIFY, starter_find("annotate", NULL)->source);
  uint32_t *ids = add_texts(p, 200);
  struct job_options o = about(ids, 200);
  struct funnel f;
  struct err e = {0};

  (void)state;
  put_http_teacher(p, server->url);
  server_clear(server);
  atomic_store(&server->fault_every, 9);
  o.teachers = &served;
  o.texts_a_request = 7;
  o.repeats = 3;
  o.rationale = true;
  must(run_job(p, &o, &f, &e), &e);
  atomic_store(&server->fault_every, 0);
  assert_int_equal(f.n_requests, 3 * 29);
  assert_int_equal(f.kept, 600);
  assert_int_equal(count_votes(p), 600);
  check_labels(p, ids, 200);
  assert_true(f.retried > 0);
  funnel_release(&f);
  free(ids);
  close_project(p);
}

static void
a_stopped_annotation_goes_on(void **state)
{
  struct project *p = new_project("stopped", TASK_CLASSIFY, starter_find("annotate", NULL)->source);
  uint32_t *ids = add_texts(p, 60);
  struct job_options o = about(ids, 60);
  struct stop stop = {.wanted = false};
  struct prediction *said;
  struct vote_row *votes;
  struct funnel f;
  struct err e = {0};
  struct job *j;
  size_t n, n_said;

  (void)state;
  put_http_teacher(p, server->url);
  server_clear(server);
  atomic_store(&server->delay_ms, 2);
  o.stop = &stop;
  o.teachers = &served;
  o.about = "split:pool unlabelled";
  o.rationale = true;
  j = job_new(p, &o, &e);
  assert_non_null(j);
  while (job_step(j, 10, &e) == 1)
    atomic_store(&stop.wanted, job_status(j)->kept >= 20);
  assert_int_equal(e.code, ERR_INTERRUPTED);
  job_free(j);
  atomic_store(&server->delay_ms, 0);
  o.stop = NULL;
  n = count_votes(p);
  assert_true(n >= 20 && n < 60);
  must(run_store_predictions(p, PREDICTOR_TEACHER, 1, &said, &n_said, NULL, NULL, &e), &e);
  assert_int_equal(n_said, n);
  free(said);
  o.resume = true;
  o.n_subjects = 0;                                                    /* those without a label are others by now */
  must(run_job(p, &o, &f, &e), &e);
  assert_int_equal(f.kept, 60);
  assert_int_equal(count_votes(p), 60);
  check_labels(p, ids, 60);
  assert_int_equal(server_most_answers_of_one(server), 1);
  must(job_store_votes(p, 0, ids, 1, &votes, &n, &e), &e);
  assert_string_equal(votes[0].rationale, "it says so");
  vote_rows_free(votes, n);
  funnel_release(&f);
  free(ids);
  close_project(p);
}

static void
tokens_make_soft_labels(void **state)
{
  struct project *p = new_project("soft", TASK_CLASSIFY, starter_find("annotate", NULL)->source);
  uint32_t *ids = add_texts(p, 6);
  struct job_options o = about(ids, 6);
  struct prediction *said;
  float *vectors;
  size_t n, n_labels;
  struct tally t;
  struct err e = {0};

  (void)state;
  put_http_teacher(p, server->url);
  o.teachers = &served;
  o.soft = true;
  must(run_job(p, &o, NULL, &e), &e);
  must(tally_job(&t, p, 1, 0, true, &e), &e);
  assert_int_equal(t.n_soft, 6);
  tally_release(&t);
  must(run_store_predictions(p, PREDICTOR_TEACHER, 1, &said, &n, &vectors, &n_labels, &e), &e);
  assert_int_equal(n, 6);
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(said[i].label, i % 3);
    assert_float_equal(said[i].probability, .8, 1e-5);                 /* the server's: .72 of .9 */
    assert_float_equal(vectors[i * 3] + vectors[i * 3 + 1] + vectors[i * 3 + 2], 1, 1e-5);
  }
  free(said);
  free(vectors);
  free(ids);
  close_project(p);
}

/* ---- rewrite ---- */

static size_t
children_of(struct project *p, uint32_t parent, struct sample *last)
{
  struct sample s;
  size_t n = 0;

  for (uint32_t id = 1; id <= corpus_count(project_corpus(p)); id++)
    if (corpus_get(project_corpus(p), id, &s) && s.parent_id == parent) {
      *last = s;
      n++;
    }
  return n;
}

static void
texts_are_made_of_texts(void **state)
{
  static const char source[] = "---\nkind: rewrite\ncount: 2\nattributes: {style: [short, long]}\n---\nuser:\n"
                               "{{ text }} {{ was.name }} {{ label }} {{ style }}\n";
  struct project *p = new_project("rewrite", TASK_CLASSIFY, source);
  struct buf lines = BUF_INIT;
  uint32_t ids[4] = {add(p, "my money", 0, SPLIT_TRAIN, ORIGIN_SEED), add(p, "my parcel", 1, SPLIT_TRAIN, ORIGIN_SEED),
                     add(p, "a test text", 1, SPLIT_TEST, ORIGIN_IMPORTED), add(p, "valid one", 1, SPLIT_VALID, ORIGIN_SEED)};
  struct job_options o = about(ids, 4);
  struct funnel f;
  struct sample s;
  struct err e = {0};

  (void)state;
  record(&lines, "my money billing billing short", "[\"give me the sum that I paid\", \"My money!\"]");
  record(&lines, "my parcel shipping shipping long", "[\"the box has not arrived yet\", \"A test text.\"]");
  put_recorded(p, &lines);
  must(run_job(p, &o, &f, &e), &e);
  assert_int_equal(f.n_requests, 2);                                   /* neither of the test nor of the validation text */
  assert_int_equal(f.requested, 4);
  assert_int_equal(f.kept, 2);
  assert_int_equal(f.dropped[DROP_DUPLICATE], 1);                      /* the same as its parent */
  assert_int_equal(f.dropped[DROP_TEST], 1);
  assert_int_equal(children_of(p, ids[0], &s), 1);
  assert_string_equal(s.text, "give me the sum that I paid");
  assert_string_equal(s.attributes, "style=short");
  assert_int_equal(s.labels[0], 0);
  assert_int_equal(s.origin, ORIGIN_GENERATED);
  assert_int_equal(s.split, SPLIT_TRAIN);
  assert_int_equal(children_of(p, ids[1], &s), 1);
  assert_int_equal(s.labels[0], 1);
  funnel_release(&f);

  /* test texts alone give nothing to do */
  o = about(ids + 2, 2);
  assert_int_equal(run_job(p, &o, NULL, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  buf_release(&lines);
  close_project(p);
}

static void
texts_get_another_label(void **state)
{
  static const char source[] = "---\nkind: rewrite\ntarget: other\n---\nuser:\n{{ text }}: {{ was.name }} to {{ label }}\n";
  struct project *p = new_project("other", TASK_CLASSIFY, source);
  struct buf lines = BUF_INIT;
  uint32_t ids[3] = {add(p, "a b c", 0, SPLIT_TRAIN, ORIGIN_SEED), add(p, "d e f", 0, SPLIT_TRAIN, ORIGIN_SEED),
                     add(p, "g h i", 2, SPLIT_TRAIN, ORIGIN_SEED)};
  struct job_options o = about(ids, 3);
  uint16_t target = 2;
  struct funnel f;
  struct sample s;
  struct err e = {0};

  (void)state;
  record(&lines, "a b c: billing to shipping", "[\"new of a\"]");
  record(&lines, "d e f: billing to returns", "[\"new of d\"]");
  record(&lines, "g h i: returns to billing", "[\"new of g\"]");
  record(&lines, "a b c: billing to returns", "[\"another of a\"]");
  put_recorded(p, &lines);
  must(run_job(p, &o, &f, &e), &e);                                    /* the others in turn */
  assert_int_equal(f.kept, 3);
  assert_int_equal(children_of(p, ids[1], &s), 1);
  assert_int_equal(s.labels[0], 2);
  funnel_release(&f);
  o.labels = &target;                                                  /* this one: not for what has it already */
  o.n_labels = 1;
  must(run_job(p, &o, &f, &e), &e);
  assert_int_equal(f.n_requests, 2);
  assert_int_equal(f.cached, 1);
  assert_int_equal(f.kept, 1);
  assert_int_equal(children_of(p, ids[0], &s), 2);
  funnel_release(&f);
  buf_release(&lines);
  close_project(p);
}

static void
wishes_count_rewritten_texts(void **state)
{
  struct project *p = new_project("wishes", TASK_CLASSIFY, starter_find("paraphrase", NULL)->source);
  uint32_t ids[6];
  struct job_options o = about(ids, 6);
  struct job_estimate x;
  struct buf lines = BUF_INIT;
  struct err e = {0};

  (void)state;
  for (size_t i = 0; i < 6; i++) {
    char text[20];

    snprintf(text, sizeof text, "text %zu", i);
    ids[i] = add(p, text, i < 4 ? 0 : 1, SPLIT_TRAIN, ORIGIN_SEED);
  }
  record(&lines, "x", "x");
  put_recorded(p, &lines);
  must(job_estimate(p, &o, &x, &e), &e);
  assert_int_equal(x.requests, 6);                                     /* each once */
  assert_int_equal(x.texts, 18);
  o.count = 10;
  must(job_estimate(p, &o, &x, &e), &e);
  assert_int_equal(x.requests, 4);                                     /* of three texts each */
  o.count = 0;
  o.per_label = 20;
  must(job_estimate(p, &o, &x, &e), &e);
  assert_int_equal(x.requests, 14);                                    /* seven for each of the two labels there are */
  buf_release(&lines);
  close_project(p);
}

/* A job that aims wants more than there is: what was answered before is asked anew, each once. */
static void
an_aim_asks_anew(void **state)
{
  static const char source[] = "---\ncount: 2\nattributes: {topic: [a, b]}\n---\nuser:\n{{ label }} {{ topic }} "
                               "{{ seeds | map(attribute='text') | join(' ') }} {{ rival.name if rival is defined }}\n";
  struct project *p = new_project("anew", TASK_CLASSIFY, source);
  uint32_t id = add(p, "hard one", 1, SPLIT_TRAIN, ORIGIN_SEED);
  struct hard_text hard = {.id = id, .said = 0, .p_true = .2f};
  uint16_t only = 1;
  struct job_options o = options();
  struct request_row *rows;
  struct buf lines = BUF_INIT;
  struct funnel f;
  struct err e = {0};
  size_t n;

  (void)state;
  record(&lines, "shipping a hard one ", "[\"first of a\", \"second of a\"]");
  record(&lines, "shipping a hard one ", "[\"third of a\", \"fourth of a\"]");
  record(&lines, "shipping a hard one ", "[\"fifth of a\", \"sixth of a\"]");
  record(&lines, "shipping b hard one ", "[\"first of b\", \"second of b\"]");
  record(&lines, "shipping b hard one ", "[\"third of b\", \"fourth of b\"]");
  record(&lines, "billing a hard one shipping", "[\"told apart\", \"told apart well\"]");
  put_recorded(p, &lines);
  o.teachers = &recorded;
  o.labels = &only;
  o.n_labels = 1;
  o.per_label = 2;
  must(run_job(p, &o, &f, &e), &e);
  assert_int_equal(f.ok, 1);
  funnel_release(&f);
  o.hard = &hard;
  o.n_hard = 1;
  o.seeds = SEEDS_HARD;
  o.per_label = 6;                                                     /* a, b, and a again */
  must(run_job(p, &o, &f, &e), &e);
  assert_int_equal(f.cached, 0);
  assert_int_equal(f.ok, 3);
  assert_int_equal(f.kept, 6);
  must(job_store_requests(p, f.job_id, -1, false, &rows, &n, &e), &e);
  assert_int_equal(n, 3);
  assert_string_not_equal(rows[0].key, rows[2].key);
  request_rows_free(rows, n);
  funnel_release(&f);

  o.labels = NULL;                                                     /* two that are confused: each beside the other */
  o.n_labels = 0;
  o.confused[0] = 0;
  o.confused[1] = 1;
  o.per_label = 2;
  assert_int_equal(run_job(p, &o, &f, &e), -1);
  assert_int_equal(e.code, ERR_PARTIAL);                               /* nothing is recorded for shipping beside billing */
  assert_int_equal(f.kept, 2);
  assert_int_equal(f.n_requests, 2);
  funnel_release(&f);
  buf_release(&lines);
  close_project(p);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(unlabelled_texts_get_labels),
    cmocka_unit_test(no_label_is_asked_again),
    cmocka_unit_test(the_teacher_becomes_a_predictor),
    cmocka_unit_test(repeats_vote),
    cmocka_unit_test(a_person_has_the_last_word),
    cmocka_unit_test(many_texts_stand_in_a_request),
    cmocka_unit_test(several_labels_are_given),
    cmocka_unit_test(no_label_is_asked_for_again),
    cmocka_unit_test(faults_lose_no_vote),
    cmocka_unit_test(a_stopped_annotation_goes_on),
    cmocka_unit_test(tokens_make_soft_labels),
    cmocka_unit_test(texts_are_made_of_texts),
    cmocka_unit_test(texts_get_another_label),
    cmocka_unit_test(wishes_count_rewritten_texts),
    cmocka_unit_test(an_aim_asks_anew),
  };

  return cmocka_run_group_tests(tests, scene_up, scene_down);
}
