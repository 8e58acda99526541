/* Jobs: from a template and a teacher to samples in a project file, through replays, a server that fails, kill -9 and budgets. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/rng.h"
#include "generate/filters.h"
#include "generate/job.h"
#include "generate/once.h"
#include "server.h"
#include "store/job_store.h"
#include "store/teacher_store.h"
#include "store/template_store.h"

static struct server *server;
static char folder[] = "/tmp/retort-test-XXXXXX";

/* ---- projects ---- */

static const char template[] =
  "---\n"
  "name: notes\n"
  "model: {parameters: {temperature: 1.0, max_tokens: 400, top_k: 7}}\n"
  "count: 10\n"
  "attributes:\n"
  "  topic: [shoes, phones, lamps, sofas, books, toys, soap, tents, spades, gifts]\n"
  "  style: [hurried, careful, angry]\n"
  "---\n"
  "system:\n"
  "You write training data.\n"
  "user:\n"
  "Write {{ count }} notes of the kind {{ label }} ({{ meaning }}) about {{ topic }}, {{ style }}.\n";

static const struct project_label two_labels[] = {{"billing", "about money"}, {"shipping", "about parcels"}};

static char *
path_of(const char *name)
{
  return xasprintf("%s/%s.retort", folder, name);
}

static struct project *
open_project(const char *name)
{
  char *path = path_of(name);
  struct err e = {0};
  struct project *p = project_open(path, PROJECT_WRITE, &e);

  if (!p)
    fail_msg("%s", e.message);
  free(path);
  return p;
}

static void
close_project(struct project *p)
{
  struct err e = {0};

  if (project_close(p, &e) < 0)
    fail_msg("%s", e.message);
}

static void
put_template(struct project *p, const char *source)
{
  struct err e = {0};

  if (template_store_put(p, "notes", source, NULL, &e) < 0)
    fail_msg("%s", e.message);
}

static void
put_http_teacher(struct project *p, const char *url)
{
  struct teacher_row row = {.name = "remote", .kind = "http", .url = (char *)(uintptr_t)url, .model = "m", .key_env = "",
                            .price_in = 100, .price_out = 200, .concurrency = 4, .settings = "{\"schema\":false}"};
  struct err e = {0};

  if (teacher_store_put(p, &row, NULL, 0, NULL, &e) < 0)
    fail_msg("%s", e.message);
}

/* A project with two labels, the template and the server as teacher. */
static void
make_project(const char *name)
{
  char *path = path_of(name);
  struct err e = {0};
  struct project *p;

  unlink(path);
  if (project_create(path, TASK_CLASSIFY, two_labels, 2, &e) < 0)
    fail_msg("%s", e.message);
  free(path);
  p = open_project(name);
  put_template(p, template);
  put_http_teacher(p, server->url);
  close_project(p);
}

static const struct retry_policy quick = {.tries_max = 6, .base_ms = 2, .cap_ms = 10, .total_ms = 2000};

static struct job_options
options(void)
{
  return (struct job_options){.template_name = "notes", .teacher = "remote", .retry = &quick};
}

/* Runs a job to its end; returns the last result, with e. */
static int
run_job(struct project *p, const struct job_options *o, struct funnel *figures, struct err *e)
{
  struct job *j = job_new(p, o, e);
  int result;

  if (figures)
    funnel_init(figures, 0);
  if (!j)
    return -1;
  while ((result = job_step(j, 100, e)) == 1)
    ;
  if (figures) {
    assert_int_equal(funnel_load(figures, p, job_id(j), NULL), 0);
    assert_int_equal(figures->kept, job_status(j)->kept);
    assert_int_equal(figures->parsed, job_status(j)->parsed);
    assert_int_equal(figures->answered, job_status(j)->answered);
    assert_int_equal(figures->ok, job_status(j)->ok);
    assert_int_equal(figures->tokens_out, job_status(j)->tokens_out);
    assert_memory_equal(figures->dropped, job_status(j)->dropped, sizeof figures->dropped);
  }
  job_free(j);
  return result;
}

static int
child_job(const char *name)
{
  struct project *p = open_project(name);
  struct job_options o = options();
  struct err e = {0};
  int result;

  o.per_label = 300;
  o.resume = true;
  result = run_job(p, &o, NULL, &e);
  if (result < 0)
    fprintf(stderr, "%s\n", e.message);
  close_project(p);
  return result < 0 ? 1 : 0;
}

/* All samples as lines, in order of their ids. */
static char *
samples_of(struct project *p)
{
  const struct corpus *c = project_corpus(p);
  struct buf b = BUF_INIT;
  struct sample s;

  for (uint32_t id = 1; id <= corpus_count(c); id++)
    if (corpus_get(c, id, &s))
      buf_addf(&b, "%u %s %s %s\n", id, label_name(corpus_labels(c), sample_label(&s)), s.attributes, s.text);
  return buf_take(&b);
}

static size_t
lines_in(const char *s)
{
  size_t n = 0;

  for (; *s; s++)
    n += *s == '\n';
  return n;
}

/* ---- filters ---- */

static const struct {
  const char *text;
  enum drop_reason reason;
  uint32_t of;
} sifted[] = {
  {"Where is the parcel that I ordered on Monday last week?", DROP_NONE, 0},
  {"", DROP_EMPTY, 0},
  {"ok", DROP_TOO_SHORT, 0},
  {"two words", DROP_TOO_SHORT, 0},
  {"one two three four five six seven eight nine ten eleven twelve thirteen", DROP_TOO_LONG, 0},
  {"a question about Billing, please answer", DROP_LABEL_NAMED, 0},
  {"billings are no label here, are they", DROP_NONE, 0},
  {"I WAS charged twice - for the blue chair!", DROP_DUPLICATE, 1},
  {"I was charged twice for the blue chair today", DROP_NEAR_DUPLICATE, 1},
  {"the test text about a lamp that never came", DROP_TEST, 2},
  {"The test text about a lamp that never came!", DROP_TEST, 2},
  {"where is the parcel that I ordered on Monday last week", DROP_DUPLICATE, 0},
  {"something else entirely", DROP_NONE, 0},
};

static void
insert_text(struct project *p, const char *text, enum split split)
{
  struct change *ch = change_new(CHANGE_INSERT, "test", "insert");
  uint16_t label = 0;
  struct err e = {0};

  change_add_sample(ch, &(struct sample){.text = text, .n_text = (uint32_t)strlen(text), .labels = &label, .n_labels = 1,
                                         .split = split, .origin = ORIGIN_SEED, .status = STATUS_ACCEPTED});
  if (project_insert(p, ch, NULL, &e) < 0)
    fail_msg("%s", e.message);
  change_free(ch);
}

static void
texts_are_sifted(void **state)
{
  struct prompty_filters limits = {.min_words = 3, .max_words = 12, .min_chars = -1, .max_chars = -1, .drop_label_named = 1,
                                   .near_duplicate = -1};
  struct project *p;
  struct filters *f;
  char detail[100];
  uint32_t of;

  (void)state;
  make_project("filters");
  p = open_project("filters");
  insert_text(p, "I was charged twice for the blue chair", SPLIT_TRAIN);
  insert_text(p, "The test text about a lamp that never came", SPLIT_TEST);
  f = filters_new(project_corpus(p), &limits);
  for (size_t i = 0; i < N_OF(sifted); i++) {
    struct candidate t = {.text = sifted[i].text, .n_text = strlen(sifted[i].text)};
    enum drop_reason reason = filters_drop(f, 0, &t, &of, detail, sizeof detail);

    if (reason != sifted[i].reason || of != sifted[i].of)
      fail_msg("'%s': %s (%s) of %u", t.text, reason == DROP_NONE ? "kept" : drop_defs[reason].name, detail, of);
  }
  /* what was kept has ids from now on, and what others add is seen */
  filters_kept(f, 3);
  insert_text(p, "a stranger's text that came meanwhile", SPLIT_TRAIN);
  insert_text(p, "and one", SPLIT_TRAIN);
  insert_text(p, "and another", SPLIT_TRAIN);
  insert_text(p, "the one that we look for in here", SPLIT_TRAIN);
  assert_int_equal(filters_drop(f, 0, &(struct candidate){.text = "Something else, entirely", .n_text = 24}, &of, detail, 100),
                   DROP_DUPLICATE);
  assert_int_equal(of, 5);
  assert_int_equal(filters_drop(f, 0, &(struct candidate){.text = "The one that we look for in here", .n_text = 32}, &of, detail,
                                100), DROP_DUPLICATE);
  assert_int_equal(of, 6);
  filters_free(f);
  close_project(p);
}

static void
pairs_have_their_shape(void **state)
{
  struct prompty_filters limits = {-1, -1, -1, -1, -1, -1};
  struct corpus *c[2] = {corpus_new(TASK_CLASSIFY), corpus_new(TASK_PAIR)};
  struct candidate pair = {.text = "A man runs.", .n_text = 11, .text2 = "A man moves.", .n_text2 = 12},
                   one = {.text = "A man runs.", .n_text = 11}, half = {.text = "A man", .n_text = 5, .text2 = "", .n_text2 = 0};
  char detail[100];
  uint32_t of;

  (void)state;
  for (int i = 0; i < 2; i++) {
    struct filters *f = filters_new(c[i], &limits);

    assert_int_equal(filters_drop(f, 0, &pair, &of, detail, 100), i == 0 ? DROP_SHAPE : DROP_NONE);
    assert_int_equal(filters_drop(f, 0, &one, &of, detail, 100), i == 0 ? DROP_NONE : DROP_SHAPE);
    assert_int_equal(filters_drop(f, 0, &half, &of, detail, 100), i == 0 ? DROP_SHAPE : DROP_EMPTY);
    filters_free(f);
    corpus_free(c[i]);
  }
}

/* ---- recorded teachers ---- */

static char *
read_example(const char *name, size_t *n)
{
  char *path = xasprintf("%s/examples/support-tickets/%s", getenv("srcdir"), name), *text;
  struct err e = {0};

  if (io_read_file(path, 64 << 20, &text, n, &e) < 0)
    fail_msg("%s", e.message);
  free(path);
  return text;
}

/* The example: its labels, template and recordings. */
static struct project *
example_project(const char *name)
{
  size_t n;
  char *path = path_of(name), *labels = read_example("labels.tsv", &n), *source = read_example("support-tickets.prompty", &n);
  char *replies = read_example("replies.jsonl", &n), *save, *line;
  struct project_label rows[32];
  size_t n_rows = 0;
  struct err e = {0};
  struct project *p;

  for (line = strtok_r(labels, "\n", &save); line && n_rows < 32; line = strtok_r(NULL, "\n", &save)) {
    char *tab = strchr(line, '\t');

    if (!tab || (n_rows == 0 && strncmp(line, "label\t", 6) == 0) || strncmp(line, "name\t", 5) == 0)
      continue;
    *tab = '\0';
    rows[n_rows++] = (struct project_label){line, tab + 1};
  }
  unlink(path);
  if (project_create(path, TASK_CLASSIFY, rows, n_rows, &e) < 0)
    fail_msg("%s", e.message);
  p = open_project(name);
  put_template(p, source);
  if (teacher_store_put(p, &(struct teacher_row){.name = "recorded", .kind = "replay", .url = "", .model = "", .key_env = "",
                                                 .price_in = NAN, .price_out = NAN, .settings = "{}"}, replies, n, NULL, &e) < 0)
    fail_msg("%s", e.message);
  free(path);
  free(labels);
  free(source);
  free(replies);
  return p;
}

static void
the_example_comes_in(void **state)
{
  struct project *p = example_project("example");
  struct job_options o = options();
  struct funnel f, again;
  struct err e = {0};
  struct activity a;
  struct sample s;
  char *samples;

  (void)state;
  o.teacher = "recorded";
  o.per_label = 20;
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  assert_int_equal(f.requested, 120);
  assert_int_equal(f.ok, 12);
  assert_int_equal(f.parsed, 120);
  assert_int_equal(f.kept + funnel_n_dropped(&f), 120);
  assert_true(f.kept >= 115);
  assert_float_equal(f.cost_usd, 0, 0);
  assert_true(f.tokens_out > 1000);
  assert_true(corpus_get(project_corpus(p), 1, &s));
  assert_int_equal(s.origin, ORIGIN_GENERATED);
  assert_int_equal(s.status, STATUS_NEW);
  assert_true(s.template_id == 1 && s.teacher_id == 1 && s.request_id > 0);
  assert_non_null(strstr(s.attributes, "topic="));
  assert_true(board_find(project_board(p), ACTIVITY_JOB, f.job_id, &a));
  assert_int_equal(a.state, ACTIVITY_DONE);
  assert_int_equal(a.job.kept, f.kept);
  assert_true(a.n_lines == 120 && a.n_cells == 6);
  samples = samples_of(p);
  assert_int_equal(lines_in(samples), f.kept);

  /* a finished job is not begun again */
  o.resume = true;
  assert_int_equal(run_job(p, &o, &again, &e), 0);
  assert_int_equal(again.job_id, f.job_id);
  funnel_release(&again);

  /* the same again: all from the file, and all of it doubles */
  o.resume = false;
  assert_int_equal(run_job(p, &o, &again, &e), 0);
  assert_int_equal(again.job_id, f.job_id + 1);
  assert_int_equal(again.cached, 12);
  assert_int_equal(again.ok, 0);
  assert_int_equal(again.kept, 0);
  assert_int_equal(again.dropped[DROP_DUPLICATE], 120);
  free(samples);
  funnel_release(&again);
  funnel_release(&f);
  close_project(p);
}

static void
a_changed_prompt_has_no_recording(void **state)
{
  struct project *p = example_project("changed");
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};

  (void)state;
  put_template(p, template);
  o.teacher = "recorded";
  assert_int_equal(run_job(p, &o, &f, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(strstr(e.message, "no recording of this request in 'the recordings of recorded'"));
  assert_int_equal(f.kept, 0);
  assert_int_equal(corpus_count(project_corpus(p)), 0);
  funnel_release(&f);
  close_project(p);
}

/* Recordings that were missing can be added, and the job goes on. */
static void
missing_recordings_can_come_later(void **state)
{
  struct project *p = example_project("missing");
  struct teacher_row row;
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};
  char *replay;
  size_t n;

  (void)state;
  assert_int_equal(teacher_store_get(p, "recorded", &row, &e), 0);
  assert_int_equal(teacher_store_replay(p, row.id, &replay, &n, &e), 0);
  assert_int_equal(teacher_store_put(p, &row, replay, (size_t)(strchr(replay, '\n') - replay), NULL, &e), 0);
  o.teacher = "recorded";
  o.per_label = 20;
  assert_int_equal(run_job(p, &o, &f, &e), -1);
  assert_int_equal(e.code, ERR_PARTIAL);
  assert_non_null(strstr(e.message, "11 of 12 requests failed: no recording of this request in "));
  assert_int_equal(f.kept, 10);
  assert_int_equal(f.failed, 11);
  funnel_release(&f);
  assert_int_equal(teacher_store_put(p, &row, replay, n, NULL, &e), 0);
  o.resume = true;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_int_equal(f.job_id, 1);
  assert_int_equal(f.ok, 12);
  assert_int_equal(f.failed, 0);
  assert_int_equal(f.kept, 120);
  funnel_release(&f);
  free(replay);
  teacher_row_release(&row);
  close_project(p);
}

static void
an_estimate_writes_nothing(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct job_estimate x;
  struct job_row *rows;
  struct err e = {0};
  size_t n;

  (void)state;
  make_project("estimate");
  p = open_project("estimate");
  o.per_label = 30;
  assert_int_equal(job_estimate(p, &o, &x, &e), 0);
  assert_int_equal(x.requests, 6);
  assert_int_equal(x.texts, 60);
  assert_int_equal(x.cached, 0);
  assert_true(x.tokens_in > 6 * 20 && x.tokens_in < 6 * 80 && x.tokens_out > 60 * 10);
  assert_true(x.cost_usd > 0 && x.cost_usd < x.cost_bound_usd && isfinite(x.cost_bound_usd));
  assert_int_equal(job_store_list(p, &rows, &n, &e), 0);
  assert_int_equal(n, 0);
  job_rows_free(rows, n);
  close_project(p);
}

static void
bad_wishes_are_refused(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct err e = {0};

  (void)state;
  make_project("bad");
  p = open_project("bad");
  o.template_name = "nots";
  assert_null(job_new(p, &o, &e));
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(strstr(e.message, "no template 'nots'"));
  o = options();
  o.teacher = "nobody";
  assert_null(job_new(p, &o, &e));
  assert_non_null(strstr(e.message, "no teacher 'nobody'"));
  put_template(p, "---\nkind: annotate\n---\nuser:\n{{ text }}\n");
  o = options();
  assert_null(job_new(p, &o, &e));
  assert_non_null(strstr(e.message, "of kind annotate"));
  put_template(p, "user:\n{{ lable }}\n");
  assert_null(job_new(p, &o, &e));
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(strstr(e.message, "lable"));
  close_project(p);
}

/* ---- over HTTP ---- */

static void
a_server_teaches(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};
  struct buf json = BUF_INIT;
  struct json *j;

  (void)state;
  server_clear(server);
  make_project("served");
  p = open_project("served");
  o.per_label = 30;
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  assert_int_equal(server_count(server, -1), 6);
  assert_int_equal(f.kept, 60);
  assert_true(f.cost_usd > 0);
  funnel_json(&f, corpus_labels(project_corpus(p)), &json);
  j = json_parse(json.s, json.n, NULL, &e);
  assert_int_equal(json_number(json_get(j, "kept"), 0), 60);
  assert_int_equal(json_number(json_path(j, "requests", "ok", NULL), 0), 6);
  assert_int_equal(json_size(json_get(j, "labels")), 2);
  json_free(j);
  buf_release(&json);
  funnel_release(&f);
  /* once more: nothing is asked again */
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_int_equal(f.cached, 6);
  assert_float_equal(f.cost_usd, 0, 0);
  assert_int_equal(server_count(server, -1), 6);
  funnel_release(&f);
  close_project(p);
}

static void
one_request_is_tried(void **state)
{
  static const char source[] = "user:\nWrite {{ count }} notes.\n", busy[] = "user:\n{% raw %}[[error200]]{% endraw %}\n";
  struct project *p;
  struct prompty t;
  struct prompt_scope scope = {0};
  struct messages m;
  struct once o;
  struct err e = {0};

  (void)state;
  server_clear(server);
  make_project("once");
  p = open_project("once");
  for (int i = 0; i < 2; i++) {
    const char *text = i == 0 ? source : busy;

    assert_int_equal(prompty_parse(&t, "try", text, strlen(text), &e), 0);
    assert_int_equal(prompty_render(&t, &scope, &m, &e), 0);
    assert_int_equal(once_ask(p, "remote", &t, &m, NULL, &o, &e), 0);
    assert_int_equal(o.texts.n, i == 0 ? 10 : 0);
    assert_true(i == 0 ? !o.trouble && o.content && o.cost_usd > 0 : strstr(o.trouble, "The model is not loaded") != NULL);
    once_release(&o);
    assert_int_equal(once_ask(p, "nobody", &t, &m, NULL, &o, &e), -1);
    once_release(&o);
    messages_release(&m);
    prompty_release(&t);
  }
  close_project(p);
}

/* A server that repeats the key in its error does not get it into the file. */
static void
the_key_stays_out_of_the_file(void **state)
{
  static const char key[] = "sk-secret-0123456789";
  struct teacher_row row = {.name = "remote", .kind = "http", .url = server->url, .model = "m", .key_env = "RETORT_TEST_KEY",
                            .price_in = NAN, .price_out = NAN, .settings = "{}"};
  struct project *p;
  struct job_options o = options();
  struct err e = {0};
  char *path = path_of("key"), *bytes;
  size_t n;

  (void)state;
  server_clear(server);
  make_project("key");
  p = open_project("key");
  assert_int_equal(teacher_store_put(p, &row, NULL, 0, NULL, &e), 0);
  unsetenv("RETORT_TEST_KEY");
  assert_null(job_new(p, &o, &e));
  assert_int_equal(e.code, ERR_INPUT);
  assert_string_equal(e.message, "the variable 'RETORT_TEST_KEY' is not set (export it, or use --key-env)");
  setenv("RETORT_TEST_KEY", key, 1);
  put_template(p, "user:\n{{ label }} {% raw %}[[401*1]]{% endraw %}\n");
  o.count = 20;
  assert_int_equal(run_job(p, &o, NULL, &e), -1);
  assert_non_null(strstr(e.message, "the server does not take the key: HTTP 401"));
  assert_null(strstr(e.message, key));
  o.resume = true;
  assert_int_equal(run_job(p, &o, NULL, &e), 0);
  assert_true(server->log[0].had_key);
  close_project(p);
  assert_int_equal(io_read_file(path, 1 << 28, &bytes, &n, &e), 0);
  assert_null(memmem(bytes, n, key, strlen(key)));
  free(bytes);
  free(path);
}

/* A job that another process works on is left to it; one whose process was killed is not. */
static void
one_process_a_job(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};
  pid_t pid;
  int status;

  (void)state;
  server_clear(server);
  atomic_store(&server->delay_ms, 100);
  make_project("shared");
  pid = fork();
  if (pid == 0)
    _exit(child_job("shared"));
  p = open_project("shared");
  o.per_label = 300;
  o.resume = true;
  for (int i = 0; i < 500 && server_count(server, -1) < 8; i++)
    clock_sleep_ms(10);
  assert_int_equal(project_poll(p, &e), 0);
  assert_null(job_new(p, &o, &e));
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(strstr(e.message, "job 1 runs already, in process "));
  kill(pid, SIGKILL);
  waitpid(pid, &status, 0);
  atomic_store(&server->delay_ms, 0);
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  assert_int_equal(f.job_id, 1);
  assert_int_equal(f.ok, 60);
  funnel_release(&f);
  close_project(p);
}

static void
a_file_that_cannot_be_written_is_told(void **state)
{
  char *path = path_of("fixed");
  struct job_options o = options();
  struct project *p;
  struct err e = {0};

  (void)state;
  server_clear(server);
  make_project("fixed");
  p = project_open(path, PROJECT_READ, &e);
  assert_non_null(p);
  assert_null(job_new(p, &o, &e));
  assert_true(e.code == ERR_INPUT || e.code == ERR_FAIL);
  assert_true(strlen(e.message) > 10);
  assert_int_equal(server_count(server, -1), 0);
  print_message("read-only: %s\n", e.message);
  close_project(p);
  free(path);
}

static void
nobody_teaches(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};

  (void)state;
  server_clear(server);
  make_project("nobody");
  p = open_project("nobody");
  put_http_teacher(p, "http://127.0.0.1:1/v1");
  o.per_label = 30;
  assert_int_equal(run_job(p, &o, &f, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  assert_string_equal(e.message, "cannot reach 'http://127.0.0.1:1': connection refused (is the server running?)");
  funnel_release(&f);
  /* when it is there, the job goes on */
  put_http_teacher(p, server->url);
  o.resume = true;
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  assert_int_equal(f.job_id, 1);
  assert_int_equal(f.kept, 60);
  funnel_release(&f);
  close_project(p);
}

/* Replies that came but cannot be read go into quarantine; they are not asked for again by this job, but by the next. */
static void
the_unreadable_is_kept(void **state)
{
  static const char *const faults[] = {"truncated", "empty", "refusal"};
  char source[1000];
  struct project *p;
  struct job_options o = options();
  struct funnel f;
  struct dropped_row *rows;
  struct err e = {0};
  size_t n;

  (void)state;
  for (size_t i = 0; i < N_OF(faults); i++) {
    server_clear(server);
    make_project("quarantine");
    p = open_project("quarantine");
    snprintf(source, sizeof source, "user:\nWrite {{ count }} {{ label }} {%% raw %%}[[%s*1]]{%% endraw %%}\n", faults[i]);
    put_template(p, source);
    o.per_label = 10;
    assert_int_equal(run_job(p, &o, &f, &e), 0);
    assert_int_equal(f.kept, 0);
    assert_int_equal(f.dropped[DROP_PARSE], 2);
    assert_int_equal(job_store_dropped(p, f.job_id, "parse", &rows, &n, &e), 0);
    assert_int_equal(n, 2);
    assert_null(rows[0].text);
    assert_true(strlen(rows[0].detail) > 10);
    dropped_rows_free(rows, n);
    funnel_release(&f);
    assert_int_equal(run_job(p, &o, &f, &e), 0);
    assert_int_equal(f.cached, 0);
    assert_int_equal(f.kept, 20);
    assert_int_equal(server_count(server, -1), 4);
    funnel_release(&f);
    close_project(p);
  }
}

static void
faults_change_nothing(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};
  char *calm, *stormy;

  (void)state;
  o.count = 300;
  server_clear(server);
  make_project("calm");
  p = open_project("calm");
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  funnel_release(&f);
  calm = samples_of(p);
  close_project(p);
  server_clear(server);
  atomic_store(&server->fault_every, 4);
  make_project("stormy");
  p = open_project("stormy");
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  assert_true(f.retried >= 5);
  assert_int_equal(server_answered(server), 30);
  funnel_release(&f);
  stormy = samples_of(p);
  close_project(p);
  assert_string_equal(calm, stormy);
  assert_true(lines_in(calm) > 290);
  free(calm);
  free(stormy);
}

static void
a_failing_server_ends_the_job(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};

  (void)state;
  server_clear(server);
  atomic_store(&server->fault_every, 1);
  make_project("failing");
  p = open_project("failing");
  o.count = 1000;
  assert_int_equal(run_job(p, &o, &f, &e), -1);
  assert_int_equal(e.code, ERR_FAIL);
  assert_non_null(strstr(e.message, "requests in a row failed: "));
  assert_true(f.failed < 30);
  funnel_release(&f);
  server_clear(server);
  o.resume = true;
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  assert_int_equal(f.ok, 100);
  assert_int_equal(f.failed, 0);
  funnel_release(&f);
  close_project(p);
}

static void
stopped_and_gone_on_with(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct stop stop = {false};
  struct funnel f;
  struct err e = {0};
  struct job *j;
  int result;

  (void)state;
  server_clear(server);
  atomic_store(&server->delay_ms, 5);
  make_project("stopped");
  p = open_project("stopped");
  o.count = 400;
  o.stop = &stop;
  j = job_new(p, &o, &e);
  assert_non_null(j);
  while ((result = job_step(j, 20, &e)) == 1)
    if (job_status(j)->kept >= 50)
      atomic_store(&stop.wanted, true);
  assert_int_equal(result, -1);
  assert_int_equal(e.code, ERR_INTERRUPTED);
  assert_true(job_status(j)->kept >= 50 && job_status(j)->kept < 350);
  job_free(j);
  atomic_store(&stop.wanted, false);
  o.resume = true;
  assert_int_equal(run_job(p, &o, &f, &e), 0);
  assert_int_equal(f.job_id, 1);
  assert_int_equal(f.ok, 40);
  funnel_release(&f);
  close_project(p);
}

static double
billed(void)
{
  double usd = 0;

  for (int i = 0; i < atomic_load(&server->n); i++)
    usd += (server->log[i].tokens_in * 100.0 + server->log[i].tokens_out * 200.0) / 1e6;
  return usd;
}

static void
a_budget_holds(void **state)
{
  static const int texts[] = {1, 10, 28};   /* short replies, and some near the longest */
  struct project *p;
  struct job_options o = options();
  struct funnel f;
  struct err e = {0};
  char *source;

  (void)state;
  o.count = 1000;
  o.concurrency = 64;
  o.budget_usd = 1.5;
  for (size_t i = 0; i < N_OF(texts); i++)
    for (int faults = 0; faults < 2; faults++) {
      server_clear(server);
      atomic_store(&server->texts, texts[i]);
      atomic_store(&server->delay_ms, 2);
      atomic_store(&server->fault_every, faults ? 5 : 0);
      make_project("budget");
      p = open_project("budget");
      if (run_job(p, &o, &f, &e) != 0)
        assert_int_equal(e.code, ERR_PARTIAL);
      assert_true(billed() <= o.budget_usd);
      assert_true(f.cost_usd <= o.budget_usd && f.cost_usd > (texts[i] == 1 ? 0.2 : 0.8));
      if (texts[i] > 1)
        assert_non_null(strstr(e.message, "the budget of $1.5 is used up"));
      funnel_release(&f);
      close_project(p);
    }
  /* each reply is lost once, and billed all the same */
  server_clear(server);
  make_project("lost");
  p = open_project("lost");
  source = xasprintf("%s{%% raw %%}[[reset*1]]{%% endraw %%}\n", template);
  put_template(p, source);
  free(source);
  o.count = 600;
  assert_int_equal(run_job(p, &o, &f, &e), -1);
  assert_int_equal(e.code, ERR_PARTIAL);
  assert_true(billed() <= o.budget_usd && billed() > 0.3 && f.cost_usd < 0.6 * billed());
  funnel_release(&f);
  close_project(p);
  o.count = 1000;
  /* more money, and it goes on */
  server_clear(server);
  p = open_project("budget");
  o.resume = true;
  o.budget_usd = 100;
  if (run_job(p, &o, &f, &e) != 0)
    fail_msg("%s", e.message);
  assert_int_equal(f.job_id, 1);
  assert_int_equal(f.ok, 100);
  funnel_release(&f);
  close_project(p);
}

/* ---- kill -9 ---- */

/* Hashes (as in the server's log) of all requests that stand answered in the file. */
static size_t
answered_on_disk(const char *name, uint64_t **hashes)
{
  struct project *p = open_project(name);
  struct request_row *rows;
  struct err e = {0};
  size_t n, k = 0;

  assert_int_equal(job_store_requests(p, 1, -1, false, &rows, &n, &e), 0);
  *hashes = xcalloc(n + 1, sizeof **hashes);
  for (size_t i = 0; i < n; i++)
    if (rows[i].state == REQUEST_ANSWERED || rows[i].state == REQUEST_PARSED)
      (*hashes)[k++] = hash_bytes(rows[i].messages, strlen(rows[i].messages), 1);
  request_rows_free(rows, n);
  close_project(p);
  return k;
}

/* Runs a job in a child; kills it as soon as the server has seen so many more requests (0: never) and some time went by.
 * True if it was done before that. */
static bool
run_and_kill(const char *name, int requests, int then_us)
{
  int until = atomic_load(&server->n) + requests, status = 0;
  pid_t pid = fork(), ended = 0;

  assert_true(pid >= 0);
  if (pid == 0)
    _exit(child_job(name));
  while (requests > 0 && ended == 0 && atomic_load(&server->n) < until) {
    usleep(500);
    ended = waitpid(pid, &status, WNOHANG);
  }
  if (requests > 0 && ended == 0) {
    usleep((useconds_t)then_us);
    kill(pid, SIGKILL);
  }
  if (ended == 0)
    waitpid(pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void
killed_at_any_moment(void **state)
{
  struct project *p;
  struct rng rng;
  char *calm, *killed;
  bool done = false;
  int n_kills = 0;

  (void)state;
  server_clear(server);
  make_project("undisturbed");
  assert_true(run_and_kill("undisturbed", 0, 0));
  p = open_project("undisturbed");
  calm = samples_of(p);
  close_project(p);
  assert_true(lines_in(calm) > 560);

  server_clear(server);
  atomic_store(&server->delay_ms, 2);
  make_project("killed");
  rng_seed(&rng, (uint64_t)clock_wall_ms());
  while (!done && n_kills < 200) {
    uint64_t *answered = NULL;
    int before = atomic_load(&server->n);
    size_t n = n_kills > 0 ? answered_on_disk("killed", &answered) : 0;

    done = run_and_kill("killed", 1 + (int)rng_below(&rng, 14), (int)rng_below(&rng, 8000));
    n_kills += !done;
    for (size_t i = 0; i < n; i++)
      for (int k = before; k < atomic_load(&server->n); k++)
        if (server->log[k].body == answered[i])
          fail_msg("a request that was answered was sent again after kill %d", n_kills);
    free(answered);
  }
  print_message("killed %d times; of 60 requests the server saw %d\n", n_kills, server_count(server, -1));
  assert_true(done && n_kills >= 2);
  p = open_project("killed");
  killed = samples_of(p);
  close_project(p);
  assert_string_equal(calm, killed);
  free(calm);
  free(killed);
}

static int
up(void **state)
{
  (void)state;
  unsetenv("http_proxy");
  server = server_start();
  return mkdtemp(folder) ? 0 : -1;
}

static int
down(void **state)
{
  char *command = xasprintf("rm -rf '%s'", folder);
  int result;

  (void)state;
  server_stop(server);
  result = system(command);
  free(command);
  return result;
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(texts_are_sifted),
    cmocka_unit_test(pairs_have_their_shape),
    cmocka_unit_test(the_example_comes_in),
    cmocka_unit_test(a_changed_prompt_has_no_recording),
    cmocka_unit_test(missing_recordings_can_come_later),
    cmocka_unit_test(an_estimate_writes_nothing),
    cmocka_unit_test(bad_wishes_are_refused),
    cmocka_unit_test(a_server_teaches),
    cmocka_unit_test(one_request_is_tried),
    cmocka_unit_test(the_key_stays_out_of_the_file),
    cmocka_unit_test(one_process_a_job),
    cmocka_unit_test(a_file_that_cannot_be_written_is_told),
    cmocka_unit_test(nobody_teaches),
    cmocka_unit_test(the_unreadable_is_kept),
    cmocka_unit_test(faults_change_nothing),
    cmocka_unit_test(a_failing_server_ends_the_job),
    cmocka_unit_test(stopped_and_gone_on_with),
    cmocka_unit_test(a_budget_holds),
    cmocka_unit_test(killed_at_any_moment),
  };

  return cmocka_run_group_tests(tests, up, down);
}
